import { describe, expect, it } from 'vitest';
import { ArticleHistory, type Makers } from './article-history.ts';
import type { Form } from './form.ts';

const MADE: Makers = { has: () => true, withdrawn: null };
const NOW = '2026-03-14T10:00:00.000Z';

let events = 0;

/** A form of the page fetched at a minute, with a text named by a letter. */
function form(minute: number, text: string, of: Partial<Form> = {}): Form {
  return {
    eventId: `event ${++events}`,
    rawId: 'raw',
    sourceId: 'source',
    fetchedAt: `2026-03-14T09:${String(minute).padStart(2, '0')}:00.000Z`,
    how: 'page',
    parserVersion: 1,
    contentHash: text,
    metadataHash: 'metadata',
    url: null,
    wordCount: 1,
    fingerprint: null,
    warnings: [],
    ...of,
  };
}

function historyOf(...forms: Form[]) {
  const history = new ArticleHistory('article', null, []);
  const changes = forms.map((one) => {
    history.add(one);
    return history.settle(MADE, NOW);
  });
  const revisions = history.forms
    .filter(({ number }) => number !== null)
    .map(({ number, contentHash }) => [number, contentHash]);
  return { history, changes, revisions };
}

describe('the history of an article', () => {
  it('begins with its creation', () => {
    const { changes } = historyOf(form(1, 'a'));
    expect(changes).toEqual([
      {
        articleId: 'article',
        kind: 'created',
        reason: null,
        revision: 1,
        contentHash: 'a',
        clusterId: null,
        storedAt: NOW,
      },
    ]);
  });

  it('tells a change of the text from one of the rest', () => {
    const { changes } = historyOf(form(1, 'a'), form(2, 'b'), form(3, 'b', { metadataHash: 'better' }));
    expect(changes.map((change) => [change?.kind, change?.reason, change?.revision])).toEqual([
      ['created', null, 1],
      ['revised', 'text', 2],
      ['revised', 'metadata', 3],
    ]);
  });

  it('takes a text that is seen again for no change, and for as new as it was last seen', () => {
    const { history, changes, revisions } = historyOf(form(1, 'a'), form(5, 'a'));
    expect(changes[1]).toBeNull();
    expect(revisions).toEqual([[1, 'a']]);
    expect(history.present.fetchedAt).toBe('2026-03-14T09:05:00.000Z');
    expect(history.state.firstFetchedAt).toBe('2026-03-14T09:01:00.000Z');
  });

  it('takes a text that returns to an older form for a revision of its own', () => {
    const { changes, revisions } = historyOf(form(1, 'a'), form(2, 'b'), form(3, 'a'));
    expect(changes.map((change) => change?.revision)).toEqual([1, 2, 3]);
    expect(revisions).toEqual([
      [1, 'a'],
      [2, 'b'],
      [3, 'a'],
    ]);
  });

  it('keeps a form that comes too late, and tells nobody', () => {
    const { history, changes, revisions } = historyOf(form(2, 'b'), form(1, 'a'));
    expect(changes[1]).toBeNull();
    expect(history.present.contentHash).toBe('b');
    expect(revisions).toEqual([
      [2, 'a'],
      [1, 'b'],
    ]);
  });

  it('shows a whole page rather than a newer entry, and an entry rather than a newer summary', () => {
    const page = form(1, 'page');
    const entry = form(2, 'entry', { how: 'entry' });
    const summary = form(3, 'summary', { how: 'summary' });
    expect(historyOf(summary, entry, page).history.present.contentHash).toBe('page');
    expect(historyOf(page, entry, summary).history.present.contentHash).toBe('page');
    expect(historyOf(summary, entry).history.present.contentHash).toBe('entry');
  });

  it('shows of two fetches at the same time what the newer parser read, then the greater hash', () => {
    const old = form(1, 'z');
    const better = form(1, 'a', { parserVersion: 2 });
    expect(historyOf(better, old).history.present.contentHash).toBe('a');
    expect(historyOf(form(1, 'b'), form(1, 'a')).history.present.contentHash).toBe('b');
  });

  it('makes two revisions of one when another form turns out to lie between, and tells nobody', () => {
    const { history, changes, revisions } = historyOf(form(1, 'a'), form(3, 'a'), form(2, 'b'));
    expect(changes[2]).toBeNull();
    expect(revisions).toEqual([
      [1, 'a'],
      [2, 'b'],
      [3, 'a'],
    ]);
    expect(history.state).toMatchObject({ revision: 1, lastNumber: 3 });
  });

  it('knows a form that comes again', () => {
    const one = form(1, 'a');
    const { history, changes } = historyOf(one, one);
    expect(changes[1]).toBeNull();
    expect(history.forms).toHaveLength(1);
  });

  it('gives a withdrawal and a return numbers of their own', () => {
    const history = new ArticleHistory('article', null, []);
    history.add(form(1, 'a'));
    history.settle(MADE, NOW);
    expect(history.settle({ has: () => true, withdrawn: 'gone' }, NOW)).toMatchObject({
      kind: 'withdrawn',
      reason: 'gone',
      revision: 2,
      contentHash: null,
    });
    expect(history.settle(MADE, NOW)).toMatchObject({ kind: 'created', revision: 3, contentHash: 'a' });
  });

  it('announces nothing of an article that was superseded before it came', () => {
    const history = new ArticleHistory('article', null, []);
    history.add(form(1, 'a'));
    expect(history.settle({ has: () => false, withdrawn: 'superseded' }, NOW)).toBeNull();
    expect(history.state).toMatchObject({ revision: 1, withdrawn: 'superseded', storedAt: NOW });
  });

  it('shows no form of a raw article that has become another article', () => {
    const history = new ArticleHistory('article', null, []);
    history.add(form(1, 'own', { rawId: 'stays' }));
    history.add(form(2, 'foreign', { rawId: 'leaves' }));
    history.settle(MADE, NOW);
    expect(history.present.contentHash).toBe('foreign');
    const change = history.settle({ has: (rawId) => rawId === 'stays', withdrawn: null }, NOW);
    expect(change).toMatchObject({ kind: 'revised', reason: 'text', revision: 3 });
    expect(history.present.contentHash).toBe('own');
  });

  it('remembers every source once, in order', () => {
    const { history } = historyOf(
      form(1, 'a', { sourceId: 'second' }),
      form(2, 'a', { sourceId: 'first' }),
      form(3, 'a', { sourceId: 'second' }),
    );
    expect(history.state.sources).toEqual(['first', 'second']);
  });
});
