import { articleEventId } from '@khabar/contracts';
import type { Form, TrueArticle } from './truth.ts';

/** What must have come of a run. */
export interface Expected {
  readonly articles: readonly TrueArticle[];
  /** How many inputs had nothing to tell an article by: each is a dead letter, and nothing else is one. */
  readonly namelessEntries: number;
  /** Readers of committed records see what was made of each input once; otherwise at least once. */
  readonly exactlyOnce: boolean;
}

/** An article as the store shows it. */
export interface StoredArticle extends Form {
  readonly id: string;
  readonly url: string | null;
  readonly contentHash: string;
}

/** An announcement, in the order of its partition. */
export interface SeenChange {
  readonly eventId: string;
  readonly articleId: string;
  readonly kind: string;
  readonly revision: number;
  readonly contentHash: string | null;
}

/** What a run came to, seen from outside: the store's API, and the topics as a reader of committed records sees them. */
export interface Seen {
  readonly stored: readonly StoredArticle[];
  /** CloudEvents ids on `news.raw.v1`; a fetch repeated after a crash has another one, a record written twice the same. */
  readonly rawEvents: readonly string[];
  readonly articleEvents: readonly { readonly eventId: string; readonly parserVersion: number }[];
  readonly changes: readonly SeenChange[];
  readonly deadLetters: readonly { readonly topic: string; readonly key: string | null; readonly code: string }[];
  /** Events behind, by group and topic. */
  readonly lags: readonly { readonly name: string; readonly lag: bigint }[];
}

/** The reason with which an entry that has neither link nor guid nor title is refused. */
const NAMELESS = 'entry-without-identity';

/** Holds what was seen against the truth. @returns what is wrong, one sentence each; nothing when all is well */
export function check(expected: Expected, seen: Seen): string[] {
  return [
    ...checkStored(expected, seen),
    ...checkArticleEvents(expected, seen),
    ...checkChanges(expected, seen),
    ...checkDeadLetters(expected, seen),
    ...seen.lags.filter(({ lag }) => lag !== 0n).map(({ name, lag }) => `${name} is ${lag} events behind`),
  ];
}

function checkStored({ articles }: Expected, { stored }: Seen): string[] {
  const problems: string[] = [];
  const byUrl = Map.groupBy(stored, ({ url }) => url);
  for (const { url, forms } of articles) {
    const found = byUrl.get(url) ?? [];
    byUrl.delete(url);
    const last = forms.at(-1)!;
    if (found.length !== 1) problems.push(`${url} is stored ${found.length} times`);
    else if (found[0]!.title !== last.title)
      problems.push(`${url} has the title "${found[0]!.title}", not "${last.title}"`);
    else if (found[0]!.body !== last.body) problems.push(`${url} has another body than its last form`);
  }
  for (const [url, found] of byUrl) problems.push(`${url} is stored ${found.length} times and was never given`);
  return problems;
}

function checkArticleEvents({ exactlyOnce }: Expected, { rawEvents, articleEvents }: Seen): string[] {
  const problems: string[] = [];
  const counts = countOf(articleEvents.map(({ eventId }) => eventId));
  const versions = new Set(articleEvents.map(({ parserVersion }) => parserVersion));
  for (const [rawEvent, inputs] of countOf(rawEvents)) {
    const ids = [...versions].map((version) => articleEventId(rawEvent, version));
    const outputs = ids.reduce((sum, id) => sum + (counts.get(id) ?? 0), 0);
    for (const id of ids) counts.delete(id);
    if (outputs === 0) problems.push(`the raw event ${rawEvent} has no event on news.articles.v1`);
    else if (exactlyOnce && outputs !== inputs) {
      problems.push(`the raw event ${rawEvent}, written ${inputs} times, has ${outputs} events on news.articles.v1`);
    }
  }
  for (const id of counts.keys()) problems.push(`the event ${id} on news.articles.v1 comes from no raw event`);
  return problems;
}

function checkChanges({ articles, exactlyOnce }: Expected, { stored, changes }: Seen): string[] {
  const problems: string[] = [];
  const byArticle = Map.groupBy(changes, ({ articleId }) => articleId);
  const storedByUrl = new Map(stored.map((article) => [article.url, article]));
  for (const { url, forms } of articles) {
    const article = storedByUrl.get(url);
    if (!article) continue; // told already
    const announced = byArticle.get(article.id) ?? [];
    byArticle.delete(article.id);
    const first = [...new Map(announced.map((change) => [change.eventId, change]))].map(([, change]) => change);
    const told = first.map(({ kind, revision }) => `${kind} ${revision}`).join(', ');
    const wanted = forms.map((_, at) => (at === 0 ? 'created' : 'revised'));
    // texts that overlap by chance are echoes of each other, which is a change of its own with a number of its own
    const kinds = first.map(({ kind }) => kind).filter((kind) => kind !== 'clustered');
    const inOrder = first.every(({ revision }, at) => revision === at + 1);
    if (!inOrder || kinds.join() !== wanted.join()) {
      problems.push(`${url} is announced as ${told || 'nothing'}, not ${wanted.join(', ')} in order`);
    }
    if (first.length > 0 && first.at(-1)!.contentHash !== article.contentHash) {
      problems.push(`the last change of ${url} tells of another text than the store has`);
    }
    if (exactlyOnce && announced.length > first.length) {
      problems.push(`the changes of ${url} are announced ${announced.length} times, not ${first.length}`);
    }
  }
  for (const [id, told] of byArticle) problems.push(`${told.length} changes tell of ${id}, which is not stored`);
  return problems;
}

function checkDeadLetters({ namelessEntries }: Expected, { deadLetters }: Seen): string[] {
  const undeserved = deadLetters.filter(({ code }) => code !== NAMELESS);
  const problems = [...countOf(undeserved.map(({ topic, code }) => `${code} on ${topic}`))].map(
    ([what, count]) => `${count} dead letters that nobody deserved: ${what}`,
  );
  const deserved = new Set(deadLetters.filter(({ code }) => code === NAMELESS).map(({ key }) => key)).size;
  if (deserved !== namelessEntries) {
    problems.push(`${deserved} entries without identity are dead letters, of ${namelessEntries}`);
  }
  return problems;
}

function countOf(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
