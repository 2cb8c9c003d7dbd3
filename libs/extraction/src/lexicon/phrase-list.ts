/**
 * The form in which a line and a phrase are compared: lower case, without punctuation and marks that are often left out or vary (accents,
 * Arabic vowels and letter variants, nukta, candrabindu, joiners); every number is `#`.
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
    .replace(/[’‘ʼ`´]/g, "'")
    .replace(/\p{Nd}+/gu, '#')
    .replace(/[^\p{L}\p{M}\p{N}#']+/gu, ' ')
    .trim();
}

const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;

/** Phrases that are looked for in lines, whatever their language. */
export class PhraseList {
  readonly #whole: ReadonlySet<string>;
  readonly #anywhere: RegExp;

  /** @param lists Phrases apart by `|` or line ends. */
  constructor(...lists: readonly (string | readonly string[])[]) {
    const phrases = lists.flatMap((list) => (typeof list === 'string' ? list.split(/[|\n]/) : list));
    this.#whole = new Set(phrases.map(phraseKey).filter((phrase) => phrase !== ''));
    const alternatives = [...this.#whole].sort((a, b) => b.length - a.length).map(pattern);
    this.#anywhere = new RegExp(alternatives.join('|') || '$^', 'gu');
  }

  /** Whether the key is one of the phrases. */
  has(key: string): boolean {
    return this.#whole.has(key);
  }

  /** What of a key is left when every phrase is taken out of it. */
  without(key: string): string {
    return key.replace(this.#anywhere, ' ').replace(/\s+/g, ' ').trim();
  }

  /** Whether a phrase stands in the key, as words of its own. */
  isIn(key: string): boolean {
    return key.search(this.#anywhere) >= 0;
  }

  /** Whether the key begins with a phrase. */
  begins(key: string): boolean {
    return key.search(this.#anywhere) === 0;
  }
}

function pattern(phrase: string): string {
  const escaped = phrase.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return UNSPACED.test(phrase) ? escaped : `(?<![\\p{L}\\p{M}\\p{N}#])${escaped}(?![\\p{L}\\p{M}\\p{N}#])`;
}
