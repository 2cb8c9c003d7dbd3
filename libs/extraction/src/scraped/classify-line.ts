import { isUnnamedAgency, knownAgency, looksLikeName, withoutLabel } from '../authors.ts';
import { asciiDigits } from '../clean-text.ts';
import {
  ACTIONS,
  ACTION_FILLERS,
  ADVERTS,
  COMMENTS,
  COUNTERS,
  NETWORKS,
  POPULAR,
  RELATED,
} from '../lexicon/furniture.ts';
import {
  CONTROLS,
  COOKIE_NOTICES,
  COPYRIGHT_WORDS,
  EDITOR_LABELS,
  HOME,
  ID_LABELS,
  INVITATIONS,
  MODIFIED_LABELS,
  NEWSLETTERS,
  PUBLISHED_LABELS,
  RIGHTS,
  SECTION_LABELS,
  TAG_LABELS,
} from '../lexicon/notices.ts';
import { BYLINE_LABELS, SOURCE_LABELS } from '../lexicon/people.ts';
import { PhraseList, phraseKey } from '../lexicon/phrase-list.ts';
import { parseMachineDate } from '../dates.ts';
import { parseRelativeDate } from '../relative-dates.ts';
import { parseWordedDate } from '../worded-dates.ts';
import { isCaption } from './captions.ts';
import { columns } from './lines.ts';

/** What a line of a scraped text is. `text` is all that is none of the others. */
export type LineKind =
  | 'text'
  | 'advert'
  | 'share'
  | 'control'
  | 'invitation'
  | 'newsletter'
  | 'cookies'
  | 'rights'
  | 'comments'
  | 'related'
  | 'related-link'
  | 'popular'
  | 'caption'
  | 'breadcrumb'
  | 'meta';

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

