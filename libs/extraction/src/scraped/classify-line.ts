import {
  ACTIONS,
  ACTION_FILLERS,
  ADVERTS,
  COMMENTS,
  COUNTERS,
  HIGHLIGHTS,
  NETWORKS,
  POPULAR,
  RELATED,
} from '../lexicon/furniture.ts';
import {
  CONTROLS,
  COOKIE_NOTICES,
  COPYRIGHT_WORDS,
  HOME,
  INVITATIONS,
  NEWSLETTERS,
  RIGHTS,
  TAG_LABELS,
} from '../lexicon/notices.ts';
import { phraseKey } from '../lexicon/phrase-list.ts';
import { isCaption } from './captions.ts';
import { NO_FACTS, dateAndMore, oneFact, splitAtLabels, tagsOf, together, type Facts } from './line-facts.ts';
import { columns } from './lines.ts';
import { isProse } from './prose.ts';

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
  | 'tags'
  | 'highlights'
  | 'meta';

/** A line, told what it is. */
export interface Classified {
  readonly kind: LineKind;
  readonly facts: Facts;
  /** A byline without a colon may be a sentence's or subhead's beginning: it is one only where bylines stand. */
  readonly doubtful: boolean;
}

/** A line of furniture is short; what is longer is text, whatever words are in it. In columns. */
const LONGEST_FURNITURE = 100;
const LONGEST_NOTICE = 250;
const LONGEST_COOKIE_NOTICE = 900;

/** Tells what a line is, by what is said and how in lines of its kind in any language; of the line alone, wherever it stands. */
export function classifyLine(text: string): Classified {
  const width = columns(text);
  if (width > LONGEST_COOKIE_NOTICE) return of('text');
  const key = phraseKey(text.slice(0, LONGEST_NOTICE));
  if (width <= LONGEST_FURNITURE) {
    const short = classifyShort(text, key);
    if (short !== null) return short;
  }
  const tags = tagsOf(text);
  if (tags !== null) return { ...of('meta'), facts: { ...NO_FACTS, tags } };
  if (COOKIE_NOTICES.isIn(key.slice(0, 90))) return of('cookies');
  if (width <= LONGEST_NOTICE) {
    if (isRelatedLink(text)) return of('related-link');
    if (isRights(text, key)) return of('rights');
    if (isCaption(text)) return of('caption');
    if (isInvitation(text, key, width)) return of(NEWSLETTERS.isIn(key) ? 'newsletter' : 'invitation');
  }
  return of('text');
}

function of(kind: LineKind): Classified {
  return { kind, facts: NO_FACTS, doubtful: false };
}

function classifyShort(text: string, key: string): Classified | null {
  const several = /[|｜•·]/u.test(text) ? severalFacts(text) : null;
  const fact = several ?? oneFact(text);
  if (fact !== null) return { kind: 'meta', facts: fact, doubtful: isDoubtful(text, fact) };
  const kind = shortKind(text, key);
  if (kind !== null) return of(kind);
  if (isCaption(text)) return of('caption');
  const facts = severalFacts(text);
  if (facts !== null) return { kind: 'meta', facts, doubtful: isDoubtful(text, facts) };
  const section = breadcrumb(text);
  if (section !== null) return { ...of('breadcrumb'), facts: { ...NO_FACTS, section: section || null } };
  const dated = dateAndMore(text);
  return dated === null ? null : { kind: 'meta', facts: dated, doubtful: true };
}

function isDoubtful(text: string, { bylines, published, modified }: Facts): boolean {
  return bylines.length > 0 && published.length === 0 && modified.length === 0 && !/^[（(]?.{1,40}?[:：]/u.test(text);
}

/** The facts of a line that is nothing but facts (byline, date, source …), apart by bars or dots or each with its label; else null. */
function severalFacts(text: string): Facts | null {
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

function shortKind(text: string, key: string): LineKind | null {
  if (key === '') return 'control'; // punctuation only: a rule between parts
  if (ADVERTS.has(key)) return 'advert';
  if (POPULAR.has(key)) return 'popular';
  if (COMMENTS.has(key)) return 'comments';
  if (CONTROLS.has(key)) return 'control';
  if (RELATED.has(key)) return 'related';
  if (TAG_LABELS.has(key)) return 'tags';
  if (HIGHLIGHTS.has(key)) return 'highlights';
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
  const withoutNetworks = NETWORKS.without(withoutActions.replace(/'\p{L}{1,4}(?= |$)/gu, '')); // "Facebook'ta"
  return withoutNetworks !== key && ACTION_FILLERS.without(COUNTERS.without(withoutNetworks)) === '';
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
  if (!RELATED.has(key) && !POPULAR.has(key)) return false;
  return key.includes(' ') || key.length > 12 || (key.length > 3 && !isProse(text)); // "Explained:" also begins paragraphs
}

function isRights(text: string, key: string): boolean {
  return /©|\(c\)\s*\p{Nd}{4}/iu.test(text) || RIGHTS.isIn(key) || (COPYRIGHT_WORDS.begins(key) && key.includes('#'));
}

function isInvitation(text: string, key: string, width: number): boolean {
  const short = width <= 140;
  if (INVITATIONS.has(key)) return true;
  if (NEWSLETTERS.isIn(key)) return width <= 90 || (short && INVITATIONS.begins(key));
  if (!NETWORKS.isIn(key)) return false;
  return (short && INVITATIONS.begins(key)) || (width <= LONGEST_FURNITURE && INVITATIONS.isIn(key) && !isProse(text)); // verbs may stand last
}
