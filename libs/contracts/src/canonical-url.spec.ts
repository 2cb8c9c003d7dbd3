import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalUrl, sameRegistrableDomain, withoutTracking } from './canonical-url.ts';

interface Vector {
  readonly why: string;
  readonly address: string;
  readonly canonical: string | null;
}

const vectors = JSON.parse(
  readFileSync(new URL('../fixtures/canonical-url-vectors.json', import.meta.url), 'utf8'),
) as Vector[];

/** Any UTF-16, halves of surrogate pairs too. */
const anyText = fc.array(fc.nat(0xffff)).map((units) => String.fromCharCode(...units));

/** Texts made of the parts that addresses trip over. */
const crookedAddress = fc
  .array(
    fc.constantFrom(
      ...[
        '&amp;',
        '&#38;',
        'https://',
        'http:',
        '//',
        'news.example',
        'ख़बर.भारत',
        '.',
        '..',
        '/',
        '\\',
        ':443',
        ':80',
        ':',
        '@',
        '?',
        '&',
        '=',
      ],
      ...['#', '%', '%2', '5', 'e', '%2e', '%2E', '%7e', '%2f', '%e0%a4%95', '%3', '7', '%75tm_source', 'utm_source=1'],
      ...['fbclid', 'p=1', 'बारिश', '😀', '\ud800', ' ', '\n', "'", '"', '<', ';', '+', 'A', '[', ']', '::1', '\0'],
    ),
    { maxLength: 16 },
  )
  .map((parts) => parts.join(''));
const anyAddress = fc.oneof(
  anyText,
  crookedAddress,
  crookedAddress.map((rest) => `https://news.example/${rest}`),
  crookedAddress.map((rest) => `http://${rest}`),
  fc.webUrl({ withQueryParameters: true, withFragments: true }),
);

const parameter = fc
  .tuple(fc.stringMatching(/^(?:id|page|q|ref|source)$/), fc.stringMatching(/^[\w~%20+-]{0,6}$/))
  .map((pair) => pair.join('='));
const trackingParameter = fc
  .tuple(
    fc.constantFrom(
      'utm_source',
      'UTM_Medium',
      'utm%5Fcampaign',
      'fbclid',
      'gclid',
      'mc_cid',
      'pk_kwd',
      'at_medium',
      '_ga',
    ),
    fc.stringMatching(/^(?:|=|=[\w%2F.-]{1,8})$/),
  )
  .map((pair) => pair.join(''));

describe('canonicalUrl', () => {
  it.each(vectors)('holds its frozen vector: $why', ({ address, canonical }) => {
    expect(canonicalUrl(address)).toBe(canonical);
  });

  it('has a vector for each rule and none twice', () => {
    expect(vectors.length).toBeGreaterThanOrEqual(60);
    expect(new Set(vectors.map((vector) => vector.address)).size).toBe(vectors.length);
  });

  it('never throws and is idempotent', () => {
    fc.assert(
      fc.property(anyAddress, (address) => {
        const canonical = canonicalUrl(address);
        if (canonical !== null) expect(canonicalUrl(canonical)).toBe(canonical);
      }),
      { numRuns: 3000 },
    );
  });

  it('gives an http or https address that a URL parser leaves as it is, without fragment, credentials or default port', () => {
    fc.assert(
      fc.property(anyAddress, (address) => {
        const canonical = canonicalUrl(address);
        if (canonical === null) return;
        const url = new URL(canonical);
        expect(url.href).toBe(canonical);
        expect(url.protocol).toMatch(/^https?:$/);
        expect([url.hash, url.username, url.password]).toEqual(['', '', '']);
        expect(url.hostname).not.toMatch(/\.$/);
      }),
      { numRuns: 1000 },
    );
  });

  it('does not see tracking parameters, fragments, credentials, default ports and the dot behind a host', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('http', 'https'),
        fc.webPath(),
        fc.array(parameter, { maxLength: 4 }),
        fc.array(fc.tuple(fc.nat({ max: 8 }), trackingParameter), { maxLength: 4 }),
        fc.webFragments(),
        fc.boolean(),
        (scheme, path, parameters, tracking, fragment, dressed) => {
          const withTracking = [...parameters];
          for (const [at, parameter] of tracking) withTracking.splice(at, 0, parameter);
          const plain = `${scheme}://news.example${path}?${parameters.join('&')}`;
          const authority = dressed ? `asha:pw@news.example.:${scheme === 'http' ? 80 : 443}` : 'news.example';
          expect(canonicalUrl(`${scheme}://${authority}${path}?${withTracking.join('&')}#${fragment}`)).toBe(
            canonicalUrl(plain),
          );
        },
      ),
    );
  });

  it('keeps apart what differs in path, in another parameter or in its order', () => {
    const addresses = ['/a', '/A', '/a/', '/a?p=1', '/a?p=2', '/a?p=1&q=2', '/a?q=2&p=1', '/a?p=1&p=1'];
    const canonical = addresses.map((path) => canonicalUrl(`https://news.example${path}`));
    expect(new Set(canonical).size).toBe(addresses.length);
  });

  it('reads hostile addresses of a megabyte without sinking in them', () => {
    for (const piece of ['%3', '%%37', '%2e%2e/', '&utm_x']) {
      const address = `https://news.example/${piece.repeat(150_000)}7?${piece.repeat(150_000)}`;
      const canonical = canonicalUrl(address)!;
      expect(canonicalUrl(canonical)).toBe(canonical);
    }
  });
});

