import type { FeedEntry } from '@khabar/contracts';
import type { DcNs, DcTermsNs, MediaNs } from 'feedsmith';
import { resolveAddress } from './address.ts';
import { readDate } from './date.ts';
import type { DecodingWarning } from './encoding.ts';
import { plainText } from './plain-text.ts';

/** What a feed says of itself. */
export interface FeedHead {
  /** Plain text. */
  readonly title: string | null;
  /** Plain text. */
  readonly description: string | null;
  /** The site that it is the feed of. */
  readonly link: string | null;
  /** BCP 47. */
  readonly language: string | null;
}

/** A feed of any format, before its entries are compared with one another. */
export interface FeedReading {
  readonly feed: FeedHead;
  readonly entries: FeedEntry[];
}

/** Where a document is read: its address, and whom to tell what had to be passed over. */
export interface ReadingContext {
  readonly url: string | null;
  readonly warn: (code: FeedWarning) => void;
}

/** What was odd about a feed and could be lived with. */
export type FeedWarning =
  DecodingWarning | 'unreadable-date' | 'unusable-link' | 'unknown-language' | 'shared-link' | 'no-channel';

/** The first date that can be read; one that cannot is told of. */
export function firstDate(candidates: Iterable<string | undefined>, { warn }: ReadingContext): string | null {
  for (const found of candidates) {
    if (found === undefined) continue;
    const date = readDate(found);
    if (date !== null) return date;
    warn('unreadable-date');
  }
  return null;
}

/** When Dublin Core says that something was published, best first. */
export function dublinCoreDates(
  terms: DcTermsNs.ItemOrFeed<string> | undefined,
  dc: DcNs.ItemOrFeed<string> | undefined,
) {
  return [...(terms?.issued ?? []), ...(dc?.dates ?? []), ...(terms?.dates ?? []), ...(terms?.created ?? [])];
}

/** The first language tag (BCP 47) that is one, in its canonical form. */
export function firstLanguage(candidates: Iterable<string | undefined>, { warn }: ReadingContext): string | null {
  for (const found of candidates) {
    const tag = found?.trim().replaceAll('_', '-');
    if (!tag) continue;
    try {
      const [canonical] = Intl.getCanonicalLocales(tag);
      if (canonical !== undefined) return canonical;
    } catch {
      warn('unknown-language');
    }
  }
  return null;
}

/** The link as an absolute http(s) address; one that cannot be made so is told of. */
export function linkOf(found: string | undefined, base: string | null, { warn }: ReadingContext): string | null {
  if (found === undefined || found.trim() === '') return null;
  const link = resolveAddress(found, base);
  if (link === null) warn('unusable-link');
  return link;
}

/** Text without what is empty or said twice. */
export function distinct(found: Iterable<string | undefined>): string[] {
  const texts = [...found].map((text) => text?.trim() ?? '').filter((text) => text !== '');
  return [...new Set(texts)];
}

/** A title as plain text; null where none is left. */
export function titleOf(html: string | undefined): string | null {
  return html === undefined ? null : plainText(html) || null;
}

/** Text or null where it is empty. */
export function orNone(text: string | undefined): string | null {
  return text === undefined || text.trim() === '' ? null : text;
}

/** A picture as a feed shows it. */
export interface ShownImage {
  readonly url?: string | undefined;
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  readonly alt?: string | undefined;
  readonly caption?: string | undefined;
}

/** Each picture once, with an absolute address; what is said of it by a later mention fills what the first left open. */
export function imagesOf(shown: Iterable<ShownImage>, base: string | null): FeedEntry['images'] {
  const images = new Map<string, FeedEntry['images'][number]>();
  for (const image of shown) {
    const url = resolveAddress(image.url, base);
    if (url === null) continue;
    const known = images.get(url);
    images.set(url, {
      url,
      width: known?.width ?? pixels(image.width),
      height: known?.height ?? pixels(image.height),
      alt: known?.alt ?? titleOf(image.alt),
      caption: known?.caption ?? titleOf(image.caption),
    });
  }
  return [...images.values()];
}

function pixels(found: number | undefined): number | null {
  return found !== undefined && Number.isSafeInteger(found) && found > 0 ? found : null;
}

/** The pictures of Media RSS: contents that are images, alone and in groups, then thumbnails. */
export function mediaImages(media: MediaNs.ItemOrFeed | undefined): ShownImage[] {
  if (media === undefined) return [];
  const holders = [media, ...(media.groups ?? [])];
  const contents = holders.flatMap((holder) => holder.contents ?? []);
  const pictures = contents.filter(({ medium, type }) => isImage(type) || (type === undefined && medium === 'image'));
  return [
    ...pictures.map(({ url, width, height, title, description }) => {
      return { url, width, height, alt: title?.value, caption: description?.value };
    }),
    ...[...holders, ...contents].flatMap((holder) => holder.thumbnails ?? []),
  ];
}

/** Whether a media type is a picture's. */
export function isImage(mediaType: string | undefined): boolean {
  return /^image\//i.test(mediaType ?? '');
}
