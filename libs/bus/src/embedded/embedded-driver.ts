import { KhabarError, type TopicDefinition } from '@khabar/contracts';
import type { Pool } from 'pg';
import type { Subscription } from '../handling.ts';
import type { BusHealth, GroupState, ReadFrom, StoredRecord, TopicState } from '../log-state.ts';
import type { ConsumeRequest, Driver, NumberedSender, OutgoingRecord } from '../driver.ts';
import { Appender } from './appender.ts';
import { newClient, openPool, rowsOf, type DatabaseSettings } from './database.ts';
import { databaseError } from './database-error.ts';
import { eraseRecords } from './erase-records.ts';
import { GroupConsumer, type MemberSettings } from './group-consumer.ts';
import { groupStates } from './group-states.ts';
import { Log } from './log.ts';
import { migrate } from './migrate.ts';
import { EmbeddedNumberedSender } from './numbered-sender.ts';
import { Pruner } from './pruner.ts';
import { readTopic } from './read-topic.ts';
import { Session } from './session.ts';

/** How the embedded driver is opened; what is left out has the value named. */
export interface EmbeddedSettings {
  readonly databaseUrl: string;
  /** Name under which the connections appear in Postgres. */
  readonly clientId: string;
  /** Connections at most, beside the one that listens; 4. */
  readonly maxConnections?: number;
  /** See {@link MemberSettings}; 15,000. */
  readonly memberPatienceMs?: number;
  /** See {@link MemberSettings}; 5,000. */
  readonly handoverMs?: number;
  /** How often records beyond their retention are deleted, in milliseconds; 300,000. */
  readonly pruneEveryMs?: number;
  /** What breaks in the background and belongs to no consumer. */
  readonly onDisturbance?: (what: string, error: unknown) => void;
}

/**
 * The log in Postgres: topics, partitions, offsets and consumer groups in the schema `bus`. It connects when it is first used, and
 * makes or updates its schema then: what is used rejects with `schema-too-new` when a newer program has been there.
 */
export async function openEmbeddedDriver(settings: EmbeddedSettings): Promise<Driver> {
  return new EmbeddedDriver(
    { ...settings, maxConnections: settings.maxConnections ?? 4 },
    {
      memberPatienceMs: settings.memberPatienceMs ?? 15_000,
      handoverMs: settings.handoverMs ?? 5_000,
      pruneEveryMs: settings.pruneEveryMs ?? 300_000,
      onDisturbance: settings.onDisturbance ?? (() => undefined),
    },
  );
}

type Behaviour = MemberSettings & Required<Pick<EmbeddedSettings, 'pruneEveryMs' | 'onDisturbance'>>;

class EmbeddedDriver implements Driver {
  readonly #pool: Pool;
  readonly #members: MemberSettings;
  readonly #log: Log;
  readonly #appender: Appender;
  readonly #session: Session;
  readonly #pruner: Pruner;
  #migrated: Promise<void> | null = null;
  #closing: Promise<void> | null = null;

  constructor(database: DatabaseSettings, behaviour: Behaviour) {
    this.#pool = openPool(database);
    this.#members = behaviour;
    this.#log = new Log(this.#pool);
    this.#appender = new Appender(this.#pool, this.#log);
    this.#session = new Session(() => newClient(database));
    this.#pruner = new Pruner(this.#pool, behaviour.pruneEveryMs, (error) =>
      behaviour.onDisturbance('old records could not be deleted', error),
    );
  }

  async ensureTopics(topics: readonly TopicDefinition[]): Promise<void> {
    await this.#ready();
    for (const topic of topics) await this.#log.createTopic(topic);
  }

  async send(records: readonly OutgoingRecord[]): Promise<void> {
    await this.#ready();
    await this.#appender.send(records);
  }

  async numberedSender(name: string): Promise<NumberedSender> {
    await this.#ready();
    return await EmbeddedNumberedSender.open(this.#log, name);
  }

  partitionCount(topic: string): number | null {
    return this.#log.partitionCount(topic);
  }

  async consume(request: ConsumeRequest): Promise<Subscription> {
    await this.#ready();
    return await GroupConsumer.join(this.#log, this.#session, request, this.#members);
  }

  async *read(
    topic: string,
    options: { from: ReadFrom; follow: boolean; signal: AbortSignal },
  ): AsyncGenerator<StoredRecord, void, undefined> {
    await this.#ready();
    yield* readTopic(this.#log, this.#session, topic, options);
  }

  async topics(names: readonly string[]): Promise<TopicState[]> {
    await this.#ready();
    const rows = await rowsOf<[string, string, number, number, string, string]>(this.#pool, {
      text: `
        select t.name, t.retention_ms, t.max_message_bytes, p.number, p.start_offset, p.next_offset
          from bus.topic t join bus.partition p on p.topic_id = t.id
         where t.name = any ($1) order by t.name, p.number`,
      values: [names],
    });
    return [...Map.groupBy(rows, ([name]) => name)].map(([name, ofTopic]) => ({
      name,
      retentionMs: Number(ofTopic[0]![1]),
      maxMessageBytes: ofTopic[0]![2],
      compression: null,
      partitions: ofTopic.map(([, , , partition, start, end]) => ({
        partition,
        startOffset: BigInt(start),
        endOffset: BigInt(end),
      })),
    }));
  }

  async groups(groups: readonly string[], topics: readonly string[]): Promise<GroupState[]> {
    await this.#ready();
    return groupStates(this.#pool, groups, topics);
  }

  async forgetGroup(group: string): Promise<boolean> {
    await this.#ready();
    const [row] = await rowsOf<[boolean]>(this.#pool, { text: 'select bus.forget_group($1)', values: [group] });
    return row![0];
  }

  async erase(topic: string, keys: readonly string[], sinceMs: number): Promise<boolean> {
    await this.#ready();
    await eraseRecords(this.#pool, this.#log, topic, keys, sinceMs);
    return true;
  }

  async health(): Promise<BusHealth> {
    if (this.#session.trouble !== null) return { up: false, detail: this.#session.trouble };
    try {
      await this.#ready();
      await rowsOf(this.#pool, { text: 'select 1' });
      return { up: true, detail: 'the embedded log answers' };
    } catch (error) {
      return { up: false, detail: databaseError(error).message };
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await Promise.all([this.#appender.drained(), this.#pruner.close(), this.#session.close()]);
    await this.#pool.end();
  }

  async #ready(): Promise<void> {
    if (this.#closing) throw new KhabarError('bus-closed', 'The bus is closed');
    this.#migrated ??= migrate(this.#pool).catch((error: unknown) => {
      this.#migrated = null; // the next use tries again
      throw error;
    });
    await this.#migrated;
  }
}
