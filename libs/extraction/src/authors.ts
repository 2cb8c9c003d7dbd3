import { cleanLine } from './clean-text.ts';
import {
  AGENCIES,
  BYLINE_LABELS,
  NAME_CONJUNCTIONS,
  ROLE_WORDS,
  STAFF_WORDS,
  UNNAMED_AGENCIES,
} from './lexicon/people.ts';
import { EDITOR_LABELS } from './lexicon/notices.ts';
import { isPlace } from './lexicon/places.ts';
import { PhraseList, phraseKey } from './lexicon/phrase-list.ts';

const LABELS = new PhraseList(BYLINE_LABELS);
const STAFF = new PhraseList(STAFF_WORDS);
const ROLES = new PhraseList(ROLE_WORDS);
const UNNAMED = new PhraseList(UNNAMED_AGENCIES);
const KNOWN_AGENCIES = new Map(AGENCIES.map((name) => [phraseKey(name), name]));

const CONJUNCTIONS = [...new Set(NAME_CONJUNCTIONS)].sort((a, b) => b.length - a.length);
const SPACED_CONJUNCTION = new RegExp(`\\s+(?:${CONJUNCTIONS.join('|')})\\s+`, 'iu');
const UNSPACED_NAME = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]+$/u;

const LONGEST_NAME = 60;
const MOST_WORDS_OF_A_NAME = 6;

/** People and agencies that a byline names. */
export interface Names {
  readonly people: readonly string[];
  readonly agencies: readonly string[];
}

/**
 * Tells names apart in bylines as found ("By Asha Verma and R. Rao, PTI"): people without label, office, address or newsroom ("Staff
 * Reporter", "Web Desk", the site itself are nobody), agencies by their names. Each once, in order.
 */
export function namesOf(bylines: readonly string[], siteName: string | null = null): Names {
  const site = siteName === null ? '' : phraseKey(siteName);
  const people = new Map<string, string>();
  const agencies = new Map<string, string>();
  for (const part of bylines.flatMap(partsOf)) {
    const key = phraseKey(part);
    const agency = knownAgency(part);
    if (agency !== null) agencies.set(key, agency);
    else if (isPerson(part, key) && !people.has(key) && key !== site) people.set(key, inTitleCase(part));
  }
  return { people: [...people.values()], agencies: [...agencies.values()] };
}

/** The agency of this name, as it is written here; null where it is none that we know. */
export function knownAgency(name: string): string | null {
  const bare = cleanLine(name).replace(/^[\s/(（［[]+|[\s/)）］\].,]+$/gu, '');
  return KNOWN_AGENCIES.has(phraseKey(bare)) ? bare : null;
}

/** Whether a name is only "agencies", which names none. */
export function isUnnamedAgency(name: string): boolean {
  return UNNAMED.has(phraseKey(name));
}

/** Whether the text is nothing but an office or a newsroom: "Staff Reporter", "वेब डेस्क". */
export function isOffice(text: string): boolean {
  const key = phraseKey(text);
  return text.split(' ').length <= 4 && key !== '' && STAFF.without(ROLES.without(key)) === '';
}

/** Whether the text may be the name of one person. */
export function looksLikeName(text: string): boolean {
  const key = phraseKey(text);
  const words = text.split(' ');
  return (
    !/[\p{Nd}.!?।۔。:：;"“”«»]$|\p{Nd}/u.test(text.replace(/\.$/, '')) &&
    (UNSPACED_NAME.test(text) ? text.length >= 2 && text.length <= 12 : words.length >= 2 && words.length <= 5) &&
    words.every((word) => !/^\p{Ll}/u.test(word) || PARTICLES.has(word)) &&
    isPerson(text, key)
  );
}

const PARTICLES = new Set(
  'de da do dos das del della di du la le van von der den zu af av el al bin ibn ben y e i und ter ten'.split(' '),
);

function partsOf(byline: string): string[] {
  const bare = withoutLabel(
    cleanLine(byline)
      .replace(/https?:\/\/\S+|\S+@\S+|(?<!\S)@\w+/g, ' ')
      .replace(/\(\s*\)|<\s*>/g, ' '),
  );
  return withoutOutlet(bare)
    .split(/\s*[,،、;；/|｜•·&＆]\s*|[()（）]/u)
    .flatMap((part) => part.split(SPACED_CONJUNCTION))
    .flatMap(splitArabicAnd)
    .map((part) =>
      withoutLabel(part)
        .replace(/^[\s.:：*-]+|[\s:：*-]+$/gu, '')
        .replace(/(?<=\p{L}{2})\.$/u, ''),
    )
    .filter((part) => part !== '' && !EDITOR_LABELS.begins(phraseKey(part)));
}

// Behind a dash stands where the author writes or for whom; an agency there counts.
function withoutOutlet(byline: string): string {
  const [names, ...others] = byline.split(/\s+[-–—]\s+/u);
  const agencies = others.filter((other) => knownAgency(other) !== null);
  return [names!, ...agencies].join(', ');
}

// The Arabic "and" is written as one word with what follows; only between two full names is it told from a name's first letter.
function splitArabicAnd(part: string): string[] {
  const halves = part.split(/\s+و(?=\p{Script=Arabic}{2,}\s+\p{Script=Arabic})/u);
  return halves.every((half) => /\S\s+\S/.test(half)) ? halves : [part];
}

/** A byline without the word before it. */
export function withoutLabel(text: string): string {
  const colon = /^(.{1,40}?)\s*[:：]\s*/u.exec(text);
  if (colon !== null && LABELS.has(phraseKey(colon[1]!))) return text.slice(colon[0].length);
  const words = text.split(' ');
  for (let count = Math.min(3, words.length - 1); count > 0; count -= 1) {
    if (LABELS.has(phraseKey(words.slice(0, count).join(' ')))) return words.slice(count).join(' ');
  }
  return text.replace(/(?<=\p{Script=Han})(?:記者|记者)$|(?<=\p{Script=Hangul}{2,4})\s*기자$|\s+द्वारा$/u, '');
}

function isPerson(part: string, key: string): boolean {
  if (part.length > LONGEST_NAME || !/\p{L}/u.test(part) || /\p{Nd}/u.test(part)) return false;
  if (part.split(' ').length > MOST_WORDS_OF_A_NAME || (!UNSPACED_NAME.test(part) && part.length < 3)) return false;
  if (
    STAFF.isIn(key) ||
    ROLES.isIn(key) ||
    UNNAMED.has(key) ||
    LABELS.has(key) ||
    knownAgency(part) !== null ||
    isPlace(part)
  )
    return false;
  if (/\.\p{Ll}{2,4}$|^\p{Lu}[\p{L}.]{0,3}$/u.test(part)) return false; // a site's address, a degree: "stern.de", "PhD"
  return !/^\p{Ll}/u.test(part) || PARTICLES.has(part.split(' ')[0]!); // an office: "transport correspondent", "corresponsal"
}

// Names in capitals only are how some sites show them, not how they are written.
function inTitleCase(name: string): string {
  if (!/^[\p{Lu}\p{M}\s.'’-]{5,}$/u.test(name) || !name.includes(' ')) return name;
  return name.toLowerCase().replace(/(?<![\p{L}\p{M}'’])\p{L}/gu, (letter) => letter.toUpperCase());
}
