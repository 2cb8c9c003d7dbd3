import type { Bus, NumberedPublisher } from '@khabar/bus';
import { type CloudEvent, KhabarError, toKhabarError } from '@khabar/contracts';
import type { DataSource, EntityManager } from 'typeorm';
import { databaseError } from '../database/database-error.ts';
import { holdTransaction } from './hold-transaction.ts';
import {
  MOVE_ANNOUNCED,
  HOLD_EVERY_MS,
  type OutboxRow,
  SELECT_OLDEST,
  SELECT_POSITIONS,
  TAKE_TURN,
  eventOf,
} from './outbox-rows.ts';
import type { Relayed } from './relay-changes.ts';

/** Under which name the relay publishes; there is one of it over all stores. */
const NAME = 'khabar-store-relay';

const SELECT_ROUND = 'SELECT number, positions FROM store.relay_round';

// above every number that was ever used, also where the database was restored and the bus is ahead of it; and only while no other relay
// has begun a round since this one read the last number in its turn
const BEGIN_ROUND = `
  UPDATE store.relay_round SET number = greatest(number, $1::bigint) + 1, positions = $2::bigint[]
  WHERE number = $3 AND positions = '{}' RETURNING number, positions`;

const END_ROUND = `UPDATE store.relay_round SET positions = '{}' WHERE number = $1`;

interface Round {
  readonly number: string;
  readonly positions: string[];
}

/**
 * Announces the oldest changes of the outbox, each exactly once for readers of committed records, in numbered rounds: what a round
 * announces is written down and committed first; it is published under the round's number; then it leaves the outbox. Whoever finds a
 * round unfinished learns from the bus whether its number was published, and publishes exactly the same if not.
 *
 * One relay at a time over all stores, by the same lock as `relayChanges`, and in the same order. A relay that lost its turn without
 * knowing (its process froze) is fenced on the bus by the next one.
 */
export class RoundRelay {
  readonly #dataSource: DataSource;
  readonly #bus: Pick<Bus, 'numberedPublisher'>;
  #publisher: NumberedPublisher | null = null;

  constructor(dataSource: DataSource, bus: Pick<Bus, 'numberedPublisher'>) {
    this.#dataSource = dataSource;
    this.#bus = bus;
  }

  /**
   * One round of at most so many changes, or the one that was left unfinished.
   * @throws KhabarError `turn-lost`, and as `NumberedPublisher.publish` and {@link databaseError} say
   */
  async relay(limit: number): Promise<Relayed> {
    try {
      return await this.#dataSource.transaction(async (manager) => {
        const turn: { taken: boolean }[] = await manager.query(TAKE_TURN);
        if (!turn[0]!.taken) return { inTurn: false, count: 0, oldestStoredAt: null };
        const [last]: Round[] = await manager.query(SELECT_ROUND);
        const round = last!.positions.length > 0 ? last! : await this.#begin(manager, last!.number, limit);
        if (round === null) return { inTurn: true, count: 0, oldestStoredAt: null };
        const rows: OutboxRow[] = await manager.query(SELECT_POSITIONS, [round.positions]);
        if (rows.length > 0) {
          const events = rows.map(eventOf);
          await holdTransaction(manager, HOLD_EVERY_MS, this.#publish(manager, BigInt(round.number), events));
        }
        await manager.query(MOVE_ANNOUNCED, [round.positions]);
        await manager.query(END_ROUND, [round.number]);
        return { inTurn: true, count: rows.length, oldestStoredAt: rows[0]?.stored_at.toISOString() ?? null };
      });
    } catch (error) {
      await this.close(); // the next publisher knows what became of the round
      throw databaseError(error);
    }
  }

  /** Lets the publisher go. */
  async close(): Promise<void> {
    const publisher = this.#publisher;
    this.#publisher = null;
    await publisher?.close();
  }

  /** On a connection of its own, so that it is durable before anything is published; so it is no proof that the turn is still ours. */
  async #begin(manager: EntityManager, after: string, limit: number): Promise<Round | null> {
    const rows: OutboxRow[] = await manager.query(SELECT_OLDEST, [limit]);
    if (rows.length === 0) return null;
    const { last } = await this.#open();
    const positions = rows.map(({ position }) => position);
    const [rounds] = (await this.#dataSource.query(BEGIN_ROUND, [last ?? 0n, positions, after])) as [Round[], number];
    if (rounds.length === 0) throw new KhabarError('turn-lost', 'Another relay has had a turn', { dependency: true });
    return rounds[0]!;
  }

  async #publish(manager: EntityManager, number: bigint, events: readonly CloudEvent[]): Promise<void> {
    try {
      await publishOnce(await this.#open(), number, events);
    } catch (error) {
      if (toKhabarError(error).code !== 'fenced') throw error;
      // another store had a turn since our last one; that we have it now is sure as long as the transaction lives
      await this.close();
      await manager.query('SELECT 1');
      await publishOnce(await this.#open(), number, events);
    }
  }

  async #open(): Promise<NumberedPublisher> {
    return (this.#publisher ??= await this.#bus.numberedPublisher(NAME));
  }
}

async function publishOnce(publisher: NumberedPublisher, number: bigint, events: readonly CloudEvent[]): Promise<void> {
  if (publisher.last === null || publisher.last < number) await publisher.publish(number, events);
}
