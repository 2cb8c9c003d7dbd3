import { articleEventId } from '@khabar/contracts';
import { describe, expect, it } from 'vitest';
import { type Expected, type Seen, check } from './check.ts';

const form = (edition: number) => ({ title: `Ferry, edition ${edition}`, body: `It came in.\n\nTime ${edition}.` });
const once = { url: 'https://news.example.org/once', forms: [form(1)] };
const twice = { url: 'https://news.example.org/twice', forms: [form(1), form(2)] };
const expected: Expected = { articles: [once, twice], namelessEntries: 1, exactlyOnce: true };

const change = (articleId: string, kind: string, revision: number, contentHash: string) => ({
  eventId: `${articleId} ${revision}`,
  articleId,
  kind,
  revision,
  contentHash,
});

/** A run in which all went well. */
const good: Seen = {
  stored: [
    { id: 'a', url: once.url, ...form(1), contentHash: 'a1' },
    { id: 'b', url: twice.url, ...form(2), contentHash: 'b2' },
  ],
  rawEvents: ['raw-a', 'raw-b-1', 'raw-b-2'],
  articleEvents: ['raw-a', 'raw-b-1', 'raw-b-2'].map((raw) => ({ eventId: articleEventId(raw, 3), parserVersion: 3 })),
  changes: [change('a', 'created', 1, 'a1'), change('b', 'created', 1, 'b1'), change('b', 'revised', 2, 'b2')],
  deadLetters: [{ topic: 'news.raw.v1.dead-letter', key: 'k', code: 'entry-without-identity' }],
  lags: [{ name: 'khabar-store on news.articles.v1', lag: 0n }],
};
const [a, b] = good.stored as [Seen['stored'][number], Seen['stored'][number]];
const [created, createdB, revised] = good.changes as [
  Seen['changes'][number],
  Seen['changes'][number],
  Seen['changes'][number],
];

describe('the check of a run', () => {
  it('finds nothing where all went well', () => {
    expect(check(expected, good)).toEqual([]);
  });

  it('finds nothing wrong in articles that turn out to be echoes of each other', () => {
    const clustered = [change('a', 'clustered', 2, 'a1'), change('b', 'clustered', 2, 'b1')];
    const changes = [created, createdB, ...clustered, { ...revised, eventId: 'b 3', revision: 3 }];
    expect(check(expected, { ...good, changes })).toEqual([]);
  });

  it.each<[string, Partial<Seen>, RegExp]>([
    ['an article was lost', { stored: [a], changes: [created] }, /twice is stored 0 times/],
    ['an article is stored twice', { stored: [a, b, { ...a, id: 'c' }] }, /once is stored 2 times/],
    [
      'an article appears that nobody gave',
      { stored: [a, b, { ...a, url: 'x' }] },
      /x is stored 1 times and was never given/,
    ],
    ['an older form won', { stored: [a, { ...b, ...form(1) }] }, /twice has the title "Ferry, edition 1"/],
    ['a body is another', { stored: [a, { ...b, body: 'It came' }] }, /another body/],
    ['the parser lost an event', { articleEvents: good.articleEvents.slice(1) }, /raw-a has no event/],
    ['an output comes from nowhere', { rawEvents: good.rawEvents.slice(1) }, /comes from no raw event/],
    ['a change is missing', { changes: [created, createdB] }, /announced as created 1, not created, revised in order/],
    ['changes come out of order', { changes: [created, revised, createdB] }, /announced as revised 2, created 1/],
    ['a change skips a number', { changes: [created, createdB, { ...revised, revision: 3 }] }, /revised 3/],
    [
      'the last change tells of another text',
      { changes: [{ ...created, contentHash: 'x' }, createdB, revised] },
      /another text/,
    ],
    [
      'a change tells of nothing stored',
      { changes: [...good.changes, change('z', 'created', 1, 'z')] },
      /of z, which is not/,
    ],
    [
      'a good input is a dead letter',
      { deadLetters: [...good.deadLetters, { topic: 't', key: 'x', code: 'unexpected' }] },
      /unexpected on t/,
    ],
    ['a bad input is no dead letter', { deadLetters: [] }, /0 entries without identity/],
    ['a group is behind', { lags: [{ name: 'g', lag: 2n }] }, /g is 2 events behind/],
  ])('tells that %s', (_, wrong, problem) => {
    expect(check(expected, { ...good, ...wrong })[0]).toMatch(problem);
  });

  const doubled: [string, Partial<Seen>, RegExp][] = [
    [
      'an event of an article',
      { articleEvents: [...good.articleEvents, good.articleEvents[0]!] },
      /raw-a, written 1 times, has 2/,
    ],
    ['a change', { changes: [...good.changes, created] }, /announced 2 times, not 1/],
  ];
  it.each(doubled)('tells with transactions that %s is doubled', (_, wrong, problem) => {
    expect(check(expected, { ...good, ...wrong })).toEqual([expect.stringMatching(problem)]);
  });
  it.each(doubled)('finds nothing wrong in %s that is repeated where at least once is promised', (_, repeated) => {
    expect(check({ ...expected, exactlyOnce: false }, { ...good, ...repeated })).toEqual([]);
  });

  it('counts a raw event that was written twice as two inputs, and a repeated rejection as one', () => {
    const seen = {
      ...good,
      rawEvents: [...good.rawEvents, 'raw-a'],
      articleEvents: [...good.articleEvents, good.articleEvents[0]!],
      deadLetters: [...good.deadLetters, ...good.deadLetters],
    };
    expect(check(expected, seen)).toEqual([]);
  });
});
