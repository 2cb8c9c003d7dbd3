import { articleExample } from '@khabar/contracts';
import { describe, expect, it } from 'vitest';
import { articleText, bodyParts } from './article-text.ts';
import { recordShell } from './recorded-shell.ts';

const shell = recordShell();

describe('articleText', () => {
  it('reads as an article: kicker, title, standfirst, text with its headings marked, then what is known', () => {
    const text = articleText(shell, articleExample);
    expect(text.split('\n').slice(0, 9)).toEqual([
      'Weather',
      'Rain reaches the coast',
      '',
      'After nine dry weeks the first clouds came in from the sea.',
      '',
      'The first drops fell on the harbour shortly before noon.',
      '',
      '## Relief for farmers',
      '',
    ]);
    expect(text).toContain(`\nid         ${articleExample.id}\n`);
    expect(text).toContain('\npublished  2026-03-14T07:15:00.000Z (instant, said as +05:30)\n');
    expect(text).toContain('\nread as    page, parser 1');
  });

  it('says that no date was found, and each warning on a line', () => {
    const extraction = { ...articleExample.extraction, warnings: ['no-date', 'broken-encoding'] };
    const text = articleText(shell, { ...articleExample, publishedAt: null, extraction });
    expect(text).toContain('\npublished  no date was found\n');
    expect(text).toMatch(/\nwarning {4}no-date\nwarning {4}broken-encoding$/);
  });

  it('leaves out what is not known', () => {
    const text = articleText(shell, { ...articleExample, kicker: null, summary: null, authors: [], tags: [] });
    expect(text.startsWith('Rain reaches the coast\n\nThe first drops')).toBe(true);
    expect(text).not.toMatch(/^(?:authors|tags|agencies|modified) /m);
  });

  it('shows an article that is gone', () => {
    expect(articleText(shell, { ...articleExample, gone: true, title: null, body: null, summary: null })).toContain(
      '(gone)',
    );
  });
});

describe('bodyParts', () => {
  it('takes a paragraph for a heading only where that heading is due', () => {
    const body = 'More\n\nFirst\n\nText\n\nMore\n\nText\n\nMore';
    expect(bodyParts({ body, headings: ['First', 'More'] }).map(({ heading }) => heading)).toEqual([
      false,
      true,
      false,
      true,
      false,
      false,
    ]);
  });
});
