import { canonicalUrl, sameRegistrableDomain } from './canonical-url.ts';

/** What a page and its fetch say of the page's address. All addresses absolute. */
export interface AddressEvidence {
  /** `rel=canonical` of the page; null where it has none. */
  readonly relCanonical: string | null;
  /** Where the fetch ended, after redirects; null for a file or an entry without page. */
  readonly finalUrl: string | null;
  /** Where the page was discovered. */
  readonly discoveryUrl: string | null;
  /** Several entries of one document have this link. */
  readonly linkShared: boolean;
}

/**
 * The canonical URL of an article, or null where no address identifies it. The page's `rel=canonical` (RFC 6596) counts when it
 * is of the page's registrable domain, no root, login, consent or error page, and the page's own address or one that can
 * stand for it; else the final URL, under the same conditions against the address of that domain that led there. Nothing counts
 * when several entries of one document share the link. The canonical link of an AMP or mobile page names its ordinary
 * twin, so twins fall together by the same rule. Frozen by vectors: ids are made of it.
 */
export function chooseCanonicalUrl(evidence: AddressEvidence): string | null {
  if (evidence.linkShared) return null;
  const final = evidence.finalUrl === null ? null : canonicalUrl(evidence.finalUrl);
  const discovered = evidence.discoveryUrl === null ? null : canonicalUrl(evidence.discoveryUrl);
  const said = evidence.relCanonical === null ? null : canonicalUrl(evidence.relCanonical);
  const home = final ?? discovered;
  if (said !== null && (home === null || sameRegistrableDomain(said, home)) && identifiesArticle(said, home)) {
    return said;
  }
  if (home === null) return null;
  const led = discovered !== null && sameRegistrableDomain(home, discovered) ? discovered : null;
  return identifiesArticle(home, led) ? home : null;
}

/** An address, taken apart for comparison. */
interface Address {
  readonly host: string;
  /** Decoded, without a name of the folder's own page (`index.html`) at the end. */
  readonly segments: readonly string[];
  /** The last segment without its extension, in lower case; empty at the root. */
  readonly slug: string;
  readonly parameters: readonly (readonly [name: string, value: string])[];
}

const EXTENSION = /(?:\.(?:amp|[sx]?html?|cms|php|aspx?|jsp|ece)){1,2}$/i;

function takenApart(address: string): Address {
  const url = new URL(address);
  const segments = url.pathname.split('/').filter((segment) => segment !== '');
  while (/^(?:index|default|home)(?:\.\w+)*$/i.test(segments.at(-1) ?? '')) segments.pop();
  return addressOf(url.hostname, segments.map(decoded), [...url.searchParams]);
}

function addressOf(host: string, segments: string[], parameters: Address['parameters']): Address {
  return { host, segments, slug: (segments.at(-1) ?? '').replace(EXTENSION, '').toLowerCase(), parameters };
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment; // of another encoding than UTF-8
  }
}

/** Whether the candidate is an article's address, by itself and beside the address at which the article was found. */
function identifiesArticle(candidate: string, foundAt: string | null): boolean {
  const url = takenApart(candidate);
  if (isRoot(url) || isGate(url)) return false;
  return foundAt === null || foundAt === candidate || standsFor(url, takenApart(foundAt));
}

// BCP 47: language, script, region. The scripts by name, for any word of four letters has their form.
const LANGUAGE = /^[a-z]{2,3}(?:[-_](?:hans|hant|latn|cyrl|arab|deva|guru))?(?:[-_](?:[a-z]{2}|\d{3}))?$/i;

function isRoot({ segments, parameters }: Address): boolean {
  const isBare = segments.length === 0 || (segments.length === 1 && LANGUAGE.test(segments[0]!));
  return isBare && !parameters.some(isIdParameter);
}

const GATE_HOST = /^(?:log-?in|sign-?in|sso|consent|guce)\./;
// Names that a newsroom may give to a desk, too.
const HOST_OF_GATES = /^(?:auth|accounts?|cmp|(?:my-?)?privacy)\./;
const GATE =
  /^(?:(?:wp-)?log[-_]?in|sign[-_]?(?:in|up)|auth|oauth2?|sso|accounts?|my[-_]?account|register|registration|anmelden|einloggen|connexion|(?:collect|cookies?|manage)?[-_]?consent|cookie-?(?:policy|wall|settings)|privacy-?(?:settings|gate|wall)|zustimmung)(?:\.\w+)?$/i;
