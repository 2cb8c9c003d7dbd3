import { compareText } from '@khabar/contracts';
import type { KeptForm } from './article-history.ts';
import { compareForms, type Form, sameText } from './form.ts';

/** A text that an article had: forms that are neighbours in their order and show the same. */
export interface Revision {
  readonly number: number;
  /** The highest of its forms. */
  readonly form: Form;
  readonly eventIds: readonly string[];
  readonly sources: readonly string[];
  readonly firstFetchedAt: string;
  /** When the first of its forms was stored. */
  readonly storedAt: string;
}

type StoredForm = KeptForm & { readonly storedAt: string };

/** The revisions that an article's forms amount to, the last to arrive first. */
export function revisionsOf(forms: readonly StoredForm[]): Revision[] {
  return runsOf(forms)
    .map(revisionOf)
    .sort((a, b) => b.number - a.number);
}

/** An article's forms in their order, cut where the text changes. */
export function runsOf<T extends Form>(forms: readonly T[]): T[][] {
  const runs: T[][] = [];
  for (const form of [...forms].sort(compareForms)) {
    const run = runs.at(-1);
    if (run && sameText(run[0]!, form)) run.push(form);
    else runs.push([form]);
  }
  return runs;
}

function revisionOf(run: readonly StoredForm[]): Revision {
  const earliest = (instants: readonly string[]) => [...instants].sort(compareText)[0]!;
  return {
    number: run.find(({ number }) => number !== null)!.number!,
    form: run.at(-1)!,
    eventIds: run.map(({ eventId }) => eventId),
    sources: [...new Set(run.map(({ sourceId }) => sourceId))].sort(compareText),
    firstFetchedAt: earliest(run.map(({ fetchedAt }) => fetchedAt)),
    storedAt: earliest(run.map(({ storedAt }) => storedAt)),
  };
}
