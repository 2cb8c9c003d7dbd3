import type { Pair } from './neighbours.ts';

/** Groups of things that links hold together; each is named by its smallest member. */
export class Components {
  readonly #above = new Map<string, string>();

  /** Adds a thing, by itself unless it is known. */
  add(id: string): void {
    if (!this.#above.has(id)) this.#above.set(id, id);
  }

  /** Joins the groups of two things. */
  join([a, b]: Pair): void {
    this.add(a);
    this.add(b);
    const [x, y] = [this.nameOf(a), this.nameOf(b)];
    if (x < y) this.#above.set(y, x);
    else if (y < x) this.#above.set(x, y);
  }

  /** The smallest member of the group of a thing that was added. */
  nameOf(id: string): string {
    let name = id;
    while (this.#above.get(name) !== name) {
      const above = this.#above.get(name)!;
      this.#above.set(name, this.#above.get(above)!); // halves the way for whoever comes next
      name = above;
    }
    return name;
  }

  /** Every group by its name. */
  get groups(): ReadonlyMap<string, readonly string[]> {
    return Map.groupBy(this.#above.keys(), (id) => this.nameOf(id));
  }
}
