import type { KeptForm } from './article-history.ts';
import { runsOf } from './revisions.ts';

type StoredForm = KeptForm & { readonly storedAt: string };

/**
 * Repeats of an article that were fetched and stored before `before` and are missed by nobody: neither what is present, nor where
 * revisions begin, nor what is told of them changes, now or by any form that is fetched after `before`.
 *
 * Each revision keeps the form that has its number, and of each completeness its earliest fetched and earliest stored form and the
 * highest of every raw article: a raw article that is the last to make the article still shows its own text, and where a form of less
 * completeness cuts a revision in two (a later fetch stands between completenesses only), each half is what it would have been.
 */
export function spentRepeats(forms: readonly StoredForm[], before: string): StoredForm[] {
  return runsOf(forms).flatMap((run) => {
    const kept = new Set([...Map.groupBy(run, ({ how }) => how).values()].flatMap(witnesses));
    const isOld = ({ storedAt, fetchedAt }: StoredForm) => storedAt < before && fetchedAt < before;
    return run.filter((form) => form.number === null && isOld(form) && !kept.has(form));
  });
}

/** Forms of one text and completeness, in their order, that stand for all of them. */
function witnesses(level: readonly StoredForm[]): StoredForm[] {
  const highest = new Map(level.map((form) => [form.rawId, form]));
  return [earliest(level, 'fetchedAt'), earliest(level, 'storedAt'), ...highest.values()];
}

function earliest(level: readonly StoredForm[], field: 'fetchedAt' | 'storedAt'): StoredForm {
  return level.reduce((first, form) => (form[field] < first[field] ? form : first));
}
