import { type FeedEntry, rawArticleIdOfGuid, rawArticleIdOfUrl, sourceId } from '@khabar/contracts';
import { parseFeed } from '@khabar/feeds';
import { describe, expect, it } from 'vitest';
import type { AnnouncedForm } from '../frontier/announced.ts';
import { identifyEntries, idsToLookUp } from './entry-identity.ts';

const source = sourceId('feed', 'https://news.example.org/feed');
const LINK = 'https://news.example.org/live';

type Listed = Pick<FeedEntry, 'guid' | 'title'> & { readonly link?: string };

/** The entries of a document, shared links marked as in any document that is read. */
function documentOf(listed: readonly Listed[]): FeedEntry[] {
  const items = listed.map(({ guid, title, link = LINK }) => ({
    id: guid ?? undefined,
    url: link,
    title,
    content_text: '',
  }));
  const json = JSON.stringify({ version: 'https://jsonfeed.org/version/1.1', title: 'News', items });
  return parseFeed(Buffer.from(json)).entries;
}

/** Polls documents one after the other; of each the ids by guid or title: `link`, or `guid` where it is of guid or title. */
function poll(...documents: Listed[][]): Record<string, 'link' | 'guid'>[] {
  const known = new Map<string, AnnouncedForm>();
  return documents.map((listed) => {
    const entries = documentOf(listed);
    const asked = new Map(idsToLookUp(source, entries).flatMap((id) => (known.has(id) ? [[id, known.get(id)!]] : [])));
    const identified = identifyEntries(source, entries, asked);
    for (const { id, holder } of identified) known.set(id!, { id: id!, contentHash: '', fileStamp: null, holder });
    return Object.fromEntries(
      identified.map(({ entry, id }) => {
        const name = entry.guid ?? entry.title!;
        const isOfLink = id === rawArticleIdOfUrl(entry.link!);
        if (!isOfLink) expect(id).toBe(rawArticleIdOfGuid(source, name));
        expect(entry.linkShared).toBe(!isOfLink);
        return [name, isOfLink ? 'link' : 'guid'];
      }),
    );
  });
}

const g1 = { guid: 'g1', title: 'One' };
const g2 = { guid: 'g2', title: 'Two' };
const g3 = { guid: 'g3', title: 'Three' };

describe('entries with one link', () => {
  it('stay who they are while a window slides over them', () => {
    expect(poll([g1], [g2, g1], [g2], [g3, g2], [g1])).toEqual([
      { g1: 'link' },
      { g1: 'link', g2: 'guid' },
      { g2: 'guid' },
      { g2: 'guid', g3: 'guid' },
      { g1: 'link' },
    ]);
  });

  it('have it none where the first document shares it among several, also once they are alone', () => {
    expect(poll([g1, g2], [g1], [g2])).toEqual([{ g1: 'guid', g2: 'guid' }, { g1: 'guid' }, { g2: 'guid' }]);
  });

  it('are others where one followed the other without a poll between', () => {
    expect(poll([g1], [g2], [g2, g1])).toEqual([{ g1: 'link' }, { g2: 'guid' }, { g1: 'link', g2: 'guid' }]);
  });

  it('are told apart by title where they have no guid', () => {
    const [one, two] = [g1, g2].map(({ title }) => ({ guid: null, title }));
    expect(poll([one!], [two!, one!], [two!])).toEqual([
      { One: 'link' },
      { One: 'link', Two: 'guid' },
      { Two: 'guid' },
    ]);
  });

  it('are told apart although all have the same title', () => {
    const live = (guid: string) => ({ guid, title: 'Live' });
    expect(poll([live('a')], [live('b'), live('a')], [live('b')], [live('d'), live('c')])).toEqual([
      { a: 'link' },
      { a: 'link', b: 'guid' },
      { b: 'guid' },
      { c: 'guid', d: 'guid' },
    ]);
  });
});

describe('an entry that changes', () => {
  it('is the same under another guid when link and title are the same, from then on under that guid', () => {
    const renamed = { guid: 'v2', title: ' One ' };
    expect(poll([g1], [renamed], [{ ...renamed, title: 'Corrected' }])).toEqual([
      { g1: 'link' },
      { v2: 'link' },
      { v2: 'link' },
    ]);
  });

  it('is the same under another title', () => {
    expect(poll([g1], [{ ...g1, title: 'Corrected' }])).toEqual([{ g1: 'link' }, { g1: 'link' }]);
    const [found, corrected] = ['Found', 'Corrected'].map((title) => ({ guid: null, title }));
    expect(poll([found!], [corrected!])).toEqual([{ Found: 'link' }, { Corrected: 'link' }]);
  });

  it('is the same when guids come or go', () => {
    const bare = { guid: null, title: 'One' };
    expect(poll([bare], [g1], [bare])).toEqual([{ One: 'link' }, { g1: 'link' }, { One: 'link' }]);
  });
});
