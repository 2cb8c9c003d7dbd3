import { parseSearch, type SearchTerm } from './parse-search.ts';
import { endsUnspaced, isSingleLetter, queryConfigurations, searchPhrase, searchWords } from './search-text.ts';

/** What is searched for, in the lexemes of the index. */
export interface SearchQuery {
  /** A `tsquery` in writing; empty where nothing can be found. */
  readonly text: string;
  /** One that finds all of that and perhaps more, of words alone: no phrase is wanted, none excluded. */
  readonly words: string;
  /** Lexemes that make an article be found, and beginnings of such. */
  readonly lexemes: readonly string[];
  readonly beginnings: readonly string[];
}

/** Answers what `phraseto_tsquery` makes of phrases by configurations, in their order. */
export type AskPhrases = (configurations: readonly string[], phrases: readonly string[]) => Promise<readonly string[]>;

/** $1 configurations, $2 phrases, one of each for each question. */
export const SELECT_PHRASES = `
  SELECT phraseto_tsquery(x.configuration::regconfig, x.phrase)::text AS text
  FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS x(configuration, phrase, place) ORDER BY x.place`;

/** Fewer letters begin so many words that looking for all of them reads a good part of the index. */
const SHORTEST_BEGINNING = 2;

/** Has a word stand right behind another, or so many words behind it. */
const NEXT_TO = /<(?:-|\d+)>/g;

/** A term as words of the index: a phrase, the last of it perhaps the beginning of a word. */
interface Phrase {
  readonly isExcluded: boolean;
  readonly words: string;
  /** Comes right behind the words; null where they are all. */
  readonly beginning: string | null;
  /** Words that are meant as well as those. */
  readonly alternatively: string;
}

/**
 * What somebody searches for, as the index has it. An article's words stand there as its own language stems them, so the query is put as
 * each language puts it that the articles may be of, and any of these is an answer: by one language alone all its terms hold, without
 * its stop words. What is excluded is excluded in the forms of all of them.
 */
export async function readSearch(q: string, language: string | null, ask: AskPhrases): Promise<SearchQuery> {
  const phrases = parseSearch(q).map((terms) => terms.map(phraseOf));
  const configurations = queryConfigurations(q, language);
  const forms = await askAll(phrases.flat(), configurations, ask);
  const alternatives = phrases.map((alternative) => alternativeQuery(alternative, configurations, forms));
  const wanted = phrases.flat().filter(({ isExcluded }) => !isExcluded);
  const wantedForms = wanted.flatMap((phrase) => configurations.map((configuration) => forms(phrase, configuration)));
  return {
    text: anyOf(alternatives.map(({ text }) => text)),
    words: anyOf(alternatives.map(({ words }) => words)),
    lexemes: lexemesOf(wantedForms.join(' '), false),
    beginnings: lexemesOf(wantedForms.join(' '), true),
  };
}

function phraseOf({ text, isExcluded, isPrefix }: SearchTerm): Phrase {
  const words = searchWords(searchPhrase(text));
  const last = words.at(-1) ?? '';
  if (isSingleLetter(text)) return { isExcluded, words: '', beginning: last, alternatively: '' };
  // any part of what is written without spaces is found anyway
  const isBeginning = isPrefix && last.length >= SHORTEST_BEGINNING && !endsUnspaced(last);
  return isBeginning
    ? { isExcluded, words: words.slice(0, -1).join(' '), beginning: last, alternatively: words.join(' ') }
    : { isExcluded, words: words.join(' '), beginning: null, alternatively: '' };
}

/** What a configuration makes of a phrase: a `tsquery` in writing, empty for stop words. */
type Forms = (phrase: Phrase, configuration: string) => string;

async function askAll(phrases: readonly Phrase[], configurations: readonly string[], ask: AskPhrases): Promise<Forms> {
  const asked = new Set(phrases.flatMap(({ words, alternatively }) => [words, alternatively]).filter(Boolean));
  const questions = [...asked].flatMap((words) => configurations.map((configuration) => ({ configuration, words })));
  const answers = await ask(
    questions.map(({ configuration }) => configuration),
    questions.map(({ words }) => words),
  );
  const known = new Map(questions.map(({ configuration, words }, at) => [`${configuration} ${words}`, answers[at]!]));
  const of = (words: string, configuration: string) => known.get(`${configuration} ${words}`) ?? '';
  return ({ words, beginning, alternatively }, configuration) => {
    const before = of(words, configuration);
    if (beginning === null) return before;
    const begun = `${quoted(beginning)}:*`;
    return anyOf([before === '' ? begun : `(${before}) <-> ${begun}`, of(alternatively, configuration)]);
  };
}

function alternativeQuery(
  phrases: readonly Phrase[],
  configurations: readonly string[],
  forms: Forms,
): Pick<SearchQuery, 'text' | 'words'> {
  const wanted = phrases.filter(({ isExcluded }) => !isExcluded);
  const excluded = phrases.filter(({ isExcluded }) => isExcluded);
  const without = excluded.flatMap((phrase) => configurations.map((configuration) => forms(phrase, configuration)));
  const none = noneOf(without);
  if (wanted.length === 0) return { text: none, words: none };
  const found = anyOf(
    configurations.map((configuration) => allOf(wanted.map((phrase) => forms(phrase, configuration)))),
  );
  if (found === '') return { text: '', words: '' };
  const withoutWords = noneOf(without.filter((form) => form.search(NEXT_TO) === -1));
  return { text: allOf([found, none]), words: allOf([found.replace(NEXT_TO, '&'), withoutWords]) };
}

function noneOf(queries: readonly string[]): string {
  const any = anyOf(queries);
  return any && `!(${any})`;
}

function anyOf(queries: readonly string[]): string {
  return joined(queries, ' | ');
}

function allOf(queries: readonly string[]): string {
  return joined(queries, ' & ');
}

/** Each query once, those that say nothing left out. */
function joined(queries: readonly string[], operator: string): string {
  const said = [...new Set(queries.filter(Boolean))];
  return said.length > 1 ? said.map((query) => `(${query})`).join(operator) : (said[0] ?? '');
}

function lexemesOf(text: string, areBeginnings: boolean): string[] {
  const found = [...text.matchAll(/'((?:[^']|'')*)'(:\*)?/gu)];
  const fitting = found.filter(([, , star]) => (star !== undefined) === areBeginnings);
  return [...new Set(fitting.map(([, lexeme]) => lexeme!.replaceAll("''", "'").replaceAll('\\\\', '\\')))];
}

/** A lexeme in the writing of `tsquery`; words of the index have neither quotes nor backslashes. */
function quoted(lexeme: string): string {
  return `'${lexeme}'`;
}
