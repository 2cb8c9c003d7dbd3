import { describe, expect, it } from 'vitest';
import { acceptedType } from './accept.ts';

const OFFERED = ['application/json', 'text/html'] as const;

describe('the media type that a request accepts', () => {
  it.each([
    [undefined, 'application/json'],
    ['', 'application/json'],
    ['*/*', 'application/json'],
    ['text/html', 'text/html'],
    ['TEXT/HTML', 'text/html'],
    ['text/*', 'text/html'],
    ['text/html, application/json', 'application/json'],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'text/html'],
    ['application/json;q=0.5, text/html;q=0.7', 'text/html'],
    ['application/json;q=0, */*', 'text/html'],
    ['application/json;q=x, text/html; q=0.1', 'text/html'],
    ['image/png', null],
    ['*/*;q=0', null],
  ])('of %s is %s', (accept, type) => {
    expect(acceptedType(accept, OFFERED)).toBe(type);
  });
});
