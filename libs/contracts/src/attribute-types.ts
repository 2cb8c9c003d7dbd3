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
  /^(?<day>\d{4}-\d{2}-\d{2})t(?<minute>\d{2}:\d{2}):(?:[0-5]\d|60)(?:\.\d+)?(?:z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/i;

/** Timestamp (`date-time` of RFC 3339, 5.6), whose letters are of any case. A leap second is one, although `Date` knows none. */
export function isTimestamp(text: string): boolean {
  const { day, minute } = DATE_TIME.exec(text)?.groups ?? {};
  if (day === undefined || minute === undefined) return false;
  const instant = new Date(`${day}T${minute}:00Z`);
  return !Number.isNaN(instant.getTime()) && instant.toISOString().startsWith(`${day}T${minute}`);
}
