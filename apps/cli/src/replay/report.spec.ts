import { type Article, ArticleSchema, KhabarError, articleExample, rawArticleExample } from '@khabar/contracts';
import { describe, expect, it } from 'vitest';
import { recordShell } from '../recorded-shell.ts';
import { FIELDS, changeOf, fieldText } from './fields.ts';
import { reportJson, reportText } from './report.ts';
import { Tally } from './tally.ts';

const stored = { ...articleExample, withdrawn: null };
const better: Article = {
  ...articleExample,
  title: 'Rain reaches the coast at last',
  summary: null,
  language: 'en-IN',
  body: `${articleExample.body} Rain!`,
  extraction: { ...articleExample.extraction, warnings: ['no-date'] },
};

function tallyOf(examples = 3): Tally {
  const tally = new Tally(examples);
  tally.read.archive = 2;
  tally.read.topic = 5;
  tally.skip('older');
  tally.judged('changed', rawArticleExample, better, stored);
  tally.judged('unchanged', rawArticleExample, articleExample, stored);
  tally.judged('new', rawArticleExample, articleExample, null);
  tally.judged('outranked', rawArticleExample, better, stored);
  tally.refused(rawArticleExample, new KhabarError('no-title', 'No title was found'));
  return tally;
}

const frame = { parserVersion: 2, diff: true, stopped: false };

describe('the report of a replay', () => {
  it('compares everything that an article says', () => {
    const fetched = ['id', 'rawId', 'sourceId', 'fetchedAt', 'url', 'gone', 'wordCount', 'contentHash', 'metadataHash'];
    const said = Object.keys(ArticleSchema.properties).filter(
      (name) => ![...fetched, 'fingerprint', 'extraction'].includes(name),
    );
    expect([...FIELDS].sort()).toEqual([...said, 'how'].sort());
    expect(fieldText(articleExample, 'tags')).toBe('rain\nfarming');
    expect(fieldText(articleExample, 'images')).toContain('harbour.jpg 1200 800 The harbour');
    expect(fieldText({ ...articleExample, images: [] }, 'images')).toBe('');
  });

  it('tells of each field what became of it', () => {
    expect([changeOf('a', 'a'), changeOf('a', 'b'), changeOf('', 'b'), changeOf('a', '')]).toEqual([
      'unchanged',
      'changed',
      'gained',
      'lost',
    ]);
    const fields = tallyOf().fields;
    expect(fields.get('title')).toMatchObject({ changed: 1, gained: 0, lost: 0, unchanged: 1 });
    expect(fields.get('summary')).toMatchObject({ changed: 0, lost: 1, unchanged: 1 });
    expect(fields.get('tags')).toMatchObject({ changed: 0, unchanged: 2, examples: [] });
  });

  it('shows a person the counts, the fields and the words that change', () => {
    const text = reportText(recordShell(), tallyOf(), frame);
    expect(text).toContain('7 raw events (2 of them archived) through parser version 2; passed over: 1 older fetch');
    expect(text).toMatch(/^ +1 +changed +would become revisions$/m);
    expect(text).toMatch(/^ +1 +outranked +left alone/m);
    expect(text).toMatch(/^ +1 +refused +/m);
    expect(text).toContain('refused as no-title: 1\n  https://news.example.org/');
    expect(text).toMatch(/^title +1 +0 +0 +1$/m);
    expect(text).not.toMatch(/^tags /m);
    expect(text).toContain('Rain reaches the coast{+ at last+}');
    expect(text).toContain(' … ');
    expect(text).toContain('warnings that came: no-date 1');
    expect(text.endsWith('Nothing was written.')).toBe(true);
  });

  it('keeps as many examples as were asked for', () => {
    const tally = tallyOf(0);
    expect([...tally.fields.values()].flatMap(({ examples }) => examples)).toEqual([]);
    expect(tally.refusals.get('no-title')).toEqual({ count: 1, examples: [] });
  });

  it('says what was published, and that it was stopped', () => {
    const tally = tallyOf();
    tally.published = 2;
    const text = reportText(recordShell(), tally, { ...frame, diff: false, stopped: true });
    expect(text).toMatch(
      /run it again to go on\.\n2 articles published on news\.articles\.v1; the store may need a moment/,
    );
    expect(text).not.toMatch(/^title/m);
  });

  it('says why what differs under the same version is not published', () => {
    const tally = tallyOf();
    tally.judged('same-version', rawArticleExample, better, stored);
    expect(reportText(recordShell(), tally, frame)).toContain('What differs under version 2 is published by no replay');
  });

  it('gives a program all of it', () => {
    expect(JSON.parse(JSON.stringify(reportJson(tallyOf(), frame)))).toMatchObject({
      complete: true,
      read: { archive: 2, topic: 5 },
      verdicts: { changed: 1, unchanged: 1, new: 1, outranked: 1, moved: 0 },
      refused: { 'no-title': { count: 1 } },
      fields: { title: { changed: 1, examples: [{ before: articleExample.title, after: better.title }] } },
      warnings: { came: { 'no-date': 1 }, went: {} },
    });
    expect(reportJson(tallyOf(), { ...frame, diff: false })).not.toHaveProperty('fields');
  });
});
