import { setTimeout as sleep } from 'node:timers/promises';
import type { Bus } from '@khabar/bus';
import { eventually, seededRandom } from '@khabar/testing';
import { Client } from 'pg';
import { check } from './check.ts';
import { commit } from './faults.ts';
import { Load } from './load.ts';
import { announcedIds, lagsOf, look, openEyes } from './look.ts';
import { planFaults } from './plan.ts';
import type { PhaseReport, Recovery } from './recoveries.ts';
import { type Piece, type TrueArticle, writeTruth } from './truth.ts';
import { World } from './world.ts';

/** What a phase is told. */
export interface PhaseSettings {
  readonly name: string;
  readonly seed: number;
  /** Raw articles to be given, at least. */
  readonly events: number;
  readonly faults: number;
  /** Whether the services are run with BUS_TRANSACTIONS. */
  readonly transactions: boolean;
}

/** Nobody waits longer than that for one fault's recovery before the next one hits. */
const RECOVERY_PATIENCE_MS = 6_000;
/** Given and not yet stored: beyond that the next fault waits, lest all of them hit the same backlog. */
const BACKLOG = 3_000;
const LOOK_EVERY_MS = 250;
/** After the last fault. */
const CALM_WITHIN_MS = 120_000;
/** A phase that is not through by then has failed. */
const PHASE_LIMIT_MS = 10 * 60_000;

/** The services' settings: impatient, so that a run has time for many faults. */
const IMPATIENT = { POLL_CONCURRENCY: '4', POLL_LEASE: '5s', BUS_RETRY_MAX: '2s' };

/** Runs one phase to its end. @throws Error when it is interrupted or something of its own does not start */
export async function runPhase(
  settings: PhaseSettings,
  interrupt: AbortSignal,
  log: (line: string) => void,
): Promise<PhaseReport> {
  const env = { ...IMPATIENT, BUS_TRANSACTIONS: String(settings.transactions) };
  await using world = await World.start(env, log);
  const limit = AbortSignal.any([interrupt, AbortSignal.timeout(PHASE_LIMIT_MS)]);
  const phase = new Phase(settings, world, limit, log);
  return await phase.run(interrupt); // the world is to last as long
}

class Phase {
  readonly #settings: PhaseSettings;
  readonly #world: World;
  readonly #signal: AbortSignal;
  readonly #log: (line: string) => void;
  readonly #load: Load;
  readonly #pieces: readonly Piece[];
  readonly #probes: TrueArticle[] = [];
  readonly #recoveries: Recovery[] = [];
  readonly #problems: string[] = [];
  readonly #startedAt = performance.now();

  constructor(settings: PhaseSettings, world: World, signal: AbortSignal, log: (line: string) => void) {
    this.#settings = settings;
    this.#world = world;
    this.#signal = signal;
    this.#log = log;
    this.#load = new Load(world.service('fetcher').url, world.web, signal);
    this.#pieces = writeTruth(settings.events, settings.faults, settings.seed, world.web.origin);
  }

