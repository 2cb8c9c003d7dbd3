import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalUrl } from './canonical-url.ts';
import { type AddressEvidence, chooseCanonicalUrl } from './choose-canonical-url.ts';

interface Vector {
  readonly why: string;
  readonly said: string | null;
  readonly final: string | null;
  readonly discovered: string | null;
  readonly chosen: string | null;
}

const vectors = JSON.parse(
  readFileSync(new URL('../fixtures/choose-canonical-url-vectors.json', import.meta.url), 'utf8'),
) as Vector[];

const host = fc.constantFrom('example.org', 'www.example.org', 'amp.example.org', 'privacy.example.org', 'example.net');
const segment = fc.oneof(
  fc.constantFrom(
    'world',
    'monsoon',
    'monsoon-4711',
    'monsoon.amp.html',
    'amp',
    '2',
    '2026',
    '03',
    'index.html',
    'login',
  ),
  fc.constantFrom('rain-reaches-the-coast', '%E0%A4%AC', '%FF', '404', 'hi'),
  fc.string({ maxLength: 5 }),
);
const query = fc.constantFrom('', '?', '?p=4711', '?page=2', '?lang=hi', '?utm_source=x', '?q=%FF');
const anyAddress = fc.oneof(
  fc
    .tuple(host, fc.array(segment, { maxLength: 4 }), query)
    .map(([at, path, behind]) => `https://${at}/${path.join('/')}${behind}`),
  fc.webUrl({ withQueryParameters: true, withFragments: true }),
  fc.string(),
);

describe('chooseCanonicalUrl', () => {
  it.each(vectors)('holds its frozen vector: $why ($said, $final, $discovered)', (vector) => {
    const { said, final, discovered, chosen } = vector;
    const told = { relCanonical: said, finalUrl: final, discoveryUrl: discovered, linkShared: false };
    expect(chooseCanonicalUrl(told)).toBe(chosen);
  });

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
    ['that is a sign-in page', 'https://www.example.org/account/sign-in/step-2'],
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

  it('reads hostile addresses of a megabyte without sinking in them', () => {
    for (const piece of ['a-', '.amp', '1/', '-1', '1', '2026/03/', 'index.', '-4711', '?p=1&']) {
      const address = `https://www.example.org/${piece.repeat(100_000)}!`;
      const told = { relCanonical: address, finalUrl: `${address}x`, discoveryUrl: `${address}y`, linkShared: false };
      expect(() => chooseCanonicalUrl(told)).not.toThrow();
    }
  });

  it('does not depend on the way to a page whose rel=canonical is where the fetch ended', () => {
    fc.assert(
      fc.property(anyAddress, fc.option(anyAddress), fc.option(anyAddress), (address, one, other) => {
        const told = (discoveryUrl: string | null): AddressEvidence => ({
          relCanonical: address,
          finalUrl: address,
          discoveryUrl,
          linkShared: false,
        });
        fc.pre(canonicalUrl(address) !== null);
        expect(chooseCanonicalUrl(told(one))).toBe(chooseCanonicalUrl(told(other)));
      }),
      { numRuns: 500 },
    );
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
