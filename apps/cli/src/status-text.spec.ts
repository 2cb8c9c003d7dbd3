import { describe, expect, it } from 'vitest';
import { recordShell } from './recorded-shell.ts';
import { type Status, ageText, rateText, statusText } from './status-text.ts';

const TOPICS = ['news.raw.v1', 'news.articles.v1', 'news.changes.v1'];

const status: Status = {
  ready: true,
  services: (['fetcher', 'parser', 'store'] as const).map((name, at) => ({
    name,
    url: `http://127.0.0.1:300${at + 1}`,
    state: 'ready',
    dependencies: [
      { name: 'service', up: true, detail: '' },
      { name: 'bus', up: true, detail: 'Kafka answers, 3 brokers' },
      { name: 'database', up: true, detail: 'Postgres answers' },
    ],
    detail: '',
  })),
  bus: { up: true, detail: '' },
  topics: TOPICS.flatMap((name) => [
    { name, partitions: 12, records: 1_234_567, publishedPerSecond: 1_234.5 },
    { name: `${name}.dead-letter`, partitions: 12, records: 40, publishedPerSecond: 0 },
  ]),
  groups: [
    {
      ...{ group: 'khabar-parser', topic: 'news.raw.v1', members: 2, lag: 98_765 },
      ...{ lagSeconds: 754, consumedPerSecond: 812.4 },
    },
    { group: 'khabar-store', topic: 'news.articles.v1', members: 1, lag: 0, lagSeconds: 0, consumedPerSecond: 0.4 },
  ],
  deadLetters: [
    { topic: 'news.raw.v1', open: 17, complete: true },
    { topic: 'news.articles.v1', open: 0, complete: true },
    { topic: 'news.changes.v1', open: 12_000, complete: false },
  ],
  articles: 5_000,
  sources: 12,
};

describe('a status for a person', () => {
  it('shows each topic with its rate and its dead letters, and each group with its lag in events and time', () => {
    const text = statusText(recordShell(), status);
    expect(text).toMatch(/^topic +partitions +records +published\/s +dead letters$/m);
    expect(text).toMatch(/^news\.raw\.v1 +12 +1,234,567 +1,235 +17$/m);
    expect(text).toMatch(/^news\.changes\.v1 +12 +1,234,567 +1,235 +12,000\+$/m);
    expect(text).not.toContain('dead-letter ');
    expect(text).toMatch(/^khabar-parser +news\.raw\.v1 +2 +812 +98,765 +13 min$/m);
    expect(text).toMatch(/^khabar-store +news\.articles\.v1 +1 +0\.4 +0 +0 s$/m);
  });

  it('fits into 80 columns, and colours only what asks for attention', () => {
    const colours = (text: string) => text.match(/\u001b\[3[1-7]m[^\u001b]*/g) ?? [];
    const shell = recordShell({ terminalColumns: 80 });
    const text = statusText(shell, status);
    for (const line of text.replace(/\u001b\[\d+m/g, '').split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect(colours(text).map((found) => found.slice(5).trim())).toEqual(['17', '12,000+', '13 min']);
    const stopped = status.groups.map((group) => ({ ...group, members: 0, lagSeconds: 0 }));
    expect(colours(statusText(shell, { ...status, groups: stopped, deadLetters: [] }))).toHaveLength(2);
  });
});

it.each([
  [0, '0'],
  [0.04, '0.1'],
  [9.96, '10.0'],
  [1_234.5, '1,235'],
])('a rate of %d is %s', (rate, text) => {
  expect(rateText(rate)).toBe(text);
});

it.each([
  [0, '0 s'],
  [99.4, '99 s'],
  [754, '13 min'],
  [9_000, '2.5 h'],
  [200_000, '2.3 d'],
])('an age of %d seconds is %s', (seconds, text) => {
  expect(ageText(seconds)).toBe(text);
});