  /** @throws the reason of `interrupt` when that aborts */
  async run(interrupt: AbortSignal): Promise<PhaseReport> {
    const { name } = this.#settings;
    const doneBy = await this.#runToCalm();
    interrupt.throwIfAborted();
    const ended = this.#world.services.flatMap(({ crashes }) => crashes);
    if (this.#problems.length > 0 || ended.length > 0) this.#logServices();
    const seconds = (doneBy - this.#startedAt) / 1_000;
    const events = await this.#check().catch((error: unknown) => {
      this.#problems.push(`what came of it cannot be seen: ${String(error)}`);
      return 0;
    });
    const problems = [...ended, ...this.#problems];
    return { name, recoveries: this.#recoveries, events, seconds, repeats: this.#load.repeats, problems };
  }

  #logServices(): void {
    for (const { name, output } of this.#world.services) this.#log(`--- ${name}\n${output}`);
  }

  /** Faults and load, and then the wait until nothing is under way. @returns when that was */
  async #runToCalm(): Promise<number> {
    try {
      await eventually(
        async () => (await Promise.all(this.#world.services.map((each) => each.isReady()))).every(Boolean),
        {
          timeoutMs: 60_000,
          intervalMs: LOOK_EVERY_MS,
        },
      );
      await this.#runFaults();
      this.#log(`Calm: waiting until everything given is stored, announced and committed …`);
      await this.#untilCalm();
    } catch (error) {
      this.#problems.push(`not done in time: ${error instanceof Error ? error.message : String(error)}`);
    }
    return performance.now();
  }

  async #runFaults(): Promise<void> {
    const random = seededRandom(this.#settings.seed);
    const plan = planFaults(this.#settings.faults, random);
    const under: Promise<unknown>[] = [];
    for (const [at, fault] of plan.entries()) {
      this.#signal.throwIfAborted();
      const piece = this.#pieces[at];
      if (piece) under.push(this.#give(piece));
      await sleep(fault.afterMs, undefined, { signal: this.#signal });
      await commit(fault, this.#world);
      const recovery = this.#recover(at).then((recoveredMs) => {
        this.#recoveries.push({ ...fault, recoveredMs });
        return recoveredMs;
      });
      under.push(recovery);
      const soon = await Promise.race([recovery, sleep(RECOVERY_PATIENCE_MS, null)]);
      await this.#whileBehind();
      const recovered = soon === null ? 'not yet recovered' : `recovered in ${(soon / 1_000).toFixed(1)} s`;
      const number = `${String(at + 1).padStart(String(plan.length).length)}/${plan.length}`;
      this.#log(
        `[${number}] ${clock(performance.now() - this.#startedAt)} ${fault.kind}: ${fault.target}, ${recovered}; ` +
          `${this.#load.given} given, ${await this.#storedCount()} stored`,
      );
    }
    for (const piece of this.#pieces.slice(plan.length)) under.push(this.#give(piece));
    await Promise.all(under);
    this.#signal.throwIfAborted();
  }

  /** Never rejects: what Khabar refuses is a finding, and what is broken off is found at the end. */
  async #give(piece: Piece): Promise<void> {
    try {
      await this.#load.give(piece);
    } catch (error) {
      if (!this.#signal.aborted) this.#problems.push(`the input was not taken: ${String(error)}`);
    }
  }

  /** How long until an article given now is stored, in milliseconds; null when it never is. */
  async #recover(fault: number): Promise<number | null> {
    const from = performance.now();
    const probe = {
      url: `${this.#world.web.origin}/probe/${fault}`,
      forms: [
        {
          title: `All goes on after fault ${fault + 1} of the day`,
          body: `The town counted fault ${fault + 1} and went on with its day.`,
        },
      ],
    };
    this.#probes.push(probe);
    try {
      const rawId = await this.#load.push(probe, 0);
      for (;;) {
        const rows = await this.#ask('SELECT FROM store.raw_articles WHERE raw_id = $1 AND article_id IS NOT NULL', [
          rawId,
        ]);
        if (rows?.length === 1) return performance.now() - from;
        await sleep(LOOK_EVERY_MS, undefined, { signal: this.#signal });
      }
    } catch {
      return null;
    }
  }

  async #whileBehind(): Promise<void> {
    for (;;) {
      const stored = await this.#storedCount();
      if (stored !== null && this.#load.given - stored < BACKLOG) return;
      await sleep(LOOK_EVERY_MS, undefined, { signal: this.#signal });
    }
  }

  async #storedCount(): Promise<number | null> {
    const rows = await this.#ask('SELECT count(*)::int AS count FROM store.articles', []);
    return (rows?.[0] as { count: number } | undefined)?.count ?? null;
  }

  /** Past the proxy; null while Postgres is away. */
  async #ask(statement: string, values: readonly unknown[]): Promise<unknown[] | null> {
    const client = new Client({ connectionString: this.#world.postgres.url, connectionTimeoutMillis: 3_000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return (await client.query(statement, [...values])).rows;
    } catch {
      return null;
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  async #untilCalm(): Promise<void> {
    await using bus = await openEyes(this.#world.kafka.brokers);
    const wanted = this.#articles().reduce((sum, { forms }) => sum + forms.length, 0);
    await eventually(async () => (this.#signal.throwIfAborted(), await this.#isCalm(bus, wanted)), {
      timeoutMs: CALM_WITHIN_MS,
      intervalMs: 1_000,
    });
  }

  /** @throws Error that says what is still under way */
  async #isCalm(bus: Bus, wanted: number): Promise<boolean> {
    const rows = await this.#ask('SELECT FROM store.outbox LIMIT 1', []);
    const lags = await lagsOf(bus);
    const behind = lags.filter(({ lag }) => lag > 0n).map(({ name, lag }) => `${name} is ${lag} behind`);
    if (lags.length < 2 || behind.length > 0) throw new Error(behind.join(', ') || 'a group has not joined');
    if (rows?.length !== 0) throw new Error('the outbox of the store is not empty');
    const { size } = await announcedIds(bus, this.#signal);
    if (size < wanted) throw new Error(`${size} of ${wanted} changes are announced`);
    return true;
  }

  /** Looks at all of it. @returns how many raw events there were */
  async #check(): Promise<number> {
    this.#log('Checking …');
    await using bus = await openEyes(this.#world.kafka.brokers);
    const signal = AbortSignal.timeout(60_000);
    const seen = await look(bus, this.#world.service('store-1').url, signal);
    const namelessEntries = this.#pieces.flatMap(({ feeds }) => feeds).filter((feed) => feed.hasNamelessEntry).length;
    const expected = { articles: this.#articles(), namelessEntries, exactlyOnce: this.#settings.transactions };
    this.#problems.push(...check(expected, seen));
    return seen.rawEvents.length;
  }

  #articles(): TrueArticle[] {
    return [
      ...this.#pieces.flatMap(({ feeds, pushed }) => [...feeds.flatMap(({ articles }) => articles), ...pushed]),
      ...this.#probes,
    ];
  }
}

function clock(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