const DEAD_END = /^(?:40[34]|error|search|cookies)(?:\.\w+)?$/i;

/** Login, consent, error and search pages: by the last word of the path, or by one with nothing of an article behind it. */
function isGate({ host, segments }: Address): boolean {
  const last = segments.at(-1) ?? '';
  if (GATE_HOST.test(host) || GATE.test(last) || DEAD_END.test(last)) return true;
  if (HOST_OF_GATES.test(host) && !segments.some(isOfArticle)) return true;
  const gate = segments.findIndex((segment) => GATE.test(segment));
  return gate >= 0 && !segments.slice(gate + 1).some(isOfArticle);
}

function isOfArticle(segment: string): boolean {
  return /\d{4}/.test(segment) || wordsIn(segment.replace(EXTENSION, '')) >= 4;
}

/**
 * Whether an address can stand for the other, at which the article was found. No list of section names tells: an address
 * above the other has to have a slug of its own, any other must look like an article's or be the other's twin.
 */
function standsFor(candidate: Address, found: Address): boolean {
  const page = withoutTwinSuffix(found, candidate.segments.length);
  const above =
    candidate.segments.length < page.segments.length &&
    candidate.segments.every((segment, at) => segment === page.segments[at]);
  if (hasOwnSlug(candidate) || candidate.parameters.some(isIdParameter)) return true;
  return !above && (isDated(candidate) || areTwins(candidate, page));
}

/** `/rain/amp`, `/rain/print`, `/rain/2`, `/rain/page/2`: the same article in another dress. */
function withoutTwinSuffix(found: Address, leave: number): Address {
  const { host, segments, parameters } = found;
  for (const length of [2, 1]) {
    const rest = segments.slice(segments.length - length).join('/');
    const isSuffix = /^(?:(?:amp|print|mobile|all|full|page)(?:\.\w+)?(?:\/\d{0,2})?|\d{1,2}(?:\.\w+)?)$/i.test(rest);
    if (isSuffix && segments.length - length >= Math.max(leave, 1)) {
      return addressOf(host, segments.slice(0, -length), parameters);
    }
  }
  return found;
}

function hasOwnSlug({ slug }: Address): boolean {
  return /\d{5}/.test(slug) || wordsIn(slug) >= 4;
}

/** A name behind year and month: `/2026/03/rain`, `/2026/03/14/rain`. */
function isDated({ segments }: Address): boolean {
  return /(?:^|\/)\d{4}\/\d{1,2}\/(?:\d{1,2}\/)?(?=[^/]*\p{L})[^/]*$/u.test(segments.join('/'));
}

/** The same slug, with or without the article's number, or the same number. */
function areTwins(one: Address, other: Address): boolean {
  const numbers = new Set(numbersOf(other));
  if (numbersOf(one).some((number) => numbers.has(number))) return true;
  // Where the other's query names the article, a path alone is the program that shows it.
  if (one.slug === '' || other.parameters.some(isNamedId)) return false;
  return one.slug === other.slug || withoutNumber(one.slug) === other.slug || one.slug === withoutNumber(other.slug);
}

const NUMBER = /(?<!\d)(?!(?:19|20)\d\d(?!\d))\d{4,}/g; // a year numbers no article

function numbersOf({ slug, parameters }: Address): string[] {
  const values = parameters.filter(isIdParameter).map(([, value]) => value);
  return [slug, ...values].flatMap((text) => text.match(NUMBER) ?? []);
}

function withoutNumber(slug: string): string {
  return slug.replace(/[-_.](?!(?:19|20)\d\d$)\d{3,}$/, '');
}

function wordsIn(text: string): number {
  return text.match(/[\p{L}\p{M}\p{N}]+/gu)?.length ?? 0;
}

function isIdParameter(parameter: Address['parameters'][number]): boolean {
  return isNamedId(parameter) || (/\d{3}/.test(parameter[1]) && /^[\w-]+$/.test(parameter[1]));
}

function isNamedId([name, value]: Address['parameters'][number]): boolean {
  return (
    value !== '' &&
    /^(?:p|[an]?id|story|article|(?:story|article|news|post|item|content|doc)[-_]?(?:id|no))$/i.test(name)
  );
}