/** A line, told what it is. */
export interface Classified {
  readonly kind: LineKind;
  readonly facts: Facts;
  /** A byline without a colon may be a sentence's or subhead's beginning: it is one only where bylines stand. */
  readonly doubtful: boolean;
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
const SOURCES = new PhraseList(SOURCE_LABELS);

/** A line of furniture is short; what is longer is text, whatever words are in it. In columns. */
const LONGEST_FURNITURE = 100;
const LONGEST_NOTICE = 250;
const LONGEST_COOKIE_NOTICE = 900;

/** Labels that, followed by a colon, begin another piece of information within one line. */
const INNER_LABELS = [BYLINES, SOURCES, PUBLISHED_LABELS, MODIFIED_LABELS, SECTION_LABELS, EDITOR_LABELS];

/** Tells what a line is, by what is said and how in lines of its kind in any language; of the line alone, wherever it stands. */
export function classifyLine(text: string): Classified {
  const width = columns(text);
  if (width > LONGEST_COOKIE_NOTICE) return of('text');
  const key = phraseKey(text.slice(0, LONGEST_NOTICE));
  if (width <= LONGEST_FURNITURE) {
    const meta = metaFacts(text);
    if (meta !== null) return { kind: 'meta', facts: meta, doubtful: isDoubtful(text, meta) };
    const kind = shortKind(text, key);
    if (kind !== null) return of(kind);
    const section = breadcrumb(text);
    if (section !== null) return { ...of('breadcrumb'), facts: { ...NO_FACTS, section: section || null } };
  }
  const tags = tagsOf(text);
  if (tags !== null) return { ...of('meta'), facts: { ...NO_FACTS, tags } };
  if (COOKIE_NOTICES.isIn(key.slice(0, 90))) return of('cookies');
  if (width <= LONGEST_NOTICE) {
    if (isRelatedLink(text)) return of('related-link');
    if (isRights(text, key)) return of('rights');
    if (isCaption(text)) return of('caption');
    if (isInvitation(key, width)) return of(NEWSLETTERS.isIn(key) ? 'newsletter' : 'invitation');
  }
  return of('text');
}

function of(kind: LineKind): Classified {
  return { kind, facts: NO_FACTS, doubtful: false };
}

function isDoubtful(text: string, { bylines, published, modified }: Facts): boolean {
  return bylines.length > 0 && published.length === 0 && modified.length === 0 && !hasColon(text);
}

function shortKind(text: string, key: string): LineKind | null {
  if (key === '') return 'control'; // punctuation only: a rule between parts
  if (ADVERTS.has(key)) return 'advert';
  if (POPULAR.has(key)) return 'popular';
  if (COMMENTS.has(key)) return 'comments';
  if (CONTROLS.has(key)) return 'control';
  if (RELATED.has(key)) return 'related';
  if (COUNTERS.has(key) || /^[#.,km\s]+$/i.test(key)) return 'control';
  if (isSharing(key)) return 'share';
  if (/^[a-z]{3,}(?:[A-Z][a-z]+)+$/.test(text)) return 'control'; // a name of the page's own code: trendingNow
  const parts = text
    .split(/\s*[|｜•·/]\s*/u)
    .map(phraseKey)
    .filter((part) => part !== '');
  if (parts.length > 1 && parts.every((part) => CONTROLS.has(part) || HOME.has(part) || isSharing(part)))
    return 'control';
  return null;
}

function isSharing(key: string): boolean {
  const withoutActions = ACTIONS.without(key);
  const withoutNetworks = NETWORKS.without(withoutActions);
  return withoutNetworks !== key && ACTION_FILLERS.without(withoutNetworks) === '';
}

/** The facts of a line that is nothing but facts (byline, date, source, id …), apart by bars or dots or each with its label; else null. */
function metaFacts(text: string): Facts | null {
  const whole = oneFact(text);
  if (whole !== null) return whole;
  const parts = text
    .split(/\s*[|｜•·]\s*/u)
    .flatMap(splitAtLabels)
    .filter((part) => part !== '');
  if (parts.length < 2) return null;
  const facts = parts.map((part) => oneFact(part) ?? (shortKind(part, phraseKey(part)) === null ? null : NO_FACTS));
  if (facts.some((fact) => fact === null)) return null;
  const known = facts.filter((fact) => fact !== null && fact !== NO_FACTS) as Facts[];
  return known.length === 0 ? null : known.reduce(together);
}

function together(a: Facts, b: Facts): Facts {
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

// Before each word (or two, three) that is a label: "12 March 2026 Source: Xinhua Reporter: Lin" is three facts.
function splitAtLabels(part: string): string[] {
  if (!/[:：\p{Nd}]/u.test(part)) return [part];
  const words = part.split(' ');
  const pieces: string[][] = [[]];
  for (let at = 0; at < words.length; at += 1) {
    const begins = [1, 2, 3].some((count) => {
      const label = words.slice(at, at + count).join(' ');
      const colon = /^([^:：]{1,40})[:：]/u.exec(label);
      const key = phraseKey(colon?.[1] ?? label);
      if (colon === null && !MODIFIED_LABELS.has(key) && !PUBLISHED_LABELS.has(key)) return false;
      return INNER_LABELS.some((labels) => labels.has(key)) && (colon !== null || key.length > 3);
    });
    if (begins && at > 0 && !isLabelStart(pieces.at(-1)!)) pieces.push([]);
    pieces.at(-1)!.push(words[at]!);
  }
  return pieces.map((piece) => piece.join(' ').replace(/^[\s,،;–—-]+|[\s,،;–—-]+$/gu, ''));
}

// "Last updated" is one label: its second word begins none.
function isLabelStart(words: readonly string[]): boolean {
  return words.length === 1 && MODIFIED_LABELS.has(phraseKey(`${words[0]!} updated`)) && !/\p{Nd}/u.test(words[0]!);
}

function oneFact(text: string): Facts | null {
  const id = externalId(text);
  if (id !== null) return { ...NO_FACTS, externalId: id };
  const { label, rest } = splitLabel(text);
  if (label !== null) {
    const key = phraseKey(label);
    if (MODIFIED_LABELS.has(key) && isDate(rest)) return { ...NO_FACTS, modified: [rest] };
    if (PUBLISHED_LABELS.has(key) && isDate(rest)) return { ...NO_FACTS, published: [rest] };
    if (EDITOR_LABELS.has(key) && rest.length <= 60 && hasColon(text)) return NOTHING_SAID;
    if (SOURCES.has(key) && hasColon(text) && rest.length <= 60) {
      return { ...NOTHING_SAID, agencies: knownAgency(rest) === null ? [] : [rest] };
    }
    if (SECTION_LABELS.has(key) && hasColon(text) && rest !== '') return { ...NO_FACTS, section: rest };
    if (BYLINES.has(key) && isByline(text, rest)) return bylineFacts(rest);
  }
  if (isDate(text)) return { ...NO_FACTS, published: [text] };
  if (knownAgency(text) !== null && !/^\p{Ll}/u.test(text)) return { ...NO_FACTS, agencies: [text] };
  if (isUnnamedAgency(text)) return NOTHING_SAID;
  const suffixed = withoutLabel(text);
  return suffixed !== text && label === null && looksLikeName(suffixed) ? { ...NO_FACTS, bylines: [suffixed] } : null;
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
    if ([BYLINES, PUBLISHED_LABELS, MODIFIED_LABELS].some((labels) => labels.has(key))) {
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
  if (text.length > LONGEST_FURNITURE) return false;
  const bare = text.replace(/^[\s:：(（–—-]+|[\s)）.,–—-]+$/gu, '');
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

function tagsOf(text: string): string[] | null {
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

/** The section that a path such as `Home > World > Asia` names ('' where it names none); null where the line is no path. */
function breadcrumb(text: string): string | null {
  const parts = text
    .split(/\s*[>›→]\s*|\s+[»/]\s+/u)
    .map((part) => part.trim())
    .filter((part) => part !== '');
  if (parts.length < 2 || text.includes('«')) return null;
  const fromHome = HOME.has(phraseKey(parts[0]!));
  if (!fromHome && (!/[>›»→]/.test(text) || parts.some((part) => part.split(' ').length > 3))) return null;
  return (fromHome ? parts[1] : parts[0]) ?? '';
}

function isRelatedLink(text: string): boolean {
  const labelled = /^[\s*>»►▶→👉-]*(.{2,45}?)\s*(?:[:：|｜»>›►▶→]|[-–—]\s)\s*\S/u.exec(text);
  if (labelled === null) return false;
  const key = phraseKey(labelled[1]!);
  return (RELATED.has(key) || POPULAR.has(key)) && key.length > 3;
}

function isRights(text: string, key: string): boolean {
  return /©|\(c\)\s*\p{Nd}{4}/iu.test(text) || RIGHTS.isIn(key) || (COPYRIGHT_WORDS.begins(key) && key.includes('#'));
}

function isInvitation(key: string, width: number): boolean {
  const short = width <= 140;
  if (INVITATIONS.has(key)) return true;
  if (NEWSLETTERS.isIn(key)) return width <= 90 || (short && INVITATIONS.begins(key));
  return short && INVITATIONS.begins(key) && NETWORKS.isIn(key);
}
