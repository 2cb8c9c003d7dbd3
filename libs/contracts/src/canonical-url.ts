import { getDomain } from 'tldts';

/**
 * Query parameters that say how a reader came, not what the page is. Drawn from what analytics and advertising products
 * document of themselves; names that some site uses to select content (`ref`, `source`, `id`) are not in it.
 */
const TRACKING_NAMES = new Set(
  `fbclid gclid gclsrc dclid gbraid wbraid msclkid yclid ysclid twclid ttclid li_fat_id igshid igsh mc_cid mc_eid _hsenc
  _hsmi __hstc __hssc __hsfp hsctatracking mkt_tok vero_id vero_conv oly_enc_id oly_anon_id rb_clickid s_cid wickedid
  _openstat ref_src ref_url __twitter_impression sr_share guccounter guce_referrer guce_referrer_sig wt_mc wt.mc_id wt_zmc
  xtor ns_mchannel ns_source ns_campaign ns_linkname ns_fee cmpid traffic_source ncid sc_cid sc_campaign sc_channel
  _ga _gl epik srsltid at_medium at_campaign at_custom1 at_custom2 at_custom3 at_custom4 at_link_id at_link_origin
  at_link_type at_format at_bbc_team at_ptr_name`.split(/\s+/),
);
const TRACKING_PREFIXES = ['utm_', 'pk_', 'piwik_', 'mtm_', 'matomo_', 'hsa_', 'ga_', 'stm_'];

function isTracking(parameter: string): boolean {
  const name = parameter.split('=', 1)[0]!.toLowerCase();
  return TRACKING_NAMES.has(name) || TRACKING_PREFIXES.some((prefix) => name.startsWith(prefix));
}

/**
 * The form of an address under which two mentions of one page are equal: WHATWG-parsed, no fragment, credentials, default
 * port, trailing dot of the host or tracking parameter; percent-encoding in upper case and none for unreserved characters
 * (RFC 3986, 6.2.2). Order of parameters, path case and trailing slashes stay, for they may mean something. Idempotent.
 *
 * Returns null for what is no http(s) address. Frozen by vectors: ids are made of it.
 */
