import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalUrl, chooseCanonicalUrl, sameRegistrableDomain, withoutTracking } from './canonical-url.ts';

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

describe('chooseCanonicalUrl', () => {
  const article = 'https://www.example.org/world/rain-reaches-the-coast-4711';
  const page = { relCanonical: null, finalUrl: article, discoveryUrl: article, linkShared: false };

  it('takes rel=canonical of the same registrable domain', () => {
    const said = 'https://example.org/2026/rain-reaches-the-coast-4711?utm_source=amp';
    expect(chooseCanonicalUrl({ ...page, relCanonical: said })).toBe(
      'https://example.org/2026/rain-reaches-the-coast-4711',
    );
  });

  it.each([
    ['of another domain', 'https://example.com/world/rain-reaches-the-coast-4711'],
    ['of another owner under a public suffix', 'https://www.org/world/rain-reaches-the-coast-4711'],
    ['that is no http address', 'urn:uuid:0cc3a0bd-7f2c-4c6f-8a4b-1f9a4a0b6a52'],
    ['that is no absolute address', '/world/rain'],
    ['that is the root', 'https://www.example.org/'],
    ['that is the root with a tracking parameter', 'https://www.example.org/?utm_source=feed'],
    ['that is the root by another name', 'https://www.example.org/index.html'],
    ["that is a language's root", 'https://www.example.org/hi/'],
    ["that is a region's root", 'https://www.example.org/pt-BR/index.php'],
    ['that is the section above the article', 'https://www.example.org/world/'],
    ['that is the section above the article on another host', 'https://m.example.org/world'],
    ['that is another section', 'https://www.example.org/politics'],
    ['that is a section of a section', 'https://www.example.org/news/politics/'],
    ['that is a section in Hindi', 'https://www.example.org/%E0%A4%96%E0%A4%AC%E0%A4%B0'],
    ['that is a login page', 'https://www.example.org/login?next=%2Fworld%2Frain-reaches-the-coast-4711'],
    ['that is a sign-in page', 'https://www.example.org/account/sign-in/rain-reaches-the-coast-4711'],
    ['that is on a login host', 'https://login.example.org/world/rain-reaches-the-coast-4711'],
    ['that is a consent page', 'https://www.example.org/consent?to=rain-reaches-the-coast-4711'],
    ['that is on a consent host', 'https://consent.example.org/world/rain-reaches-the-coast-4711'],
  ])('passes over a rel=canonical %s, for the final URL', (_, relCanonical) => {
    expect(chooseCanonicalUrl({ ...page, relCanonical })).toBe(article);
  });

  it.each([
    ['www.example.co.uk', 'm.example.co.uk', true],
    ['one.co.uk', 'two.co.uk', false],
    ['one.github.io', 'two.github.io', false],
  ])('asks the Public Suffix List whether %s and %s are one: %s', (host, other, one) => {
    const found = `https://${host}/rain-reaches-the-coast-4711`;
    const said = `https://${other}/the-coast-has-its-rain-4711`;
    expect(chooseCanonicalUrl({ relCanonical: said, finalUrl: found, discoveryUrl: found, linkShared: false })).toBe(
      one ? said : found,
    );
  });

  it('measures rel=canonical by the page it stands in, not by the link that led there', () => {
    const discoveryUrl = 'https://feeds.example.net/~r/rain/4711';
    expect(chooseCanonicalUrl({ ...page, discoveryUrl, relCanonical: 'https://example.org/r/4711' })).toBe(
      'https://example.org/r/4711',
    );
    expect(chooseCanonicalUrl({ ...page, discoveryUrl, relCanonical: 'https://example.net/r/4711' })).toBe(article);
  });

  it.each([
    ['an AMP path', 'https://www.example.org/rain-reaches-the-coast/amp/'],
    ['an AMP host', 'https://amp.example.org/rain-reaches-the-coast'],
    ['a mobile host', 'https://m.example.org/rain-reaches-the-coast'],
    ['a print page', 'https://www.example.org/rain-reaches-the-coast/print'],
    ['a second page', 'https://www.example.org/rain-reaches-the-coast/2'],
    ['an AMP parameter', 'https://www.example.org/rain-reaches-the-coast?amp=1'],
  ])("makes %s one with its twin by the page's own link", (_, twin) => {
    const canonical = 'https://www.example.org/rain-reaches-the-coast';
    const ofTwin = { relCanonical: canonical, finalUrl: twin, discoveryUrl: twin, linkShared: false };
    const ofPage = { relCanonical: canonical, finalUrl: canonical, discoveryUrl: canonical, linkShared: false };
    expect(chooseCanonicalUrl(ofTwin)).toBe(canonical);
    expect(chooseCanonicalUrl(ofPage)).toBe(canonical);
  });

  it('takes the final URL where the page names none, in canonical form', () => {
    const finalUrl = `${article}?utm_source=feed#top`;
    expect(chooseCanonicalUrl({ ...page, finalUrl, discoveryUrl: 'https://t.example/x4711' })).toBe(article);
  });

  it.each([
    ['the root', 'https://www.example.org/'],
    ['the root of another domain', 'https://www.example.com/?utm_source=redirect'],
    ['the section above the article', 'https://www.example.org/world/'],
    ['another section', 'https://www.example.org/news'],
    ['a login page', 'https://www.example.org/login?next=%2Frain'],
    ['a login host', 'https://accounts.example.com/ServiceLogin?continue=rain'],
    ['a consent page', 'https://www.example.org/cookie-consent'],
    ['a consent host', 'https://consent.example.com/m?continue=rain-reaches-the-coast-4711'],
  ])('takes no final URL that is %s', (_, finalUrl) => {
    expect(chooseCanonicalUrl({ ...page, finalUrl })).toBeNull();
  });

  it('takes the link of an entry whose page was not fetched', () => {
    expect(chooseCanonicalUrl({ ...page, finalUrl: null, discoveryUrl: `${article}?utm_source=feed` })).toBe(article);
  });

  it('takes nothing where several entries of one document share the link', () => {
    expect(chooseCanonicalUrl({ ...page, relCanonical: article, linkShared: true })).toBeNull();
  });

  it('knows no address of a file without link', () => {
    expect(
      chooseCanonicalUrl({ relCanonical: null, finalUrl: null, discoveryUrl: null, linkShared: false }),
    ).toBeNull();
  });

  it.each([
    ['a number in the query', 'https://www.example.org/?p=4711'],
    ['a page named by a number', 'https://www.example.org/4711'],
    ['one word behind a date', 'https://www.example.org/2026/03/14/rain'],
    ['a slug in Hindi', 'https://www.example.org/%E0%A4%AC%E0%A4%BE%E0%A4%B0%E0%A4%BF%E0%A4%B6'],
    ['a slug with the name of a consent law in it', 'https://www.example.org/parliament-votes-on-cookie-consent-law'],
    ['a slug that begins with login', 'https://www.example.org/login-to-vote-trial-begins'],
  ])('takes an article whose address is %s', (_, address) => {
    expect(
      chooseCanonicalUrl({ relCanonical: address, finalUrl: address, discoveryUrl: address, linkShared: false }),
    ).toBe(address);
  });

  it('gives null or a canonical form that is one of those it was told, and never throws', () => {
    const evidence = fc.record({
      relCanonical: fc.option(anyAddress),
      finalUrl: fc.option(anyAddress),
      discoveryUrl: fc.option(anyAddress),
      linkShared: fc.boolean(),
    });
    fc.assert(
      fc.property(evidence, (told) => {
        const chosen = chooseCanonicalUrl(told);
        if (chosen === null) return;
        const possible = [told.relCanonical, told.finalUrl, told.discoveryUrl].filter((address) => address !== null);
        expect(possible.map(canonicalUrl)).toContain(chosen);
      }),
      { numRuns: 1000 },
    );
  });
});
