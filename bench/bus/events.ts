import { type CloudEvent, rawArticleEvent, rawArticleExample, rawArticleIdOfUrl } from '@khabar/contracts';
import { text } from '../words.ts';

/** How many different texts there are: more than a compressor's window holds of them. */
const TEXTS = 1_000;

/** Makes raw articles whose records are about so many bytes: each a page with a title and an address of its own. */
export function rawArticles(bytes: number): (from: number, count: number) => CloudEvent<'news.raw.v1'>[] {
  const envelope = Buffer.byteLength(JSON.stringify({ ...rawArticleExample, body: page(0, '') }));
  const texts = Array.from({ length: TEXTS }, (_, at) => text(Math.max(200, bytes - envelope), at));
  return (from, count) =>
    Array.from({ length: count }, (_, at) => {
      const number = from + at;
      const url = `https://news.example.org/articles/${number}`;
      const body = page(number, texts[number % TEXTS]!);
      return rawArticleEvent({ ...rawArticleExample, id: rawArticleIdOfUrl(url), url, body });
    });
}

function page(number: number, words: string): string {
  const title = `Article number ${number} of the backlog`;
  const half = words.indexOf(' ', words.length / 2);
  const paragraphs = `<p>${words.slice(0, half)}.</p><p>${words.slice(half + 1)}.</p>`;
  return `<!doctype html><title>${title}</title><article><h1>${title}</h1>${paragraphs}</article>`;
}
