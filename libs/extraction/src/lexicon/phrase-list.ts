import { WordMatcher } from './word-matcher.ts';

/**
 * The form in which a line and a phrase are compared: lower case, without punctuation and marks that are often left out or vary (accents,
 * Arabic vowels and letter variants, nukta, candrabindu, candra vowels, joiners); every number is `#`.
 */
export function phraseKey(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[\u0300-\u036f\u064b-\u0655\u0670\u0640\u093c\u09bc\p{Cf}]/gu, '')
    .normalize('NFC')
    .replace(/[أإآٱ]/g, 'ا')
    .replace(/[ىیے]/g, 'ي')
    .replace(/[ةۃہھەۀ]/g, 'ه')
    .replace(/ک/g, 'ك')
    .replace(/ँ/g, 'ं')
    .replace(/ॉ/g, 'ा')
    .replace(/ऑ/g, 'आ')
    .replace(/[ॲऍ]|अॅ/g, 'अ')
    .replace(/ॅ/g, '')
    .replace(/[’‘ʼ`´]/g, "'")
    .replace(/\p{Nd}+/gu, '#')
    .replace(/[^\p{L}\p{M}\p{N}#']+/gu, ' ')
    .trim();
}

const isPartOfWord = (character: string): boolean => /[\p{L}\p{M}\p{N}#]/u.test(character);

/** Phrases that are looked for in lines, whatever their language. */
export class PhraseList {
  readonly #whole: ReadonlyMap<string, true>;
  readonly #matcher: WordMatcher<true>;

  /** @param lists Phrases apart by `|` or line ends. */
  constructor(...lists: readonly (string | readonly string[])[]) {
    const phrases = lists.flatMap((list) => (typeof list === 'string' ? list.split(/[|\n]/) : list));
    this.#whole = new Map(
      phrases
        .map(phraseKey)
        .filter((phrase) => phrase !== '')
        .map((phrase) => [phrase, true]),
    );
    this.#matcher = new WordMatcher(this.#whole, isPartOfWord);
  }

  /** Whether the key is one of the phrases. */
  has(key: string): boolean {
    return this.#whole.has(key);
  }

  /** What of a key is left when every phrase is taken out of it. */
  without(key: string): string {
    return this.#matcher
      .replace(key, () => ' ')
      .replace(/\s+/g, ' ')
      .trim();
  }

  /** Whether a phrase stands in the key, as words of its own. */
  isIn(key: string): boolean {
    return !this.#matcher.matches(key).next().done;
  }

  /** Whether the key begins with a phrase. */
  begins(key: string): boolean {
    const first = this.#matcher.matches(key).next();
    return !first.done && first.value.from === 0;
  }
}
