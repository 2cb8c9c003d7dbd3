// The type system of CloudEvents 1.0.2 in its canonical string encoding, as far as our attributes are of it.

const NO_CHARACTER = /[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]/u;

/** String: no control characters, no noncharacters of Unicode, no halves of surrogate pairs. */
export function isString(text: string): boolean {
  return !NO_CHARACTER.test(text);
}

/** URI-reference (RFC 3986, 4.1): of its characters only, each `%` before two hex digits, at most one fragment. */
export function isUriReference(text: string): boolean {
  return /^(?:[\w\-.~:/?[\]@!$&'()*+,;=]|%[\da-f]{2})*(?:#(?:[\w\-.~:/?@!$&'()*+,;=]|%[\da-f]{2})*)?$/i.test(text);
}

/** URI: one with a scheme (RFC 3986, 3); a fragment is let through. */
export function isUri(text: string): boolean {
  return /^[a-z][a-z\d+.-]*:/i.test(text) && isUriReference(text);
}

const DATE_TIME =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])t(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?(?:z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/i;
/** Every month has so many days. */
const SHORTEST_MONTH = 28;

/** Timestamp (`date-time` of RFC 3339, 5.6), whose letters are of any case. A leap second is one, although `Date` knows none. */
export function isTimestamp(text: string): boolean {
  if (!DATE_TIME.test(text)) return false;
  if (Number(text.slice(8, 10)) <= SHORTEST_MONTH) return true;
  const day = text.slice(0, 10);
  return new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);
}
