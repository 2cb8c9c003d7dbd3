import { compareText } from '@khabar/contracts';
import { compareForms, type Form, sameText, type TextIdentity } from './form.ts';

/** Why an article is not shown: every page that makes it is gone, or a better rule makes another article of them all. */
export type Withdrawal = 'gone' | 'superseded';

/** A form as the store keeps it: numbered where it begins a revision, not where it repeats the form beside it. */
export interface KeptForm extends Form {
  readonly number: number | null;
}

/** What follows from an article's forms and makers, beside the text. */
export interface ArticleState {
  /** The number of the newest change that was announced; of an article that was never shown, that of its first revision. */
  readonly revision: number;
  /** The highest number given out. */
  readonly lastNumber: number;
  readonly withdrawn: Withdrawal | null;
  /** When the newest change was stored. */
  readonly storedAt: string;
  readonly firstFetchedAt: string;
  /** Every source that told the article, in order. */
  readonly sources: readonly string[];
}

/** An article's row as it stood before a batch. */
export interface StoredArticle extends ArticleState {
  readonly id: string;
  readonly text: TextIdentity;
  readonly clusterId: string | null;
}

/** The raw articles that make an article at present. */
export interface Makers {
  has(rawId: string): boolean;
  /** What they say of it together. */
  readonly withdrawn: Withdrawal | null;
}

/** What the world is told of an article. */
export interface Change {
  readonly articleId: string;
  readonly kind: 'created' | 'revised' | 'withdrawn' | 'clustered';
  readonly reason: string | null;
  readonly revision: number;
  readonly contentHash: string | null;
  readonly clusterId: string | null;
  readonly storedAt: string;
}

/**
 * One article as it is merged: every form in which it was seen, and what follows from them. What is present, and where a revision
 * begins, follows from the sets of forms and makers alone, so that it is the same for every order of arrival; the numbers are that order.
 */
export class ArticleHistory {
  readonly id: string;
  /** The row before this batch; null when there was none. */
  readonly stored: StoredArticle | null;
  readonly #forms: KeptForm[];
  readonly #added = new Set<string>();
  readonly #numbered = new Set<string>();
  readonly #sources: Set<string>;
  #present: Form | null = null;
  #revision: number;
  #lastNumber: number;
  /** Numbers up to here are announced, or will never be. */
  #settledNumber: number;
  #withdrawn: Withdrawal | null;
  #firstFetchedAt: string | null;
  #storedAt: string | null;

  constructor(id: string, stored: StoredArticle | null, forms: readonly KeptForm[]) {
    this.id = id;
    this.stored = stored;
    this.#forms = [...forms].sort(compareForms);
    this.#sources = new Set(stored?.sources);
    this.#revision = stored?.revision ?? 0;
    this.#lastNumber = stored?.lastNumber ?? 0;
    this.#settledNumber = this.#lastNumber;
    this.#withdrawn = stored?.withdrawn ?? null;
    this.#firstFetchedAt = stored?.firstFetchedAt ?? null;
    this.#storedAt = stored?.storedAt ?? null;
  }

  /** Every form, in the order that decides which is present. */
  get forms(): readonly KeptForm[] {
    return this.#forms;
  }

  /** Forms that came with this batch. */
  get added(): KeptForm[] {
    return this.#forms.filter(({ eventId }) => this.#added.has(eventId));
  }

  /** Forms that were there before, and begin a revision since this batch. */
  get renumbered(): KeptForm[] {
    return this.#forms.filter(({ eventId }) => this.#numbered.has(eventId) && !this.#added.has(eventId));
  }

  /** Whether a text was known before this batch. */
  knew(text: TextIdentity): boolean {
    return this.#forms.some((form) => sameText(form, text) && !this.#added.has(form.eventId));
  }

  /** The form that is shown. Only after {@link settle}. */
  get present(): Form {
    return this.#present!;
  }

