import { comparable } from './clean-text.ts';

/** What stands between a headline and the name of its site, with spaces around it (an underscore and full-width bars also without). */
const SEPARATOR = /\s+[|–—‹›«»·•:/\-]\s+|\s*[_｜|＿ㅣ]\s*(?=[^|_｜＿ㅣ]{2,}$)/gu;

/** A site's name is no longer than this many characters. */
const LONGEST_SITE_NAME = 60;

/** What is longer is no headline with a name behind it. */
const LONGEST_TITLE = 500;

/** A headline and what was said after or before it. */
export interface TitleParts {
  readonly title: string;
  readonly siteName: string | null;
}

/**
 * A title without the name of its site. The name is taken off where it is known, or where what is left is said elsewhere in the input
 * as the title (`said`: comparable forms); a bar or underscore separates nothing else, so a short last part behind one goes in any case.
 */
export function withoutSiteName(
  title: string,
  siteName: string | null,
  said: ReadonlySet<string> = new Set(),
): TitleParts {
  if (title.length > LONGEST_TITLE) return { title, siteName: null };
  const known = siteName === null ? null : comparable(siteName);
  for (const { index, 0: separator } of [...title.matchAll(SEPARATOR)].reverse()) {
    const before = title.slice(0, index).trim();
    const after = title.slice(index + separator.length).trim();
    if (before === '' || after === '') continue;
    if (said.has(comparable(before)) || comparable(after) === known) return { title: before, siteName: after };
    if (said.has(comparable(after)) || comparable(before) === known) return { title: after, siteName: before };
    if (/[|_｜＿ㅣ]/.test(separator) && after.length <= LONGEST_SITE_NAME && after.length < before.length) {
      return { title: before, siteName: after };
    }
  }
  return { title, siteName: null };
}
