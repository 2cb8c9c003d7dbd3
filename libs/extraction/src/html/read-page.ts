import type { Article } from '@khabar/contracts';
import { type Block, plainParagraph, textOfBlock } from '../block.ts';
import type { Reading } from '../reading.ts';
import { type PageBlock, readBlocks } from './blocks.ts';
import { bodyBlocks } from './body.ts';
import { fold, parseHtml } from './dom.ts';
import { figuresWithin, joinBlocks } from './join-blocks.ts';
import { typesOf, texts } from './json-ld.ts';
import { type Metadata, leadImage, metaOf, readMetadata } from './metadata.ts';

/**
 * Reads an HTML page: what it says of itself, and the part of it that is the text. `pageUrl` is where it was fetched; null for a file.
 * Never throws, in linear time.
 */
export function readPage(html: string, pageUrl: string | null): Reading {
  const document = parseHtml(html);
  const metadata = readMetadata(document, pageUrl);
  const text = readBlocks(document, metadata.base);
  const { blocks } = text;
  const titles = titlesOf(metadata);
  const found = bodyBlocks(blocks);
  const standfirst = standfirstOf(blocks, found, metadata, titles);
  const own = found.filter((block) => block.text !== standfirst);
  const figures = figuresWithin(own, text);
  const body = preferStated(joinBlocks(own, { blocks, figures }, metadata.base), metadata);
  const { linked, meta } = metadata;
  return {
    how: 'page',
    kind: kindOf(metadata, body),
    titles,
    kicker: metaOf(metadata, 'article:kicker') ?? null,
    summary: standfirst,
    blocks: body,
    bylines: bylinesOf(metadata, blocks),
    agencies: [],
    published: datesOf(metadata, 'published'),
    modified: datesOf(metadata, 'modified'),
    claimedLanguage:
      metadata.language ??
      texts(linked?.['inLanguage'])[0] ??
      metaOf(metadata, 'content-language', 'og:locale')?.replace('_', '-') ??
      null,
    section: metaOf(metadata, 'article:section', 'parsely-section') ?? texts(linked?.['articleSection'])[0] ?? null,
    tags: tagsOf(metadata),
    images: uniqueImages([...leadImage(metadata), ...text.figures.map(({ image }) => image)]),
    externalId: null,
    relCanonical: metadata.relCanonical,
    siteName: metaOf(metadata, 'og:site_name', 'application-name') ?? texts(linked?.['publisher'])[0] ?? null,
    warnings: meta.size === 0 && linked === null ? ['no-metadata'] : [],
  };
}

/** The headline that the page shows, where its metadata say so too; then what the metadata say. */
function titlesOf(metadata: Metadata): string[] {
  const { h1s, linked, titleElement } = metadata;
  const stated = [
    metaOf(metadata, 'og:title'),
    ...texts(linked?.['headline']),
    metaOf(metadata, 'twitter:title'),
    metadata.itemprops.get('headline')?.[0],
    metaOf(metadata, 'dc.title', 'dcterms.title'),
    titleElement,
  ].filter((title): title is string => Boolean(title));
  const shown = h1s.filter((h1) => stated.some((title) => agree(h1, title)));
  const onlyOne = h1s.length === 1 ? h1s : [];
  return [...new Set([...shown, ...(stated.length === 0 ? h1s : []), ...stated, ...onlyOne].map(fold))];
}

/** Whether one title is the other with something before or behind it, such as the site's name. */
function agree(a: string, b: string): boolean {
  const [x, y] = [a, b].map((title) =>
    title
      .normalize('NFKC')
      .toLowerCase()
      .replace(/[^\p{L}\p{M}\p{N}]+/gu, ' ')
      .trim(),
  );
  return x!.length > 5 && y!.length > 5 && (x!.includes(y!) || y!.includes(x!));
}

const LONGEST_STANDFIRST = 700;

/**
 * The standfirst: a paragraph that stands before the body or begins it, and that is either marked as one or what the page gives as its
 * description. A description that merely repeats the beginning of the first paragraph is none.
 */
function standfirstOf(
  blocks: readonly PageBlock[],
  body: readonly PageBlock[],
  metadata: Metadata,
  titles: readonly string[],
): string | null {
  const [first] = body;
  const start = first ? blocks.indexOf(first) : blocks.length;
  const candidates = blocks
    .slice(Math.max(0, start - 12), start + 2)
    .filter(
      ({ text, kind, outside }) =>
        text.length > 25 && text.length <= LONGEST_STANDFIRST && kind !== 'list' && outside === 0,
    );
  const isTitle = (text: string) => titles.some((title) => agree(text, title) && text.length < title.length * 1.3);
  const descriptions = [
    metaOf(metadata, 'og:description'),
    metaOf(metadata, 'description'),
    ...texts(metadata.linked?.['description']),
    ...texts(metadata.linked?.['alternativeHeadline']),
  ].flatMap((text) => (text ? [fold(text)] : []));
  const marked = candidates.find(({ text, standfirst }) => standfirst && !isTitle(text));
  if (marked) return marked.text;
  const described = candidates.find(({ text }) => !isTitle(text) && descriptions.includes(text));
  // a description that is the body's own first paragraph is taken from it, not set before it
  return described && (described !== first || isSetApart(described, body)) ? described.text : null;
}

function isSetApart(first: PageBlock, body: readonly PageBlock[]): boolean {
  const second = body[1];
  return second !== undefined && (first.container.parent !== second.container.parent || first.kind === 'heading');
}

/** Where the page's own text could not be found whole (it is drawn by a script), the text that its metadata carry. */
function preferStated(body: Block[], { linked, base }: Metadata): Block[] {
  const [stated] = texts(linked?.['articleBody']);
  if (!stated || stated.length < 300 || lengthOf(body) >= stated.length * 0.4) return body;
  if (!stated.includes('</')) return stated.split(/\n+/).map(plainParagraph);
  const text = readBlocks(parseHtml(stated), base);
  return joinBlocks(text.blocks, text, base);
}

