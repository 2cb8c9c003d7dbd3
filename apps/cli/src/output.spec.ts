import { describe, expect, it } from 'vitest';
import { byteCount, count, paint, shortTime, table } from './output.ts';
import { recordShell } from './recorded-shell.ts';

const columns = [
  { head: 'lang', text: (row: { title: string; words: number }) => row.title.slice(0, 2) },
  { head: 'words', text: (row: { title: string; words: number }) => String(row.words), align: 'right' as const },
  { head: 'title', text: (row: { title: string; words: number }) => row.title, shrinks: true as const },
];

describe('table', () => {
  const rows = [
    { title: '東京の雨', words: 7 },
    { title: 'Rain reaches the coast at last', words: 1200 },
  ];

  it('aligns what stands behind wide characters', () => {
    expect(table(recordShell(), rows, columns).split('\n')).toEqual([
      'lang  words  title',
      '東京      7  東京の雨',
      'Ra     1200  Rain reaches the coast at last',
    ]);
  });

  it('cuts only what may shrink, and only on a terminal', () => {
    const lines = table(recordShell({ terminalColumns: 30, env: { NO_COLOR: '1' } }), rows, columns).split('\n');
    expect(lines[2]).toBe('Ra     1200  Rain reaches the…');
  });

  it('keeps its shape whatever a cell holds', () => {
    const lines = table(recordShell(), [{ title: 'a\nb\u001b[2J', words: 1 }], columns).split('\n');
    expect(lines).toHaveLength(2);
    expect(lines[1]).toBe('a         1  a b [2J');
  });
});

describe('paint', () => {
  it('paints on a terminal', () => {
    expect(paint(recordShell({ terminalColumns: 80 })).red('x')).not.toBe('x');
  });

  it.each([
    ['where there is no terminal', recordShell()],
    ['with NO_COLOR', recordShell({ terminalColumns: 80, env: { NO_COLOR: '1' } })],
    [
      'with NO_COLOR even when colours are forced',
      recordShell({ terminalColumns: 80, env: { NO_COLOR: '1', FORCE_COLOR: '1' } }),
    ],
    ['on a dumb terminal', recordShell({ terminalColumns: 80, env: { TERM: 'dumb' } })],
  ])('paints nothing %s', (_, shell) => {
    expect(paint(shell).red('x')).toBe('x');
  });
});

describe('small forms', () => {
  it('count in words', () => {
    expect([count(1, 'source'), count(1200, 'article'), count(0n, 'entry', 'entries')]).toEqual([
      '1 source',
      '1,200 articles',
      '0 entries',
    ]);
  });

  it('count bytes in the unit that suits them', () => {
    const sizes = [0, 999, 1_000, 40_123_456, 999_949_999, 999_950_000, 2e12, 3e15];
    expect(sizes.map(byteCount)).toEqual([
      '0 B',
      '999 B',
      '1.0 kB',
      '40.1 MB',
      '999.9 MB',
      '1.0 GB',
      '2.0 TB',
      '3000.0 TB',
    ]);
  });

  it('shorten an instant, and leave alone what is none', () => {
    expect(shortTime('2026-03-14T09:30:00.250Z')).toBe('2026-03-14 09:30:00Z');
    expect(shortTime('soon')).toBe('soon');
  });
});
