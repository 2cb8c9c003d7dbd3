/** What overlap is measured in: successive words of this number, or successive characters where a script has no spaces. */
const WORDS_PER_SHINGLE = 3;
const CHARACTERS_PER_SHINGLE = 6;

/** So much of a text is compared: about twelve pages. What two texts share beyond that they share before it too. In UTF-16 units. */
export const COMPARED_LENGTH = 40_000;

const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const COUNTED = /[\p{L}\p{M}\p{N}]/u;

const SEPARATOR = 0;
const IN_WORD = 1;
const ALONE = 2;

/**
 * For each UTF-16 unit the one it is compared as (its compatible form in lower case), and whether it belongs to a word, is one by itself,
 * or parts words. A table, because asking Unicode for each character of each text is most of the time that a text takes.
 */
const { folded, role } = foldingTable();

/** The shingles of a text in their order, each as two independent hashes of 32 bits. */
export interface Shingles {
  /** Of how many words, or characters, each is; so far apart are two that do not overlap. */
  readonly size: number;
  readonly high: Uint32Array;
  readonly low: Uint32Array;
}

/** A text's shingles. Letters and digits count, case, width and punctuation do not. None where it has fewer words than a shingle. */
export function shinglesOf(text: string): Shingles {
  const { high, low, alone } = wordsOf(text.length > COMPARED_LENGTH ? text.slice(0, COMPARED_LENGTH) : text);
  const size = alone * 2 > low.length ? CHARACTERS_PER_SHINGLE : WORDS_PER_SHINGLE;
  const count = Math.max(0, low.length - size + 1);
  const shingles = { size, high: new Uint32Array(count), low: new Uint32Array(count) };
  for (let at = 0; at < count; at++) {
    let h = 0x9747b28c;
    let l = 0x811c9dc5;
    for (let next = at; next < at + size; next++) {
      h = Math.imul(h ^ high[next]!, 0x85ebca6b);
      h ^= h >>> 15;
      l = Math.imul(l ^ low[next]!, 0xc2b2ae35);
      l ^= l >>> 13;
    }
    shingles.high[at] = mixed(h);
    shingles.low[at] = mixed(l);
  }
  return shingles;
}

/** Two independent FNV-1a hashes of each word, and how many of the words are characters that stand alone. */
function wordsOf(text: string): { high: number[]; low: number[]; alone: number } {
  const high: number[] = [];
  const low: number[] = [];
  let alone = 0;
  let h = 0x9747b28c;
  let l = 0x811c9dc5;
  let open = false;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    const what = role[unit]!;
    if (what !== IN_WORD && open) {
      high.push(h);
      low.push(l);
      h = 0x9747b28c;
      l = 0x811c9dc5;
      open = false;
    }
    if (what === SEPARATOR) continue;
    const letter = folded[unit]!;
    if (what === ALONE) {
      high.push(Math.imul(h ^ letter, 0x01000193));
      low.push(Math.imul(l ^ letter, 0x01000193));
      alone++;
      continue;
    }
    h = Math.imul(h ^ letter, 0x01000193);
    l = Math.imul(l ^ letter, 0x01000193);
    open = true;
  }
  if (open) {
    high.push(h);
    low.push(l);
  }
  return { high, low, alone };
}

/** MurmurHash3's finisher: every bit of the result depends on every bit of the value. */
export function mixed(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

function foldingTable(): { folded: Uint16Array; role: Uint8Array } {
  const folded = new Uint16Array(0x10000);
  const role = new Uint8Array(0x10000);
  for (let unit = 0; unit < 0x10000; unit++) {
    const character = String.fromCharCode(unit);
    const compared = character.normalize('NFKC').toLowerCase();
    folded[unit] = compared.charCodeAt(0);
    // Half a surrogate pair: letters of scripts that are old or rare, and ideographs.
    const counts = (unit >= 0xd800 && unit < 0xe000) || COUNTED.test(compared);
    role[unit] = counts ? (UNSPACED.test(compared) ? ALONE : IN_WORD) : SEPARATOR;
  }
  return { folded, role };
}
