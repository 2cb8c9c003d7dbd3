import { isOffice, isUnnamedAgency, knownAgency, looksLikeName, withoutLabel } from '../authors.ts';
import { asciiDigits } from '../clean-text.ts';
import { parseMachineDate } from '../dates.ts';
import {
  EDITOR_LABELS,
  ID_LABELS,
  MODIFIED_LABELS,
  PUBLISHED_LABELS,
  SECTION_LABELS,
  TAG_LABELS,
} from '../lexicon/notices.ts';
import { BYLINE_LABELS, CREDIT_LABELS, SOURCE_LABELS } from '../lexicon/people.ts';
import { PhraseList, phraseKey } from '../lexicon/phrase-list.ts';
import { parseRelativeDate } from '../relative-dates.ts';
import { parseWordedDate } from '../worded-dates.ts';
import { columns } from './lines.ts';

/** What a line says of the article. */
export interface Facts {
  readonly bylines: readonly string[];
  readonly agencies: readonly string[];
  readonly published: readonly string[];
  readonly modified: readonly string[];
  readonly section: string | null;
  readonly tags: readonly string[];
  readonly externalId: string | null;
}

/** Says nothing of the article. */
export const NO_FACTS: Facts = {
  bylines: [],
  agencies: [],
  published: [],
  modified: [],
  section: null,
  tags: [],
  externalId: null,
};
const BYLINES = new PhraseList(BYLINE_LABELS);
const CREDITS = new PhraseList(CREDIT_LABELS);
const SOURCES = new PhraseList(SOURCE_LABELS);

/** A line with a fact is no longer than this. In characters. */
const LONGEST_FACT = 100;

/** What may stand beside a date in its line, in characters. */
const LONGEST_MORE = 40;

/** Labels that, followed by a colon, begin another piece of information within one line. */
const INNER_LABELS = [BYLINES, SOURCES, PUBLISHED_LABELS, MODIFIED_LABELS, SECTION_LABELS, EDITOR_LABELS];

/** Labels that also stand without a colon. */
const UNMARKED_LABELS = [BYLINES, PUBLISHED_LABELS, MODIFIED_LABELS, EDITOR_LABELS];

/** The facts of two parts of a line. */
export function together(a: Facts, b: Facts): Facts {
  return {
    bylines: [...a.bylines, ...b.bylines],
    agencies: [...a.agencies, ...b.agencies],
    published: [...a.published, ...b.published],
    modified: [...a.modified, ...b.modified],
    section: a.section ?? b.section,
    tags: [...a.tags, ...b.tags],
    externalId: a.externalId ?? b.externalId,
  };
}

/** Cuts before each word (or two, three) that is a label: "12 March 2026 Source: Xinhua Reporter: Lin" is three facts. */
export function splitAtLabels(part: string): string[] {
  if (!/[:：\p{Nd}]/u.test(part)) return [part];
  const words = part.split(' ');
  const pieces: string[][] = [[]];
  for (let at = 0; at < words.length;) {
    const count = [3, 2, 1].find((length) => isInnerLabel(words.slice(at, at + length).join(' '))) ?? 0;
    if (count > 0) pieces.push([]);
    pieces.at(-1)!.push(...words.slice(at, at + Math.max(count, 1)));
    at += Math.max(count, 1);
  }
  return pieces.map((piece) => piece.join(' ').replace(/^[\s,،;–—-]+|[\s,،;–—-]+$/gu, ''));
}

function isInnerLabel(words: string): boolean {
  const colon = /^([^:：]{1,40})[:：]/u.exec(words);
  const label = colon?.[1] ?? words;
  if (label.split(' ').length < words.split(' ').length) return false; // the colon belongs to the last of the words
  const key = phraseKey(label);
  if (colon === null) return key.length > 3 && (MODIFIED_LABELS.has(key) || PUBLISHED_LABELS.has(key));
  return INNER_LABELS.some((labels) => labels.has(key));
}

