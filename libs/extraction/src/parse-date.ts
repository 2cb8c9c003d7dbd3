import { cleanLine } from './clean-text.ts';
import { parseMachineDate, type FoundDate } from './dates.ts';
import { parseRelativeDate } from './relative-dates.ts';
import { parseWordedDate } from './worded-dates.ts';

/** So much more may stand beside a date in words and it still is one: a place, a label. In characters of the normal form. */
const LONGEST_REST = 40;

/**
 * A date as found in any input: RFC 3339, RFC 9110, in words of any language, or relative to the fetch. Null where it names no day that can
 * be told for sure.
 */
export function parseDate(found: string, language: string | null, fetchedAt: string): FoundDate | null {
  const text = cleanLine(found);
  const machine = parseMachineDate(text) ?? parseRelativeDate(text, fetchedAt);
  if (machine !== null) return machine;
  const worded = parseWordedDate(text, language);
  return worded !== null && worded.rest.length <= LONGEST_REST ? worded.date : null;
}
