import type { Article } from '@khabar/contracts';
import { paint } from './output.ts';
import type { Shell } from './shell.ts';
import { manyLines, oneLine } from './text-width.ts';

/** One thing known of an article: what it is called, and what it is where it is known. */
export type Fact = readonly [label: string, value: string | null];

const LABEL_CELLS = 11;

/** An article for reading: title, standfirst and text, then what is known of it (and `more`), then what the parser warns of. */
export function articleText(shell: Shell, article: Article, more: readonly Fact[] = []): string {
  const colours = paint(shell);
  const title = article.title === null ? '(gone)' : article.title;
  const parts = [
    ...(article.kicker === null ? [] : [colours.magenta(oneLine(article.kicker))]),
    colours.bold(oneLine(title)),
    '',
    ...(article.summary === null ? [] : [colours.italic(manyLines(article.summary)), '']),
    ...bodyParts(article).flatMap(({ text, heading }) => [
      heading ? colours.bold(`## ${oneLine(text)}`) : manyLines(text),
      '',
    ]),
    ...knownOf([...factsOf(article), ...more]).map(
      ([label, value]) => `${colours.dim(label.padEnd(LABEL_CELLS))}${oneLine(value)}`,
    ),
    ...article.extraction.warnings.map((code) => `${colours.yellow('warning'.padEnd(LABEL_CELLS))}${oneLine(code)}`),
  ];
  return parts.join('\n');
}

/** The paragraphs of the body, each told whether it is one of the headings, which stand in the body in their order. */
export function bodyParts(article: Pick<Article, 'body' | 'headings'>): { text: string; heading: boolean }[] {
  const expected = [...article.headings];
  return (article.body ?? '')
    .split(/\n{2,}/)
    .filter((text) => text !== '')
    .map((text) => {
      const heading = text === expected[0];
      if (heading) expected.shift();
      return { text, heading };
    });
}

function factsOf(article: Article): Fact[] {
  const { extraction, publishedAt, publishedPrecision, publishedOffset } = article;
  const published =
    publishedAt === null
      ? 'no date was found'
      : `${publishedAt} (${publishedPrecision ?? 'unknown'}${publishedOffset === null ? '' : `, said as ${publishedOffset}`})`;
  return [
    ['id', article.id],
    ['raw id', article.rawId],
    ['source', article.sourceId],
    ['external', article.externalId],
    ['url', article.url],
    ['canonical', article.canonicalUrl === article.url ? null : article.canonicalUrl],
    ['kind', article.kind],
    ['language', article.language ?? 'unknown'],
    ['published', published],
    ['modified', article.modifiedAt],
    ['authors', article.authors.join(', ')],
    ['agencies', article.agencies.join(', ')],
    ['section', article.section],
    ['tags', article.tags.join(', ')],
    ['images', article.images.map(({ url }) => url).join(' ')],
    ['words', String(article.wordCount)],
    ['read as', `${extraction.how}, parser ${extraction.parserVersion}`],
  ];
}

function knownOf(facts: readonly Fact[]): (readonly [string, string])[] {
  return facts.filter((fact): fact is readonly [string, string] => fact[1] !== null && fact[1] !== '');
}
