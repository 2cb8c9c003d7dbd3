import { describe, expect, it } from 'vitest';
import { plainParagraph } from './block.ts';
import { mergeReadings } from './merge-readings.ts';
import type { Reading } from './reading.ts';

const nothing: Reading = {
  how: 'page',
  kind: 'article',
  titles: [],
  kicker: null,
  summary: null,
  blocks: [],
  bylines: [],
  agencies: [],
  published: [],
  modified: [],
  claimedLanguage: null,
  section: null,
  tags: [],
  images: [],
  externalId: null,
  relCanonical: null,
  siteName: null,
  warnings: [],
};
const entryOf = (found: Partial<Reading>): Reading => ({ ...nothing, how: 'summary', ...found });

describe('mergeReadings', () => {
  it('keeps the page its title where the entry says the same with more or fewer words', () => {
    const page = { ...nothing, titles: ['Rain reaches the coast at last'] };
    expect(mergeReadings(page, entryOf({ titles: ['Rain reaches the coast'] })).titles[0]).toBe(
      'Rain reaches the coast at last',
    );
    expect(mergeReadings(page, entryOf({ titles: ['Rain reaches the co…'] })).titles[0]).toBe(
      'Rain reaches the coast at last',
    );
  });

  it('prefers the form of the title that page and entry agree on', () => {
    const page = { ...nothing, titles: ['Rain reaches the coast: live', 'Rain reaches the coast'] };
    expect(mergeReadings(page, entryOf({ titles: ['Rain reaches the coast'] })).titles[0]).toBe(
      'Rain reaches the coast',
    );
  });

  it('takes the text of a summary for a standfirst only where it is no copy of the beginning', () => {
    const page = { ...nothing, blocks: [plainParagraph('The first drops fell on the harbour before noon.')] };
    const copy = entryOf({ blocks: [plainParagraph('The first drops fell on the harbour …')] });
    const own = entryOf({ blocks: [plainParagraph('After nine dry weeks clouds came in.')] });
    expect(mergeReadings(page, copy).summary).toBeNull();
    expect(mergeReadings(page, own).summary).toBe('After nine dry weeks clouds came in.');
  });

  it('asks the page first and the entry where the page is silent', () => {
    const page = { ...nothing, published: ['2026-03-12'], tags: ['rain'] };
    const merged = mergeReadings(
      page,
      entryOf({ published: ['2026-03-11'], tags: ['news'], bylines: ['Asha Verma'], externalId: '7' }),
    );
    expect(merged).toMatchObject({
      published: ['2026-03-12', '2026-03-11'],
      tags: ['rain'],
      bylines: ['Asha Verma'],
      externalId: '7',
    });
  });
});
