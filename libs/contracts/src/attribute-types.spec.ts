import { describe, expect, it } from 'vitest';
import { isString, isTimestamp, isUri, isUriReference } from './attribute-types.ts';

describe('the type system of CloudEvents 1.0.2', () => {
  it.each([
    [
      'String',
      isString,
      ['', 'a b', 'ख़बर', '😀', '100 %', 'a%20b'],
      ['a\nb', '\u0000', '\u007f', '\u0085', '\ufdd0', '\uffff', '\u{1ffff}', '\ud800', 'x\udc00'],
    ],
    [
      'URI-reference',
      isUriReference,
      ['', '/sensors/1', '1-555', '?q', '#part', '../a', 'urn:a:b', 'https://[::1]/%C3%A9?x=1#y'],
      ['a b', 'é', '%', '%zz', 'a%2', '<a>', 'a#b#c', 'a"b', 'a\\b'],
    ],
    [
      'URI',
      isUri,
      ['urn:khabar:schema:news.raw.v1', 'https://example.org/a#b', 'mailto:a@example.org'],
      ['', '/a', 'a/b:c', '1a:b', '//example.org/', 'https://example.org/ä'],
    ],
    [
      'Timestamp',
      isTimestamp,
      [
        '2026-03-14T09:30:00Z',
        '2026-03-14T09:30:00.123456789Z',
        '2026-03-14t09:30:00z',
        '2026-03-14T15:00:00+05:30',
        '2026-03-14T09:30:00-00:00',
        '2016-12-31T23:59:60Z',
        '2024-02-29T00:00:00Z',
      ],
      [
        '',
        'yesterday',
        '2026-03-14',
        '2026-03-14 09:30:00Z',
        '2026-03-14T09:30Z',
        '2026-03-14T09:30:00',
        '2026-02-29T09:30:00Z',
        '2026-13-01T00:00:00Z',
        '2026-03-14T24:00:00Z',
        '2026-03-14T09:60:00Z',
        '2026-03-14T09:30:61Z',
        '2026-03-14T09:30:00+24:00',
        '2026-03-14T09:30:00.Z',
        '+02026-03-14T09:30:00Z',
        '2026-03-14T09:30:00Z\n',
      ],
    ],
  ] as const)('%s', (_, isOne, those, others) => {
    expect(those.filter((text) => !isOne(text))).toEqual([]);
    expect(others.filter((text) => isOne(text))).toEqual([]);
  });
});
