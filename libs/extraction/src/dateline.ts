import { isUnnamedAgency, knownAgency } from './authors.ts';

/** How far into a lead its dateline reaches, in characters. */
const LONGEST_DATELINE = 90;

/** Place, date and agency before the first sentence of a lead, as agencies write them. */
export interface Dateline {
  /** As named in the dateline; null where none is. */
  readonly agency: string | null;
}

/**
 * Reads the dateline of a lead: `MERIDIAN FALLS, March 5 (NewsCircuit) -`, `VALDEMORA, 3 may (EFE).-`, `МУРМАНСК, 11 марта. /ТАСС/.`,
 * `新华社海口3月12日电`, `【共同通信】`. Null where the text begins without one.
 */
export function readDateline(lead: string): Dateline | null {
  const head = lead.slice(0, LONGEST_DATELINE);
  const bracketed =
    /^([^()（）/:：]{2,60}?)[\s.,]*[(（]([^()（）]{2,30})[)）]\s*(?:[.:：]?\s*(?:[-–—:：−]+|$)|\.(?=\s))/u.exec(head);
  if (bracketed !== null) {
    const agency = bracketed[2]!.trim();
    const isDateline = knownAgency(agency) !== null || isUnnamedAgency(agency) || isPlaceAndDate(bracketed[1]!);
    if (isDateline) return { agency: isUnnamedAgency(agency) || /\p{Nd}/u.test(agency) ? null : agency };
  }
  const korean = /^[(（[【]\S{1,12}=(\S{2,12}?)[)）\]】]/u.exec(head); // "(서울=연합뉴스)"
  if (korean !== null) return { agency: knownAgency(korean[1]!) };
  const slashed = /^[^/]{2,50}?[.,]?\s*\/([^/]{2,30})\/\s*[.:–—-]?/u.exec(head);
  if (slashed !== null && knownAgency(slashed[1]!) !== null) return { agency: slashed[1]!.trim() };
  const chinese =
    /^[(（【]?\s*(\S{2,8}?[社网通讯訊])(?:记者|記者)?\S{0,12}?(?:\p{Nd}{1,2}月)?\p{Nd}{1,2}日(?:电|電|讯|訊)[)）】]?/u.exec(
      head,
    );
  if (chinese !== null) return { agency: knownAgency(chinese[1]!) };
  const first =
    /^[(（【［[]?\s*([^\s,.:：)）】\]/–—-]+(?:\s[^\s,.:：)）】\]/–—-]+)?)\s*(?:[)）】］\]]|\s[–—-]\s|[:：/])/u.exec(
      head,
    );
  if (first !== null && knownAgency(first[1]!) !== null) return { agency: first[1]!.trim() };
  return isCapitalPlace(head) ? { agency: null } : null;
}

/** Whether the text before the agency is a place, in capitals or followed by a day. */
function isPlaceAndDate(text: string): boolean {
  return /\p{Nd}/u.test(text) || (/^[\p{Lu}\p{M}\s.,'’-]{3,}$/u.test(text) && /\p{Lu}{2}/u.test(text));
}

function isCapitalPlace(head: string): boolean {
  const place = /^([\p{Lu}][\p{Lu}\p{M}\s.'’-]{2,40})(?:,\s[^–—:-]{2,40})?\s*(?:\s[–—-]+\s|[:—])/u.exec(head);
  return place !== null && /\p{Lu}{3}/u.test(place[1]!);
}
