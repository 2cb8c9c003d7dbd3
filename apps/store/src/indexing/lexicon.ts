import { visitWords, WordTable } from './words.ts';

/** A lexeme, one object for each text within one document, so that its places are gathered without looking its text up. */
export interface Lexeme {
  readonly text: string;
  /** Belongs to {@link searchVector}: the document that met it last, and its place among that document's lexemes. */
  document: number;
  entry: number;
}

/** What a text search configuration makes of a word. */
export interface Word {
  /** In lower case. */
  readonly text: string;
  /** Null while nobody asked Postgres; none for a stop word. */
  lexemes: readonly Lexeme[] | null;
  /** How many places behind the word's first each of them stands; null where there is one, at the first. */
  offsets: readonly number[] | null;
  /** How many places it takes in a text, at least one. */
  places: number;
}

/** A word that is asked for. */
export interface Unknown {
  readonly configuration: string;
  readonly word: Word;
  readonly generation: Generation;
}

/** Answers what configurations make of words. */
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

/** The configuration that takes words as they are, and in which the others take numbers. */
const SIMPLE = 'simple';
const NUMBER = /^[0-9]+$/;
/** About 15 MB: of ten languages the words that make up most of any text. */
const REMEMBERED_WORDS = 60_000;

/** Words of which one document is made come of one generation, in which a text has one lexeme. */
class Generation {
  readonly #words = new Map<string, WordTable<Word>>();
  readonly #lexemes = new Map<string, Lexeme>();
  count = 0;

  wordsOf(configuration: string): WordTable<Word> {
    let words = this.#words.get(configuration);
    if (words === undefined) this.#words.set(configuration, (words = new WordTable<Word>()));
    return words;
  }

  lexeme(text: string): Lexeme {
    let lexeme = this.#lexemes.get(text);
    if (lexeme === undefined) this.#lexemes.set(text, (lexeme = { text, document: 0, entry: 0 }));
    return lexeme;
  }
}

/**
 * Remembers what Postgres's configurations make of words: few words make up most of any text, so a vector is put together here for a
 * fraction of what `to_tsvector` takes, of exactly its lexemes. Bounded: what was not met for long is asked for again.
 */
export class Lexicon {
  #recent = new Generation();
  #before = new Generation();

  /** The words of a part of a document, a text as `searchText` has it; those that Postgres is to be asked for go into `unknown`. */
  lookUp(configuration: string, text: string, unknown: Unknown[]): Word[] {
    const generation = this.#recent;
    const recent = generation.wordsOf(configuration);
    const before = this.#before.wordsOf(configuration);
    const lowered = text.toLowerCase();
    const found: Word[] = [];
    visitWords(lowered, (start, end, hash) => {
      let word = recent.find(lowered, start, end, hash);
      if (word === undefined) {
        word = this.#meet(configuration, lowered.slice(start, end), before.find(lowered, start, end, hash));
        recent.add(word, hash);
        generation.count++;
      }
      // also where another document asks already: its answer may never come
      if (word.lexemes === null) unknown.push({ configuration, word, generation });
      found.push(word);
    });
    return found;
  }

  /** Asks for words that were not known. @throws what `ask` throws; they are unknown then as before. */
  async learn(unknown: readonly Unknown[], ask: Ask): Promise<void> {
    const questions = [...new Map(unknown.map((one) => [one.word, one])).values()];
    if (questions.length > 0) {
      const rows = await ask(
        questions.map(({ configuration }) => configuration),
        questions.map(({ word }) => word.text),
      );
      const answers = Map.groupBy(rows, ({ place }) => Number(place) - 1);
      for (const [at, { word, generation }] of questions.entries()) take(word, generation, answers.get(at) ?? []);
    }
    if (this.#recent.count > REMEMBERED_WORDS / 2) {
      this.#before = this.#recent;
      this.#recent = new Generation();
    }
  }

  #meet(configuration: string, text: string, known: Word | undefined): Word {
    const texts = configuration === SIMPLE || NUMBER.test(text) ? [text] : known?.lexemes?.map((lexeme) => lexeme.text);
    return {
      text,
      lexemes: texts?.map((each) => this.#recent.lexeme(each)) ?? null,
      offsets: known?.offsets ?? null,
      places: known?.places ?? 1,
    };
  }
}

function take(word: Word, generation: Generation, rows: readonly LexemeRow[]): void {
  const found = rows.flatMap(({ lexeme, positions }) => positions.map((at) => ({ lexeme, offset: at - 1 })));
  word.places = Math.max(1, ...found.map(({ offset }) => offset + 1));
  word.offsets = found.every(({ offset }) => offset === 0) ? null : found.map(({ offset }) => offset);
  word.lexemes = found.map(({ lexeme }) => generation.lexeme(lexeme));
}