export function canonicalUrl(address: string): string | null {
  let url: URL;
  try {
    url = new URL(address.trim());
  } catch {
    return null;
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return null;
  if (url.hostname.endsWith('.')) url.hostname = url.hostname.replace(/\.+$/, '');
  if (url.hostname === '' || url.hostname.endsWith('.')) return null; // what is left is no host, so the dots stayed
  const path = normaliseEscapes(url.pathname);
  // Escapes first, for they may hide a tracking parameter's name.
  const query = normaliseEscapes(url.search.slice(1))
    .split('&')
    .filter((parameter) => parameter !== '' && !isTracking(parameter))
    .join('&');
  const normalised = `${url.protocol}//${url.host}${path}${query && `?${query}`}`;
  return path === url.pathname ? normalised : reparsed(normalised);
}

// A decoded dot may have made a dot segment, which the parser resolves.
function reparsed(address: string): string {
  const href = new URL(address).href;
  return href === address ? address : (canonicalUrl(href) ?? href);
}

// An unescaped character may complete another escape ("%%37e"), so each is looked at again: once through, however deep it goes.
function normaliseEscapes(text: string): string {
  if (!text.includes('%')) return text;
  const done: string[] = [];
  for (const character of text) {
    done.push(character);
    while (done.at(-3) === '%') {
      const unescaped = unreserved(`${done.at(-2)}${done.at(-1)}`);
      if (unescaped === null) break;
      done.splice(-3, 3, unescaped);
    }
  }
  return done.join('').replace(/%[0-9a-f]{2}/gi, (escape) => escape.toUpperCase());
}

function unreserved(hex: string): string | null {
  if (!/^[0-9a-f]{2}$/i.test(hex)) return null;
  const character = String.fromCharCode(Number.parseInt(hex, 16));
  return /[A-Za-z0-9\-._~]/.test(character) ? character : null;
}

/** A text (such as HTML) with the tracking parameters taken out of every http(s) address in it. */
export function withoutTracking(text: string): string {
  // Each address is taken whole, so that a text of nothing but "https://" costs no more than its length.
  return text.replace(/https?:\/\/[^\s"'<>#]+/gi, (address) => {
    const [base, ...query] = address.split('?');
    if (query.length === 0) return address;
    const kept = query
      .join('?')
      .split(/&amp;|&/)
      .filter((parameter) => !isTracking(parameter));
    return kept.length === 0 ? base! : `${base}?${kept.join('&')}`;
  });
}

const LOGIN_OR_CONSENT_HOST = /^(?:log-?in|sign-?in|auth|sso|accounts?|consent|cmp|guce|privacy)\./;
const LOGIN_OR_CONSENT_SEGMENT =
  /^(?:log-?in|sign-?(?:in|up)|auth|oauth2?|sso|accounts?|register|registration|anmelden|einloggen|connexion|consent|cookie-?(?:consent|policy|wall|settings)|privacy-?(?:settings|gate|wall)|zustimmung)(?:\.\w+)?$/i;

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
 * is of the page's registrable domain and no root, section, login or consent page; else the final URL, under the same
 * conditions; nothing counts when several entries of one document share the link. The canonical link of an AMP or mobile
 * page names its ordinary twin, so twins fall together by the same rule.
 */
export function chooseCanonicalUrl(evidence: AddressEvidence): string | null {
  if (evidence.linkShared) return null;
  const final = evidence.finalUrl === null ? null : canonicalUrl(evidence.finalUrl);
  const discovered = evidence.discoveryUrl === null ? null : canonicalUrl(evidence.discoveryUrl);
  const said = evidence.relCanonical === null ? null : canonicalUrl(evidence.relCanonical);
  const home = final ?? discovered;
  const found = [discovered, final].filter((url) => url !== null);
  if (said !== null && (home === null || sameRegistrableDomain(said, home)) && identifiesArticle(said, found)) {
    return said;
  }
  return home !== null && identifiesArticle(home, found) ? home : null;
}

/** Whether two addresses belong to one owner: the same registrable domain by the Public Suffix List, or the same host where there is none. */
export function sameRegistrableDomain(a: string, b: string): boolean {
  const owner = (address: string) => getDomain(address, { allowPrivateDomains: true }) ?? new URL(address).hostname;
  return owner(a) === owner(b);
}

function identifiesArticle(candidate: string, foundAt: readonly string[]): boolean {
  const url = new URL(candidate);
  const segments = url.pathname.split('/').filter((segment) => segment !== '');
  if (LOGIN_OR_CONSENT_HOST.test(url.hostname) || segments.some((segment) => LOGIN_OR_CONSENT_SEGMENT.test(segment))) {
    return false;
  }
  if (isRoot(segments, url.search)) return false;
  return !foundAt.some((address) => isSectionOf(url, segments, new URL(address)));
}

function isRoot(segments: readonly string[], query: string): boolean {
  if (query !== '') return false;
  const rest = segments.filter((segment) => !/^(?:index|default|home)(?:\.\w+)?$/i.test(segment));
  return rest.length === 0 || (rest.length === 1 && /^[a-z]{2}(?:-[a-z]{2})?$/i.test(rest[0]!));
}

/**
 * A section is told by comparison with the address that led to the page: it is that address's ancestor, or it is one plain
 * word where that address had the slug or the number of an article.
 */
function isSectionOf(url: URL, segments: readonly string[], foundAt: URL): boolean {
  if (url.search !== '') return false;
  const path = url.pathname.replace(/\/+$/, '');
  if (foundAt.href === url.href) return false;
  const foundPath = foundAt.pathname.replace(/\/+$/, '');
  const sameHost = url.hostname.replace(/^(?:www|m|amp)\./, '') === foundAt.hostname.replace(/^(?:www|m|amp)\./, '');
  if (
    sameHost &&
    foundPath.startsWith(`${path}/`) &&
    !/^\/(?:amp|print|mobile|all|full|page|\d+)(?:\.\w+)?(?:\/\d*)?$/i.test(foundPath.slice(path.length))
  ) {
    return !looksLikeArticle(segments.at(-1)!);
  }
  const last = foundPath.split('/').at(-1)!;
  return (
    segments.every((segment) => /^[\p{L}%A-F0-9]+$/u.test(segment) && !looksLikeArticle(segment)) &&
    looksLikeArticle(last)
  );
}

function looksLikeArticle(segment: string): boolean {
  return /\d{4,}/.test(segment) || segment.split(/[-_]/).length >= 4 || /\.\w{2,5}$/.test(segment);
}