/** The fact that a line, or a part of one, is; null where it is none. */
export function oneFact(text: string): Facts | null {
  const id = externalId(text);
  if (id !== null) return { ...NO_FACTS, externalId: id };
  const { label, rest } = splitLabel(text);
  if (label !== null) {
    const fact = labelledFact(text, phraseKey(label), rest);
    if (fact !== null) return fact;
  }
  if (isDate(text)) return { ...NO_FACTS, published: [text] };
  if (knownAgency(text) !== null && !/^\p{Ll}/u.test(text)) return { ...NO_FACTS, agencies: [knownAgency(text)!] };
  if (isUnnamedAgency(text)) return NOTHING_SAID;
  if (isOffice(text)) return { ...NO_FACTS, bylines: [text] };
  const credited = creditedAgencies(text);
  if (credited !== null) return { ...NOTHING_SAID, agencies: credited };
  const suffixed = withoutLabel(text);
  return suffixed !== text && label === null && looksLikeName(suffixed) ? { ...NO_FACTS, bylines: [suffixed] } : null;
}

function labelledFact(text: string, key: string, rest: string): Facts | null {
  if (MODIFIED_LABELS.has(key) && isDate(rest)) return { ...NO_FACTS, modified: [rest] };
  if (PUBLISHED_LABELS.has(key) && isDate(rest)) return { ...NO_FACTS, published: [rest] };
  if ((MODIFIED_LABELS.has(key) || PUBLISHED_LABELS.has(key)) && TIME_ONLY.test(rest)) return NOTHING_SAID;
  if (EDITOR_LABELS.has(key) && rest.length <= 60 && (hasColon(text) || key.includes(' '))) return NOTHING_SAID;
  if (SOURCES.has(key) && hasColon(text) && rest.length <= 60) {
    const agency = knownAgency(rest);
    return { ...NOTHING_SAID, agencies: agency === null ? [] : [agency] };
  }
  if (SECTION_LABELS.has(key) && hasColon(text) && rest !== '') return { ...NO_FACTS, section: rest };
  return BYLINES.has(key) && isByline(text, rest) ? bylineFacts(rest) : null;
}

/** "a las 11:20h", "09:10 GMT": an hour of a day that is not said. */
const TIME_ONLY = /^[^\p{Nd}]{0,12}\p{Nd}{1,2}[:.h]\p{Nd}{2}[^\p{Nd}]{0,12}$/u;

/** The agencies of a line such as "(With inputs from PTI)"; null where it is none. */
function creditedAgencies(text: string): string[] | null {
  const bare = text.replace(/^[\s(（[*—–-]+|[\s)）\].]+$/gu, '');
  const words = bare.split(/[\s:：-]+/u);
  const count = [5, 4, 3, 2, 1].find((length) => CREDITS.has(phraseKey(words.slice(0, length).join(' '))));
  if (count === undefined) return CREDITS.isIn(phraseKey(bare)) && words.length <= 6 ? [] : null;
  const named = words.slice(count).join(' ').split(/\s*[,،;&/]\s*|\s(?:and|और|und|et|y|и|و)\s/u); // prettier-ignore
  return named.map(knownAgency).filter((agency) => agency !== null);
}

/**
 * A line of the head that is a date and a few words more (a place, the site's name, a reporter), as in `Madrid - 12 MAR 2026 - 09:12 CET`;
 * null where it has no date or is a sentence.
 */
export function dateAndMore(text: string): Facts | null {
  if (!/\p{Nd}/u.test(text) || /[.!?।۔。]$/u.test(text)) return null;
  const found = ['en', 'fr'].map((language) => parseWordedDate(text, language)).find((date) => date !== null);
  if (!found || found.rest.length > LONGEST_MORE || found.rest.split(' ').length > 4) return null;
  const reporter = /(?:記者|记者)\s?(\p{Script=Han}{2,4})(?=[\s／/]|$)/u.exec(text)?.[1];
  return { ...NO_FACTS, published: [text], bylines: reporter === undefined ? [] : [reporter] };
}

/** A line about the article that says nothing of interest; an object of its own, for it is a fact all the same. */
const NOTHING_SAID: Facts = { ...NO_FACTS };

