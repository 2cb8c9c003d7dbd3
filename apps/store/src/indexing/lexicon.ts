import { Lexemes } from './lexemes.ts';
import { type Meaning, UNKNOWN, Vocabulary } from './vocabulary.ts';
import { visitWords } from './words.ts';

/** Words of a part of a document, by their numbers. */
export interface Looked {
  readonly vocabulary: Vocabulary;
  readonly words: readonly number[];
}

/** A word that is asked for. */
export interface Unknown {
  readonly configuration: string;
  readonly vocabulary: Vocabulary;
  readonly word: number;
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
/** Of ten languages the words that make up most of any text. */
const REMEMBERED_WORDS = 60_000;

/** Words of which one document is made come of one generation, in which a lexeme has one number. */
class Generation {
  readonly lexemes = new Lexemes();
  readonly #vocabularies = new Map<string, Vocabulary>();

  get count(): number {
    let count = 0;
    for (const vocabulary of this.#vocabularies.values()) count += vocabulary.count;
    return count;
  }

  vocabulary(configuration: string): Vocabulary {
    let vocabulary = this.#vocabularies.get(configuration);
    if (vocabulary === undefined) this.#vocabularies.set(configuration, (vocabulary = new Vocabulary(this.lexemes)));
    return vocabulary;
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
  lookUp(configuration: string, text: string, unknown: Unknown[]): Looked {
    const vocabulary = this.#recent.vocabulary(configuration);
    const before = this.#before.vocabulary(configuration);
    const lowered = text.toLowerCase();
    const words: number[] = [];
    visitWords(lowered, (start, end, hash) => {
      let word = vocabulary.find(lowered, start, end, hash);
      if (word < 0) {
        word = vocabulary.add(lowered, start, end, hash);
        recall(configuration, vocabulary, word, before, before.find(lowered, start, end, hash));
      }
      // also where another document asks already: its answer may never come
      if (vocabulary.lexemeOf(word) === UNKNOWN) unknown.push({ configuration, vocabulary, word });
      words.push(word);
    });
    return { vocabulary, words };
  }

  /** Asks for words that were not known. @throws what `ask` throws; they are unknown then as before. */
  async learn(unknown: readonly Unknown[], ask: Ask): Promise<void> {
    const questions = [...Map.groupBy(unknown, ({ vocabulary }) => vocabulary).values()].flatMap((asked) => [
      ...new Map(asked.map((one) => [one.word, one])).values(),
    ]);
    if (questions.length > 0) {
      const rows = await ask(
        questions.map(({ configuration }) => configuration),
        questions.map(({ vocabulary, word }) => vocabulary.textOf(word)),
      );
      const answers = Map.groupBy(rows, ({ place }) => Number(place) - 1);
      for (const [at, { vocabulary, word }] of questions.entries()) {
        vocabulary.learn(word, meaningOf(answers.get(at) ?? [], vocabulary.lexemes));
      }
    }
    if (this.#recent.count > REMEMBERED_WORDS / 2) {
      this.#before = this.#recent;
      this.#recent = new Generation();
    }
  }
}

/** Learns a new word without a question, where it stands for itself or the generation before knew it: `old` is its number there, negative when it has none. */
function recall(configuration: string, vocabulary: Vocabulary, word: number, before: Vocabulary, old: number): void {
  if (old >= 0 && before.lexemeOf(old) !== UNKNOWN) {
    const { lexemes, offsets, places } = before.meaningOf(old);
    const numbers = lexemes.map((lexeme) => vocabulary.lexemes.numberOf(before.lexemes.textOf(lexeme)));
    vocabulary.learn(word, { lexemes: numbers, offsets, places });
    return;
  }
  const text = vocabulary.textOf(word);
  if (configuration !== SIMPLE && !NUMBER.test(text)) return;
  vocabulary.learn(word, { lexemes: [vocabulary.lexemes.numberOf(text)], offsets: [0], places: 1 });
}

function meaningOf(rows: readonly LexemeRow[], lexemes: Lexemes): Meaning {
  const found = rows.flatMap(({ lexeme, positions }) => positions.map((at) => ({ lexeme, offset: at - 1 })));
  return {
    lexemes: found.map(({ lexeme }) => lexemes.numberOf(lexeme)),
    offsets: found.map(({ offset }) => offset),
    places: Math.max(1, ...found.map(({ offset }) => offset + 1)),
  };
}
