import type { Article, KhabarError, RawArticle } from '@khabar/contracts';
import { FIELDS, type Field, type FieldChange, changeOf, fieldText } from './fields.ts';
import { COMPARED, type ShownArticle, type Verdict } from './judge.ts';
import type { Standing } from './newest.ts';

/** One field of one article, before and after. */
export interface FieldExample {
  readonly rawId: string;
  readonly articleId: string;
  readonly where: string;
  readonly before: string;
  readonly after: string;
}

/** What became of one field over all articles that were compared. */
export interface FieldTally extends Readonly<Record<FieldChange, number>> {
  readonly examples: readonly FieldExample[];
}

/** Raw articles of which the parser makes no article, by reason. */
export interface RefusalTally {
  readonly count: number;
  readonly examples: readonly { readonly rawId: string; readonly where: string; readonly message: string }[];
}

/** Counts what a replay meets; of each thing it keeps the first few examples, so its size does not grow with the range. */
export class Tally {
  readonly #examples: number;
  readonly read = { archive: 0, topic: 0 };
  readonly skipped = { older: 0, repeated: 0, unreadable: 0 };
  readonly verdicts = new Map<Verdict, number>();
  readonly refusals = new Map<string, RefusalTally>();
  readonly warnings = { came: new Map<string, number>(), went: new Map<string, number>() };
  readonly #fields = new Map<Field, { counts: Record<FieldChange, number>; examples: FieldExample[] }>();
  published = 0;

  /** So many examples are kept of each field and reason. */
  constructor(examples: number) {
    this.#examples = examples;
  }

  /** An event that does not count. */
  skip(standing: Exclude<Standing, 'newest'> | 'unreadable'): void {
    this.skipped[standing] += 1;
  }

  refused(raw: RawArticle, { code, message }: KhabarError): void {
    const { count, examples } = this.refusals.get(code) ?? { count: 0, examples: [] };
    const example = { rawId: raw.id, where: whereOf(raw), message };
    this.refusals.set(code, {
      count: count + 1,
      examples: examples.length < this.#examples ? [...examples, example] : examples,
    });
  }

  judged(verdict: Verdict, raw: RawArticle, after: Article, before: ShownArticle | null): void {
    this.verdicts.set(verdict, (this.verdicts.get(verdict) ?? 0) + 1);
    if (before === null || !COMPARED.has(verdict)) return;
    for (const field of FIELDS) this.#compare(field, raw, before, after);
    const [had, has] = [new Set(before.extraction.warnings), new Set(after.extraction.warnings)];
    for (const code of has) if (!had.has(code)) increase(this.warnings.came, code);
    for (const code of had) if (!has.has(code)) increase(this.warnings.went, code);
  }

  /** Of every field, also of those that nothing was compared of. */
  get fields(): ReadonlyMap<Field, FieldTally> {
    return new Map(
      FIELDS.map((field) => [field, { ...this.#fieldOf(field).counts, examples: this.#fieldOf(field).examples }]),
    );
  }

  #compare(field: Field, raw: RawArticle, beforeArticle: Article, afterArticle: Article): void {
    const [before, after] = [fieldText(beforeArticle, field), fieldText(afterArticle, field)];
    const { counts, examples } = this.#fieldOf(field);
    const change = changeOf(before, after);
    counts[change] += 1;
    if (change === 'unchanged' || examples.length >= this.#examples) return;
    examples.push({ rawId: raw.id, articleId: afterArticle.id, where: whereOf(raw), before, after });
  }

  #fieldOf(field: Field) {
    const known = this.#fields.get(field);
    if (known) return known;
    const fresh = { counts: { changed: 0, gained: 0, lost: 0, unchanged: 0 }, examples: [] };
    this.#fields.set(field, fresh);
    return fresh;
  }
}

function increase(counts: Map<string, number>, code: string): void {
  counts.set(code, (counts.get(code) ?? 0) + 1);
}

function whereOf({ url, path, entry, id }: RawArticle): string {
  return url ?? path ?? entry?.guid ?? id;
}
