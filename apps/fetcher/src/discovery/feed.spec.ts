import { type FeedEntry, rawArticleIdOfGuid, rawArticleIdOfUrl, sourceId } from '@khabar/contracts';
import { describe, expect, it } from 'vitest';
import { identifyEntries } from './entry-identity.ts';
import { feedFindings } from './feed.ts';

const address = 'https://news.example.org/feed.xml';
const id = sourceId('feed', address);
const at = '2026-03-14T12:00:00.000Z';

const entry = (of: Partial<FeedEntry>): FeedEntry => ({
  guid: null,
  link: null,
  linkShared: false,
  title: null,
  summary: null,
  content: null,
  authors: [],
  published: null,
  updated: null,
  language: null,
  categories: [],
  images: [],
  feedTitle: 'News',
  ...of,
});
const findings = (entries: FeedEntry[], language: string | null = null) =>
  feedFindings({ id, address, language }, identifyEntries(id, entries, new Map()), at);
const rawsOf = (entries: FeedEntry[], language?: string) =>
  findings(entries, language).flatMap(({ announcement }) =>
    announcement?.kind === 'raw' ? [announcement.event.data] : [],
  );

describe('the entries of a feed', () => {
  it.each([
    [
      'its link',
      { link: 'https://news.example.org/1?utm_source=rss#x', guid: 'g' },
      rawArticleIdOfUrl('https://news.example.org/1'),
    ],
    ['its guid where it has no link', { guid: 'g', title: 'T' }, rawArticleIdOfGuid(id, 'g')],
    [
      'its guid where others have its link',
      { link: 'https://a.example/', linkShared: true, guid: 'g' },
      rawArticleIdOfGuid(id, 'g'),
    ],
    ['its title where it has nothing else', { title: 'Rain  a\u0301t last' }, rawArticleIdOfGuid(id, 'Rain át last')],
    [
      'its title where others have its link',
      { link: 'https://a.example/', linkShared: true, title: 'T' },
      rawArticleIdOfGuid(id, 'T'),
    ],
  ])('are told apart by %s', (_, of, expected) => {
    expect(rawsOf([entry(of)])).toMatchObject([{ id: expected, sourceId: id, fetchedAt: at }]);
  });

  it('carry their content, else their summary, else nothing as the body', () => {
    const raws = rawsOf([
      entry({ guid: '1', content: '<p>Full</p>', summary: 'Short' }),
      entry({ guid: '2', summary: 'Short' }),
      entry({ guid: '3' }),
    ]);
    expect(raws.map(({ body }) => body)).toEqual(['<p>Full</p>', 'Short', '']);
  });

  it('count once where the document lists one several times: in its newest form', () => {
    const forms = [
      entry({ guid: '1', title: 'First', updated: '2026-03-14T10:00:00+05:30' }),
      entry({ guid: '1', title: 'Newest', updated: '2026-03-14T06:00:00Z' }),
      entry({ guid: '1', title: 'Undated' }),
      entry({ guid: '2', title: 'Other' }),
    ];
    expect(rawsOf(forms).map(({ entry: kept }) => kept?.title)).toEqual(['Newest', 'Other']);
  });

  it('have the language that the source was given where neither they nor their feed say one', () => {
    const raws = rawsOf([entry({ guid: '1', language: 'hi' }), entry({ guid: '2' })], 'ur');
    expect(raws.map((raw) => raw.entry?.language)).toEqual(['hi', 'ur']);
  });

  it('without link, guid and title are rejected, each content under an id of its own', () => {
    const found = findings([entry({ summary: 'One' }), entry({ summary: 'Two' }), entry({ summary: 'One' })]);
    expect(found.map(({ announcement }) => announcement?.kind)).toEqual(['rejected', 'rejected']);
    expect(findings([entry({ summary: 'One' })])[0]!.id).toBe(found[0]!.id);
  });
});