function lengthOf(body: readonly Block[]): number {
  return body.reduce((sum, block) => sum + textOfBlock(block).length, 0);
}

function datesOf(metadata: Metadata, which: 'published' | 'modified'): string[] {
  const { linked, itemprops, times } = metadata;
  if (which === 'modified') {
    return [
      ...texts(linked?.['dateModified']),
      metaOf(metadata, 'article:modified_time', 'og:updated_time', 'last-modified', 'dcterms.modified', 'revised'),
      itemprops.get('datemodified')?.[0],
    ].filter((date): date is string => Boolean(date));
  }
  return [
    ...texts(linked?.['datePublished']),
    metaOf(
      metadata,
      'article:published_time',
      'og:published_time',
      'parsely-pub-date',
      'datepublished',
      'publish-date',
    ),
    itemprops.get('datepublished')?.[0],
    metaOf(
      metadata,
      ...[
        'article:published',
        'pubdate',
        'publishdate',
        'dc.date.issued',
        'dcterms.created',
        'dcterms.date',
        'dc.date',
      ],
      ...['cxenseparse:recs:publishtime', 'sailthru.date', 'date'],
    ),
    ...texts(linked?.['dateCreated']),
    ...times.slice(0, 1),
  ].filter((date): date is string => Boolean(date));
}

/** Names as the most trustworthy place has them; the others are asked only where it is silent. */
function bylinesOf(metadata: Metadata, blocks: readonly PageBlock[]): string[] {
  const { linked, itemprops, meta, relAuthors } = metadata;
  const notAddresses = (names: readonly string[]) =>
    names.filter((name) => !/^https?:|^@|^\/|\.(?:com|org|net)$/i.test(name));
  const places = [
    texts(linked?.['author']),
    meta.get('article:author') ?? [],
    meta.get('author') ?? [],
    meta.get('parsely-author') ?? meta.get('dc.creator') ?? meta.get('byl') ?? meta.get('sailthru.author') ?? [],
    itemprops.get('author.name') ?? itemprops.get('author') ?? [],
    relAuthors,
    blocks
      .filter(({ container, text }) => text.length < 120 && isByline(container))
      .map(({ text }) => text)
      .slice(0, 1),
  ];
  for (const place of places) {
    const names = notAddresses(place.map(fold)).filter((name) => name !== '');
    if (names.length > 0) return [...new Set(names)];
  }
  return [];
}

function isByline({ attribs, parent }: PageBlock['container']): boolean {
  const named = (element: { attribs?: Record<string, string> } | null) =>
    /(?:^|[\s_-])(?:byline|author|authors)(?:[\s_-]|$)/i.test(element?.attribs?.['class'] ?? '');
  return named({ attribs }) || named(parent && 'attribs' in parent ? parent : null);
}

const MOST_TAGS = 30;

function tagsOf({ meta, linked, relTags }: Metadata): string[] {
  const stated = meta.get('article:tag') ?? [];
  const keywords = [...texts(linked?.['keywords']), ...(meta.get('news_keywords') ?? [])];
  const found = stated.length > 0 ? stated : keywords.length > 0 ? keywords : (meta.get('keywords') ?? relTags);
  const single = found.length === 1 ? found[0]!.split(/[,;、，]/) : found;
  return [...new Set(single.map(fold).filter((tag) => tag !== '' && tag.length < 80))].slice(0, MOST_TAGS);
}

function uniqueImages(images: Article['images']): Article['images'] {
  const byUrl = new Map<string, Article['images'][number]>();
  for (const image of images) {
    const known = byUrl.get(image.url);
    byUrl.set(
      image.url,
      known ? { ...known, alt: known.alt ?? image.alt, caption: known.caption ?? image.caption } : image,
    );
  }
  return [...byUrl.values()];
}

const LEAST_ARTICLE_LENGTH = 250;

function kindOf(metadata: Metadata, body: readonly Block[]): Article['kind'] {
  const { linked, linkedTypes } = metadata;
  const types = new Set(linked ? typesOf(linked) : []);
  const ogType = metaOf(metadata, 'og:type')?.toLowerCase() ?? '';
  const length = lengthOf(body);
  const title = `${metadata.titleElement ?? ''} ${metadata.h1s[0] ?? ''}`;
  const short = length < LEAST_ARTICLE_LENGTH;
  if (types.has('LiveBlogPosting') || linkedTypes.has('LiveBlogPosting')) return 'live-blog';
  if (
    /^(?:\W*(?:error\s*)?(?:404|410|403|500|502|503)\b)|(?:page|seite|página|page) (?:not found|nicht gefunden|no encontrada|introuvable)|access denied/i.test(
      title.trim(),
    ) &&
    length < 1_000
  )
    return 'error';
  if (metadata.hasPasswordField && short && linked === null) return 'login';
  if (String(linked?.['isAccessibleForFree']).toLowerCase() === 'false' && length < 1_500) return 'paywalled';
  if (short && (ogType.startsWith('video') || linkedTypes.has('VideoObject'))) return 'video';
  if (short && (linkedTypes.has('AudioObject') || linkedTypes.has('PodcastEpisode'))) return 'audio';
  if (short && ['ImageGallery', 'MediaGallery'].some((type) => linkedTypes.has(type))) return 'gallery';
  if (short && linked === null && ['CollectionPage', 'ItemList'].some((type) => linkedTypes.has(type))) return 'index';
  if (short && linked === null && ogType === 'website') return 'index';
  return short && linked === null && ogType !== 'article' ? 'unknown' : 'article';
}
