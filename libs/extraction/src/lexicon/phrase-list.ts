import { WordMatcher } from './word-matcher.ts';

/**
 * The form in which a line and a phrase are compared: lower case, without punctuation and marks that are often left out or vary (accents,
 * Arabic vowels and letter variants, nukta, candrabindu, candra vowels, joiners); every number is `#`.
 */
export function phraseKey(text: string): string {
  let key = '';
  let last = ' ';
  for (const character of text.normalize('NFKD').toLowerCase()) {
    const kept = keptOf(character);
    if (kept === '' || (kept === last && (kept === ' ' || kept === '#'))) continue;
    key += kept;
    last = kept;
  }
  return key.trimEnd().normalize('NFC');
}

const KEPT = new Map<string, string>();

function keptOf(character: string): string {
  let kept = KEPT.get(character);
  if (kept === undefined) {
    kept = foldCharacter(character);
    KEPT.set(character, kept);
  }
  return kept;
}

const VARIANTS = new Map([
  ...[...'أإآٱ'].map((letter) => [letter, 'ا'] as const),
  ...[...'ىیے'].map((letter) => [letter, 'ي'] as const),
  ...[...'ةۃہھەۀ'].map((letter) => [letter, 'ه'] as const),
  ...[...'’‘ʼ`´'].map((letter) => [letter, "'"] as const),
  ...[...'ॲऍ'].map((letter) => [letter, 'अ'] as const),
  ['ک', 'ك'],
  ['ँ', 'ं'],
  ['ॉ', 'ा'],
  ['ऑ', 'आ'],
  ['ॅ', ''],
]);

function foldCharacter(character: string): string {
  if (/[\u0300-\u036f\u064b-\u0655\u0670\u0640\u093c\u09bc\p{Cf}]/u.test(character)) return '';
  const variant = VARIANTS.get(character);
  if (variant !== undefined) return variant;
  if (/\p{Nd}/u.test(character)) return '#';
  return /[\p{L}\p{M}\p{N}#']/u.test(character) ? character : ' ';
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