describe('withoutTracking', () => {
  it('takes tracking parameters out of every address in a text and leaves the rest', () => {
    const html =
      '<a href="https://a.example/x?utm_source=feed&amp;id=7&amp;fbclid=1">x?utm_source=kept</a> https://b.example/?gclid=1#top';
    expect(withoutTracking(html)).toBe(
      '<a href="https://a.example/x?id=7">x?utm_source=kept</a> https://b.example/#top',
    );
  });

  it('sees ampersands that were escaped once too often, as canonicalUrl does', () => {
    for (const ampersand of ['&amp;amp;', '&#38;', '&#x26;', '&amp;#38;']) {
      expect(withoutTracking(`https://a.example/x?id=5${ampersand}utm_source=rss${ampersand}b=2#top`)).toBe(
        'https://a.example/x?id=5&b=2#top',
      );
    }
  });

  it('leaves a text without tracking parameters alone', () => {
    for (const text of ['', 'Is it raining? Yes & no.', 'https://a.example/?', 'https://a.example/?q=why?&p=2']) {
      expect(withoutTracking(text)).toBe(text);
    }
  });

  it('reads a hostile text of a megabyte without sinking in it', () => {
    const text = 'https://'.repeat(150_000);
    expect(withoutTracking(text)).toBe(text);
  });
});

describe('sameRegistrableDomain', () => {
  it.each([
    ['https://www.example.org/', 'https://m.example.org/', true],
    ['https://example.org/', 'https://a.b.example.org/', true],
    ['https://www.example.co.uk/', 'https://m.example.co.uk/', true],
    ['https://one.co.uk/', 'https://two.co.uk/', false],
    ['https://one.github.io/', 'https://two.github.io/', false],
    ['https://one.github.io/', 'https://www.one.github.io/', true],
    ['https://one.blogspot.com/', 'https://two.blogspot.com/', false],
    ['https://example.org/', 'https://example.com/', false],
    ['https://example.org/', 'https://example.org.example.net/', false],
    ['https://xn--21b8bm0c.xn--h2brj9c/', 'https://www.xn--21b8bm0c.xn--h2brj9c/', true],
    ['http://127.0.0.1:3000/', 'http://127.0.0.1:4000/', true],
    ['http://127.0.0.1/', 'http://127.0.0.2/', false],
    ['http://[2001:db8::1]/', 'http://[2001:db8::1]/', true],
    ['http://localhost/', 'http://localhost/', true],
    ['http://localhost/', 'http://newsroom/', false],
    ['https://github.io/', 'https://one.github.io/', false],
  ])('says of %s and %s: %s', (a, b, same) => {
    expect(sameRegistrableDomain(a, b)).toBe(same);
    expect(sameRegistrableDomain(b, a)).toBe(same);
  });
});
