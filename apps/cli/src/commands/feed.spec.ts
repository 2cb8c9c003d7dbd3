import { describe, expect, it } from 'vitest';
import { describeFeed } from './feed.ts';

describe('describeFeed', () => {
  it('tells a feed and its entries in the words that feed readers share', () => {
    const described = describeFeed({
      format: 'atom',
      feed: { title: 'Coast News', description: 'From the harbour', link: 'https://news.example.org/', language: 'en' },
      entries: [
        {
          guid: 'tag:1',
          link: 'https://news.example.org/rain',
          linkShared: false,
          title: 'Rain',
          summary: '<b>Rain</b>',
          content: null,
          authors: ['Asha Verma'],
          published: '2026-03-14T12:45:00+05:30',
          updated: null,
          language: 'en',
          categories: ['Weather'],
          images: [{ url: 'https://news.example.org/i.jpg', width: null, height: null, alt: null, caption: null }],
          feedTitle: 'Coast News',
        },
      ],
      warnings: [],
    });
    expect(described.feed).toMatchObject({
      title: 'Coast News',
      subtitle: 'From the harbour',
      url: 'https://news.example.org/',
    });
    expect(described.entries).toEqual([
      {
        id: 'tag:1',
        url: 'https://news.example.org/rain',
        title: 'Rain',
        summary: '<b>Rain</b>',
        content: null,
        authors: [{ name: 'Asha Verma', email: null, url: null }],
        published: '2026-03-14T12:45:00+05:30',
        updated: null,
        tags: ['Weather'],
        enclosures: [{ url: 'https://news.example.org/i.jpg', type: null, length: null }],
        language: 'en',
      },
    ]);
  });
});
