/** One lexeme of a word, and how many places behind the word's first it stands. */
export interface Lexeme {
  readonly text: string;
  readonly offset: number;
}

/** What a text search configuration makes of a word. */
export interface Word {
  /** None for a stop word; null while nobody asked Postgres. */
  lexemes: readonly Lexeme[] | null;
  /** How many places it takes in a text, at least one. */
  places: number;
}

/** A word that is asked for. */
export interface Unknown {
  readonly configuration: string;
  readonly text: string;
  readonly word: Word;
}

/** Answers what configurations make of words, in their order. */
export type Ask = (configurations: readonly string[], words: readonly string[]) => Promise<LexemeRow[]>;

/** A lexeme of one of the words that were asked for, as the driver reads it. */
export interface LexemeRow {
  /** Which word, from 1. */
  readonly place: string;
  readonly lexeme: string;
  readonly positions: readonly number[];
}

/** What configurations make of words. $1 configurations, $2 words, one of each for each question. */
export const SELECT_LEXEMES = `
  SELECT x.place, t.lexeme, t.positions
  FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS x(configuration, word, place)
  CROSS JOIN LATERAL unnest(to_tsvector(x.configuration::regconfig, x.word)) AS t`;

/** The configuration that takes words as they are, and that in which the others take numbers. */
const SIMPLE = 'simple';
const NUMBER = /^[0-9]+$/;
/** About 15 MB; the words of ten languages that make up most of any text. */
const REMEMBERED_WORDS = 60_000;

/**
 * Remembers what Postgres's configurations make of words: few words make up most of any text, so a vector is put together here for a
 * fraction of what `to_tsvector` takes, of exactly its lexemes. Bounded: what was not met for long is asked for again.
 */
export class Lexicon {
  #recent = new Map<string, Map<string, Word>>();
  #before = new Map<string, Map<string, Word>>();
  #recentCount = 0;

  /** The words of a text; those that Postgres is to be asked for go into `unknown`. Words are in lower case. */
  lookUp(configuration: string, words: readonly string[], unknown: Unknown[]): Word[] {
    if (configuration === SIMPLE) return words.map(asItIs);
    const recent = this.#recentOf(configuration);
    const before = this.#before.get(configuration);
    return words.map((text) => {
      let word = recent.get(text);
      if (word === undefined) {
        if (NUMBER.test(text)) return asItIs(text);
        word = before?.get(text) ?? { lexemes: null, places: 1 };
        recent.set(text, word);
        this.#recentCount++;
      }
      // also where another text asks already: its answer may never come
      if (word.lexemes === null) unknown.push({ configuration, text, word });
      return word;
    });
  }

  /** Asks for words that were not known. @throws what `ask` throws; they are unknown then as before. */
  async learn(unknown: readonly Unknown[], ask: Ask): Promise<void> {
    const questions = [...new Map(unknown.map((one) => [one.word, one])).values()];
    if (questions.length > 0) {
      const rows = await ask(
        questions.map(({ configuration }) => configuration),
        questions.map(({ text }) => text),
      );
      const answers = Map.groupBy(rows, ({ place }) => Number(place) - 1);
      for (const [at, { word }] of questions.entries()) take(word, answers.get(at) ?? []);
    }
    if (this.#recentCount > REMEMBERED_WORDS / 2) this.#age();
  }

  #recentOf(configuration: string): Map<string, Word> {
    const known = this.#recent.get(configuration);
    if (known) return known;
    const words = new Map<string, Word>();
    this.#recent.set(configuration, words);
    return words;
  }

  #age(): void {
    this.#before = this.#recent;
    this.#recent = new Map();
    this.#recentCount = 0;
  }
}

function asItIs(text: string): Word {
  return { lexemes: [{ text, offset: 0 }], places: 1 };
}

function take(word: Word, rows: readonly LexemeRow[]): void {
  const lexemes = rows.flatMap(({ lexeme, positions }) => positions.map((at) => ({ text: lexeme, offset: at - 1 })));
  word.places = Math.max(1, ...lexemes.map(({ offset }) => offset + 1));
  word.lexemes = lexemes;
}
