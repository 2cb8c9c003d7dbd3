import { describe, expect, it } from 'vitest';
import { recordShell } from './recorded-shell.ts';
import { type SourceView, pollingOf, sourceText, spanInWords } from './source-text.ts';

const NOW = Date.parse('2026-03-14T09:30:00.000Z');

const source: SourceView = {
  id: '5b0f7a1e-6f0a-5a53-8a3e-0d6f1f0c2b11',
  kind: 'feed',
  url: 'https://news.example.org/feed.xml',
  path: null,
  name: null,
  title: null,
  language: null,
  state: 'active',
  intervalSeconds: 900,
  nextPollAt: '2026-03-14T09:30:00.000Z',
  polledAt: null,
  lastError: null,
  counters: { published: 0 },
};

describe('pollingOf', () => {
  it('says when a source is polled next and how often', () => {
    expect(pollingOf(source, NOW)).toBe('now, then every 15 min');
    const later = { ...source, nextPollAt: '2026-03-14T09:40:00.000Z' };
    expect(pollingOf(later, NOW)).toBe('at 2026-03-14 09:40:00Z, then every 15 min');
  });

  it('says that a source is not polled', () => {
    expect(pollingOf({ ...source, nextPollAt: null }, NOW)).toContain('pushed to, paused or gone');
  });
});

describe('spanInWords', () => {
  it('takes the largest unit that fits', () => {
    expect([90, 900, 7200, 5400, 1].map(spanInWords)).toEqual(['90 s', '15 min', '2 h', '90 min', '1 s']);
  });
});

describe('sourceText', () => {
  it('tells what is known, and the trouble of a source that has some', () => {
    expect(sourceText(recordShell(), source, NOW).split('\n')).toEqual([
      'id        5b0f7a1e-6f0a-5a53-8a3e-0d6f1f0c2b11',
      'feed      https://news.example.org/feed.xml',
      'state     active',
      'polled    now, then every 15 min',
    ]);
    const lastError = { code: 'http-status', message: 'The server answered 500' };
    const failing = { ...source, state: 'failing' as const, lastError };
    expect(sourceText(recordShell(), failing, NOW)).toContain('state     failing: The server answered 500');
  });
});
