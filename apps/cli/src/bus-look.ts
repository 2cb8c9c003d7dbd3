import { setTimeout as sleep } from 'node:timers/promises';
import type { Bus, GroupState, OpenLetterCount, TopicState } from '@khabar/bus';
import { CONSUMER_GROUPS, KhabarError, TOPICS, deadLetterTopic } from '@khabar/contracts';
import { findBus, openFoundBus } from './bus-address.ts';
import type { Shell } from './shell.ts';

/** What the bus tells of itself at one moment. */
export interface BusLook {
  /** `up` is null where nothing says how to reach it: the services do, and their readiness tells of it. */
  readonly bus: { readonly up: boolean | null; readonly detail: string };
  readonly topics: readonly TopicLook[];
  readonly groups: readonly GroupLook[];
  readonly deadLetters: readonly LettersLook[];
}

/** One topic, dead letters' included. */
export interface TopicLook {
  readonly name: string;
  readonly partitions: number;
  readonly records: number;
  readonly publishedPerSecond: number;
}

/** One group in one topic. */
export interface GroupLook {
  readonly group: string;
  readonly topic: string;
  readonly members: number;
  readonly lag: number;
  /** Age of the oldest event that is not committed, 0 when there is none. */
  readonly lagSeconds: number;
  readonly consumedPerSecond: number;
}

/** The dead letters of one topic. */
export interface LettersLook {
  readonly topic: string;
  /** Those that were neither replayed nor discarded. */
  readonly open: number;
  /** False where there are more than were looked at. */
  readonly complete: boolean;
}

/** Offsets at one moment; what moved between two of them is a rate. */
interface Moment {
  readonly atMs: number;
  readonly topics: readonly TopicState[];
  readonly groups: readonly GroupState[];
}

/** How long the first look takes to see what moves, in milliseconds. */
const FIRST_RATE_OVER_MS = 1_000;
/** So many dead letters of a topic are looked at. */
const LETTERS_AT_MOST = 12_000;

/** Looks at the bus again and again; the rates are those since the look before. */
export class BusWatcher implements AsyncDisposable {
  readonly #shell: Shell;
  #bus: Bus | null = null;
  #before: Moment | null = null;
  readonly #letters = new Map<string, { readonly ends: string; readonly count: OpenLetterCount }>();

  constructor(shell: Shell) {
    this.#shell = shell;
  }

  /** What there is now; that the bus does not answer is an answer too. */
  async look(): Promise<BusLook> {
    try {
      this.#bus ??= await openFoundBus(await findBus(this.#shell));
      const { up, detail } = await this.#bus.health();
      if (!up) return nothing(false, detail);
      const before = this.#before ?? (await this.#first(this.#bus));
      const now = await ask(this.#bus);
      this.#before = now;
      const deadLetters = await this.#countLetters(this.#bus, now.topics);
      return { bus: { up, detail }, ...compare(before, now), deadLetters };
    } catch (error) {
      if (!(error instanceof KhabarError)) throw error;
      await this[Symbol.asyncDispose]();
      return nothing(error.code === 'no-bus' ? null : false, error.message);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const bus = this.#bus;
    this.#bus = null;
    this.#before = null;
    await bus?.close();
  }

  async #first(bus: Bus): Promise<Moment> {
    const moment = await ask(bus);
    await sleep(FIRST_RATE_OVER_MS, undefined, { signal: this.#shell.signal });
    return moment;
  }

  /** Reads a topic of dead letters only when something has come to it or gone from it. */
  async #countLetters(bus: Bus, states: readonly TopicState[]): Promise<LettersLook[]> {
    const { countOpenLetters } = await import('@khabar/bus');
    const found: LettersLook[] = [];
    for (const topic of TOPICS.filter(({ event }) => event !== null)) {
      const state = states.find(({ name }) => name === deadLetterTopic(topic).name);
      if (state === undefined) continue;
      const ends = state.partitions.map(({ startOffset, endOffset }) => `${startOffset}-${endOffset}`).join();
      let known = this.#letters.get(topic.name);
      if (known?.ends !== ends) {
        const { signal } = this.#shell;
        known = { ends, count: await countOpenLetters(bus, state, { atMost: LETTERS_AT_MOST, signal }) };
        this.#letters.set(topic.name, known);
      }
      found.push({ topic: topic.name, ...known.count });
    }
    return found;
  }
}

function nothing(up: boolean | null, detail: string): BusLook {
  return { bus: { up, detail }, topics: [], groups: [], deadLetters: [] };
}

async function ask(bus: Bus): Promise<Moment> {
  const topics = await bus.topics();
  const names = topics.map(({ name }) => name);
  const order = TOPICS.map(({ name }) => name);
  return {
    atMs: Date.now(),
    topics: topics.toSorted((a, b) => order.indexOf(a.name) - order.indexOf(b.name)),
    groups: await bus.groups(Object.values(CONSUMER_GROUPS), names),
  };
}

function compare(before: Moment, now: Moment): Pick<BusLook, 'topics' | 'groups'> {
  const seconds = Math.max(1, now.atMs - before.atMs) / 1000;
  const rate = (earlier: bigint | undefined, later: bigint) =>
    earlier === undefined ? 0 : Math.max(0, Number(later - earlier)) / seconds;
  return {
    topics: now.topics.map((topic) => {
      const { name, partitions } = topic;
      const earlier = before.topics.find((each) => each.name === name);
      return {
        name,
        partitions: partitions.length,
        records: Number(partitions.reduce((sum, { startOffset, endOffset }) => sum + endOffset - startOffset, 0n)),
        publishedPerSecond: rate(earlier && endOf(earlier), endOf(topic)),
      };
    }),
    groups: now.groups.map((state) => {
      const { group, topic, members, lag, partitions } = state;
      const earlier = before.groups.find((each) => each.group === group && each.topic === topic);
      const waiting = partitions.flatMap(({ waitingSince }) =>
        waitingSince === null ? [] : [Date.parse(waitingSince)],
      );
      return {
        ...{ group, topic, members, lag: Number(lag) },
        lagSeconds: Math.max(0, now.atMs - Math.min(now.atMs, ...waiting)) / 1000,
        consumedPerSecond: rate(earlier && positionOf(earlier), positionOf(state)),
      };
    }),
  };
}

function endOf({ partitions }: TopicState): bigint {
  return partitions.reduce((sum, { endOffset }) => sum + endOffset, 0n);
}

function positionOf({ partitions }: GroupState): bigint {
  return partitions.reduce((sum, { nextOffset }) => sum + nextOffset, 0n);
}
