import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ArticleHistory, type KeptForm, type Makers, type StoredArticle } from './article-history.ts';
import type { Form } from './form.ts';
import { revisionsOf } from './revisions.ts';
import { spentRepeats } from './spent-repeats.ts';

type StoredForm = KeptForm & { readonly storedAt: string };

/** From here on the topic keeps events. */
const BEFORE = 100;
const instant = (minute: number) => new Date(Date.UTC(2026, 2, 14, 9, minute)).toISOString();

const form = (minute: number, text: string, of: Partial<Form> = {}): Form => ({
  eventId: `event ${minute}`,
  rawId: 'r',
  sourceId: 'source',
  fetchedAt: instant(minute),
  how: 'page',
  parserVersion: 1,
  contentHash: text,
  metadataHash: 'metadata',
  url: null,
  wordCount: 1,
  fingerprint: null,
  warnings: [],
  ...of,
});

const aFormFetched = (min: number, max: number): fc.Arbitrary<Form> =>
  fc
    .record({
      rawId: fc.constantFrom('r', 's'),
      minute: fc.integer({ min, max }),
      how: fc.constantFrom('page' as const, 'page' as const, 'entry' as const),
      text: fc.constantFrom('a', 'a', 'b'),
      eventId: fc.uuid(),
    })
    .map(({ rawId, minute, text, ...of }) => form(minute, text, { ...of, rawId, sourceId: `source of ${rawId}` }));

const forms = (min: number, max: number) =>
  fc.uniqueArray(aFormFetched(min, max), { selector: ({ eventId }) => eventId, minLength: 1, maxLength: 20 });

const MAKERS = ['r', 's', 'rs'].map((rawIds): Makers => ({ has: (id) => rawIds.includes(id), withdrawn: null }));
const BOTH = MAKERS[2]!;

/** An article as the store keeps it. */
interface Kept {
  readonly stored: StoredArticle | null;
  readonly forms: readonly StoredForm[];
}

const NOTHING: Kept = { stored: null, forms: [] };

/** The article after more forms, the first of them stored at a minute, and what is told of it. */
function arrive({ stored, forms: before }: Kept, more: readonly Form[], minute: number, makers = BOTH) {
  const history = new ArticleHistory('article', stored, before);
  const storedAt = new Map(before.map((form) => [form.eventId, form.storedAt]));
  const changes = more.map((form, n) => {
    const added = history.add(form);
    if (added !== 'known') storedAt.set(form.eventId, instant(minute + n));
    return history.settle(makers, instant(minute + n));
  });
  const { contentHash, metadataHash } = history.present;
  const kept: Kept = {
    stored: { id: 'article', ...history.state, text: { contentHash, metadataHash }, clusterId: null },
    forms: history.forms.map((form) => ({ ...form, storedAt: storedAt.get(form.eventId)! })),
  };
  return { kept, changes, present: history.present.eventId };
}

function told({ kept, changes, present }: ReturnType<typeof arrive>) {
  const revisions = revisionsOf(kept.forms).map((revision) => ({
    ...revision,
    form: revision.form.eventId,
    eventIds: revision.eventIds.includes(present), // of which the API tells no more
  }));
  return { changes, revisions, present, state: kept.stored };
}

const before = instant(BEFORE);
const without = (kept: Kept, spent: readonly Form[]): Kept => ({
  ...kept,
  forms: kept.forms.filter((form) => !spent.includes(form)),
});

describe('repeats that are missed by nobody', () => {
  it('are all but the first and the last of a page that never changes', () => {
    const { kept } = arrive(
      NOTHING,
      Array.from({ length: 50 }, (_, minute) => form(minute, 'a')),
      0,
    );
    const spent = spentRepeats(kept.forms, before);
    expect(spent).toHaveLength(48);
    expect(without(kept, spent).forms.map(({ number, fetchedAt }) => [number, fetchedAt])).toEqual([
      [1, instant(0)],
      [null, instant(49)],
    ]);
  });

  it('are none while the topic may bring them again', () => {
    const { kept } = arrive(
      NOTHING,
      [98, 99, 100, 101].map((minute) => form(minute, 'a')),
      100,
    );
    expect(spentRepeats(kept.forms, before)).toEqual([]);
  });

  it('change nothing: not what is shown, not the revisions, not what later forms, makers or redeliveries do', () => {
    fc.assert(
      fc.property(forms(0, 60), forms(BEFORE, 150), fc.constantFrom(...MAKERS), (old, later, makers) => {
        const { kept } = arrive(NOTHING, old, 60);
        const spent = spentRepeats(kept.forms, before);
        fc.pre(spent.length > 0);
        const fewer = without(kept, spent);
        const more = [...later, ...old.filter(({ eventId }) => !spent.some((one) => one.eventId === eventId))];
        const fromFewer = arrive(fewer, more, BEFORE, makers);
        expect(told(fromFewer)).toEqual(told(arrive(kept, more, BEFORE, makers)));
        const again = arrive(fromFewer.kept, spent, 200, makers);
        expect(again.changes.every((change) => change === null)).toBe(true);
        expect(told(again).revisions).toEqual(told(fromFewer).revisions);
      }),
      { numRuns: 300 },
    );
  });
});