  /** Only after {@link settle}. */
  get state(): ArticleState {
    return {
      revision: this.#revision,
      lastNumber: this.#lastNumber,
      withdrawn: this.#withdrawn,
      storedAt: this.#storedAt!,
      firstFetchedAt: this.#firstFetchedAt!,
      sources: [...this.#sources].sort(compareText),
    };
  }

  /** Adds a form to the set: it begins a revision, or repeats the text of the form beside it, or was there already. */
  add(form: Form): 'revision' | 'repeat' | 'known' {
    if (this.#forms.some(({ eventId }) => eventId === form.eventId)) return 'known';
    const above = this.#forms.findIndex((other) => compareForms(form, other) < 0);
    const at = above < 0 ? this.#forms.length : above;
    const [before, after] = [this.#forms[at - 1], this.#forms[at]];
    this.#forms.splice(at, 0, { ...form, number: null });
    this.#added.add(form.eventId);
    this.#sources.add(form.sourceId);
    if (this.#firstFetchedAt === null || form.fetchedAt < this.#firstFetchedAt) this.#firstFetchedAt = form.fetchedAt;
    if ((before && sameText(before, form)) || (after && sameText(after, form))) return 'repeat';
    this.#number(at);
    if (before && after && sameText(before, after)) this.#numberOtherHalf(at);
    return 'revision';
  }

  /**
   * Decides what is present and what is to be told. To be called after every event that touched the article or its makers.
   * `now` is RFC 3339 UTC with milliseconds.
   */
  settle(makers: Makers, now: string): Change | null {
    const textBefore = this.#present ?? this.stored?.text ?? null;
    const wasShown = textBefore !== null && this.#withdrawn === null;
    const present = this.#forms.findLast(({ rawId }) => makers.has(rawId)) ?? this.#forms.at(-1)!;
    this.#present = present;
    this.#withdrawn = makers.withdrawn;
    const isShown = this.#withdrawn === null;
    const textChanged = textBefore === null || !sameText(textBefore, present);
    if (textChanged) this.#storedAt = now;
    const number = this.#numberOf(present);
    const isFresh = number > this.#settledNumber;
    if (this.#revision === 0) this.#revision = number;
    this.#settledNumber = this.#lastNumber;
    if (isShown ? wasShown && !textChanged : !wasShown) return null;

    this.#storedAt = now;
    // A number is announced once: a revision that begins now has its own, any other change takes the next.
    this.#revision = isShown && isFresh ? number : ++this.#lastNumber;
    this.#settledNumber = this.#lastNumber;
    const clusterId = this.stored?.clusterId ?? null;
    const told = { articleId: this.id, revision: this.#revision, clusterId, storedAt: now };
    if (!isShown) return { ...told, kind: 'withdrawn', reason: this.#withdrawn, contentHash: null };
    const { contentHash } = present;
    if (!wasShown) return { ...told, kind: 'created', reason: null, contentHash };
    const reason = textBefore!.contentHash === contentHash ? 'metadata' : 'text';
    return { ...told, kind: 'revised', reason, contentHash };
  }

  #number(at: number): void {
    const form = this.#forms[at]!;
    this.#forms[at] = { ...form, number: ++this.#lastNumber };
    this.#numbered.add(form.eventId);
  }

  /** A form with another text came between forms of one text: they are two revisions now, and one of them has no number yet. */
  #numberOtherHalf(at: number): void {
    if (this.#numberInRun(at + 1) === null) this.#number(at + 1);
    else this.#number(at - 1);
  }

  #numberOf(form: Form): number {
    return this.#numberInRun(this.#forms.findIndex(({ eventId }) => eventId === form.eventId))!;
  }

  /** The number of the revision that the form at this place belongs to: of the neighbours with its text, one has it. */
  #numberInRun(at: number): number | null {
    const text = this.#forms[at]!;
    let first = at;
    while (first > 0 && sameText(this.#forms[first - 1]!, text)) first--;
    for (let i = first; i < this.#forms.length && sameText(this.#forms[i]!, text); i++) {
      const { number } = this.#forms[i]!;
      if (number !== null) return number;
    }
    return null;
  }
}
