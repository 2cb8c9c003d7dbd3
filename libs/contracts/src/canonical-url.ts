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
  at_link_type at_format at_bbc_team at_ptr_name pk_campaign pk_kwd pk_keyword pk_source pk_medium pk_content pk_cid
  ga_source ga_medium ga_term ga_content ga_campaign ga_place hsa_acc hsa_cam hsa_grp hsa_ad hsa_src hsa_tgt hsa_kw hsa_mt
  hsa_net hsa_ver hsa_la hsa_ol`.split(/\s+/),
);
const TRACKING_PREFIXES = ['utm_', 'piwik_', 'mtm_', 'matomo_'];

/** An ampersand of a query, also where it was escaped for HTML once or more too often. */
const AMPERSAND = /&(?:amp;|#0{0,5}38;|#x0{0,5}26;)*/gi;

function isTracking(parameter: string): boolean {
  const name = normaliseEscapes(parameter.split('=', 1)[0]!).toLowerCase();
  return TRACKING_NAMES.has(name) || TRACKING_PREFIXES.some((prefix) => name.startsWith(prefix));
}

/**
 * The form of an address under which two mentions of one page are equal: WHATWG-parsed, no fragment, credentials, default
 * port, trailing dot of the host or tracking parameter; percent-encoding in upper case and none for unreserved characters
 * (RFC 3986, 6.2.2); a query's ampersands plain, where HTML escaped them twice. Order of parameters, path case and trailing slashes stay, for they may mean something. Idempotent.
 *
 * Returns null for what is no http(s) address. Frozen by vectors: ids are made of it.
 */
export function canonicalUrl(address: string): string | null {
  let url: URL;
  try {
    url = new URL(plainAmpersands(address.trim()));
  } catch {
    return null;
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return null;
  if (url.hostname.endsWith('.')) url.hostname = url.hostname.replace(/\.+$/, '');
  if (url.hostname === '' || url.hostname.endsWith('.')) return null; // what is left is no host, so the dots stayed
  const path = normaliseEscapes(url.pathname);
  // Escapes first, for they may hide an ampersand's name.
  const query = normaliseEscapes(url.search.slice(1))
    .split(AMPERSAND)
    .filter((parameter) => parameter !== '' && !isTracking(parameter))
    .join('&');
  const normalised = `${url.protocol}//${url.host}${path}${query && `?${query}`}`;
  return path === url.pathname ? normalised : reparsed(normalised);
}

// Before the address is parsed, for the "#" of "&#38;" would begin a fragment.
function plainAmpersands(address: string): string {
  const at = address.indexOf('?');
  return at < 0 ? address : address.slice(0, at) + address.slice(at).replace(AMPERSAND, '&');
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
  return text.replace(/https?:\/\/(?:[^\s"'<>#]|(?<=[&;])#(?:0{0,5}38|x0{0,5}26);)+/gi, (address) => {
    const [base, ...query] = address.split('?');
    if (query.length === 0) return address;
    const kept = query
      .join('?')
      .split(AMPERSAND)
      .filter((parameter) => !isTracking(parameter));
    return kept.length === 0 ? base! : `${base}?${kept.join('&')}`;
  });
}

/** Whether two addresses belong to one owner: the same registrable domain by the Public Suffix List, or the same host where there is none. */
export function sameRegistrableDomain(a: string, b: string): boolean {
  const owner = (address: string) => getDomain(address, { allowPrivateDomains: true }) ?? new URL(address).hostname;
  return owner(a) === owner(b);
}