function hasColon(text: string): boolean {
  return /^[（(]?.{1,40}?[:：]/u.test(text);
}

// A label before a colon, or the longest run of first words that is one.
function splitLabel(text: string): { label: string | null; rest: string } {
  const bare = text.replace(/^[（(［[]\s*|\s*[)）］\]]$/gu, (bracket) =>
    /^[（(［[]/.test(text) && /[)）］\]]$/.test(text) ? '' : bracket,
  );
  const colon = /^([^:：]{1,40}?)\s*[:：]\s*(.*)$/u.exec(bare);
  if (colon !== null && !/\p{Nd}/u.test(colon[1]!)) return { label: colon[1]!, rest: colon[2]! };
  const words = bare.split(' ');
  for (let count = Math.min(4, words.length - 1); count > 0; count -= 1) {
    const key = phraseKey(words.slice(0, count).join(' '));
    if (UNMARKED_LABELS.some((labels) => labels.has(key))) {
      return { label: words.slice(0, count).join(' '), rest: words.slice(count).join(' ') };
    }
  }
  return { label: null, rest: bare };
}

// With a colon whoever follows is meant; without one what follows must look like names, for "By" also begins sentences.
function isByline(text: string, rest: string): boolean {
  if (rest === '' || columns(rest) > 90 || /[.!?।۔。]$/u.test(rest.replace(/\b\p{Lu}\.$|\b[js]r\.$/giu, '')))
    return false;
  if (hasColon(text)) return rest.split(' ').length <= 14;
  const first = /^\p{L}/u.exec(rest)?.[0] ?? '';
  const cased = first.toLowerCase() !== first.toUpperCase();
  if (cased) return (first !== first.toLowerCase() || /^(?:la|the|our|l['’])/iu.test(rest)) && mostlyCapitalised(rest);
  return rest.split(' ').length <= 4 && !/[,،]/u.test(rest);
}

function mostlyCapitalised(text: string): boolean {
  const beforeComma = text.split(/[,|–—-]/u)[0]!;
  const words = beforeComma.split(' ').filter((word) => /^\p{L}{4,}/u.test(word));
  const capitals = words.filter((word) => /^\p{Lu}/u.test(word)).length;
  return words.length <= 8 && (capitals * 2 > words.length || /^(?:la|the|our|l['’])/iu.test(text));
}

// A byline may end with the date: "Asha Verma, 12 March 2026".
function bylineFacts(rest: string): Facts {
  const cut = /^(.*?)\s*(?:[,،|–—-]|\bon\b)\s*(\S.*\p{Nd}.*)$/u.exec(rest);
  if (cut !== null && isDate(cut[2]!)) return { ...NO_FACTS, bylines: [cut[1]!], published: [cut[2]!] };
  return { ...NO_FACTS, bylines: [rest] };
}

// The time of the fetch is not known here, and only whether it is a date matters.
function isDate(text: string): boolean {
  if (text.length > LONGEST_FACT) return false;
  const bare = text.replace(/^[\s:：(（–—-]+|[\s)）–—-]+$/gu, '');
  if (parseMachineDate(bare) !== null || parseRelativeDate(bare, '2000-01-01T00:00:00.000Z') !== null) return true;
  return ['en', 'fr'].some((language) => parseWordedDate(bare, language)?.rest === '');
}

/** The publisher's own id: digits behind a name of the page's code ("story_id: 123456", "article-123456") or behind a label that says so. */
function externalId(text: string): string | null {
  const code = /^[A-Za-z]+(?:[-_][A-Za-z]+)*[-_:#=]{0,2}\s?(\d{5,15})$/.exec(text);
  if (code !== null && !/^\p{Lu}\p{Ll}+ /u.test(text)) return code[1]!;
  const labelled = /^(.{2,30}?)\s*[:：#=]\s*([\p{L}\p{Nd}_-]{3,40})$/u.exec(text);
  if (labelled === null || !ID_LABELS.has(phraseKey(labelled[1]!)) || !/\p{Nd}{3}/u.test(labelled[2]!)) return null;
  return asciiDigits(labelled[2]!);
}

/** The tags that a line lists (`Tags: a, b`, `#a #b`); null where it lists none. */
export function tagsOf(text: string): string[] | null {
  if (/^(?:#[\p{L}\p{M}\p{N}_]+[\s,]*){2,}$/u.test(text))
    return text
      .split(/[\s,]*#/u)
      .filter((tag) => tag !== '')
      .map((tag) => tag.replace(/[,\s]+$/, '').replaceAll('_', ' '));
  const labelled = /^(.{2,30}?)\s*[:：]\s*(\S.*)$/u.exec(text);
  if (labelled === null || !TAG_LABELS.has(phraseKey(labelled[1]!))) return null;
  const tags = labelled[2]!
    .split(/\s*[,،、;；|｜#•·]\s*/u)
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');
  return tags.every((tag) => columns(tag) <= 60) ? tags : null;
}
