import { KhabarError } from '@khabar/contracts';
import type { Client } from 'pg';
import { databaseError } from './database-error.ts';
import { rowsOf, type Statement } from './database.ts';
import { MEMBERS_CHANNEL, RECORDS_CHANNEL } from './channels.ts';
import { MEMBER_LOCK } from './schema.ts';

/** What happens on the session's connection. */
export interface SessionListener {
  /** Records were appended to a topic: the next offset of each partition that grew. */
  appended?(topicId: number, ends: ReadonlyMap<number, bigint>): void;
  /** Somebody joined or left a group, or gave a partition back. */
  membersChanged?(topicId: number, group: string): void;
  /** The connection broke; a new one is being made. */
  lost?(error: unknown): void;
  /** It is there again, with all locks; notifications may have been missed. */
  restored?(): void;
}

const RECONNECT_FIRST_MS = 100;
const RECONNECT_MAX_MS = 5_000;

/**
 * The one connection that listens. It holds the locks of this process's group members, so that they are dead to the others as soon as
 * it ends. A connection that breaks is made anew, for as long as it takes.
 */
export class Session {
  readonly #newClient: () => Client;
  readonly #listeners = new Set<SessionListener>();
  readonly #members = new Set<number>();
  readonly #closing = new AbortController();
  #client: Client | null = null;
  #started: Promise<void> | null = null;
  #reconnecting: Promise<void> | null = null;
  #trouble = '';
  /** Ends when the statements asked for so far have: a connection does one at a time. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(newClient: () => Client) {
    this.#newClient = newClient;
  }

  /** False while the connection is broken, or was never asked for. */
  get online(): boolean {
    return this.#client !== null;
  }

  /** Why it should be online and is not, in words; null when all is well. */
  get trouble(): string | null {
    return this.#started === null || this.online ? null : this.#trouble;
  }

  /** Connects at the first call. @throws KhabarError when that is not possible now */
  start(): Promise<void> {
    this.#started ??= this.#connect().catch((error: unknown) => {
      this.#started = null;
      throw error;
    });
    return this.#started;
  }

  /** Returns the function that ends it. */
  listen(listener: SessionListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Draws a member's id and holds its lock from now on. */
  async newMember(): Promise<number> {
    const [row] = await this.query<[number]>({ text: `select nextval('bus.member_id')::integer` });
    const member = row![0];
    await this.query(holdLock(member));
    this.#members.add(member);
    return member;
  }

  /** Holds a member's lock no longer, nor again after the connection broke. */
  async dropMember(member: number): Promise<void> {
    this.#members.delete(member);
    await this.query({ text: 'select pg_advisory_unlock_shared($1, $2)', values: [MEMBER_LOCK, member] });
  }

  /** One after the other. @throws KhabarError of the database, at once while the connection is broken */
  async query<R extends unknown[]>(statement: Statement): Promise<R[]> {
    const answer = this.#turn.then(() => this.#ask<R>(statement));
    this.#turn = answer.catch(() => undefined);
    return await answer;
  }

  async #ask<R extends unknown[]>(statement: Statement): Promise<R[]> {
    const client = this.#client;
    if (!client) {
      throw new KhabarError('database-unavailable', 'The connection to Postgres is broken', { dependency: true });
    }
    try {
      return await rowsOf<R>(client, statement);
    } catch (error) {
      // one that does not answer is as good as broken, and is closed so that the others know too
      if (databaseError(error).dependency) void client.end().catch(() => undefined);
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.allSettled([this.#started, this.#reconnecting]);
    const client = this.#client;
    this.#client = null;
    await client?.end();
  }

  async #connect(): Promise<void> {
    const client = this.#newClient();
    let failure: Error | undefined;
    client.on('error', (error) => (failure = error));
    client.on('end', () => {
      if (this.#client === client) this.#lose(failure ?? new Error('Postgres ended the connection'));
    });
    client.on('notification', ({ channel, payload }) => this.#notified(channel, payload ?? ''));
    try {
      await client.connect();
      await client.query(`listen ${RECORDS_CHANNEL}; listen ${MEMBERS_CHANNEL}`);
      for (const member of this.#members) await rowsOf(client, holdLock(member));
      if (failure) throw failure;
    } catch (error) {
      void client.end().catch(() => undefined);
      throw databaseError(error);
    }
    if (this.#closing.signal.aborted) return await client.end();
    this.#client = client;
  }

  #lose(error: unknown): void {
    this.#client = null;
    this.#trouble = databaseError(error).message;
    if (this.#closing.signal.aborted) return;
    for (const listener of this.#listeners) listener.lost?.(error);
    this.#reconnecting = this.#reconnect();
  }

  async #reconnect(): Promise<void> {
    const { signal } = this.#closing;
    for (let pauseMs = RECONNECT_FIRST_MS; !signal.aborted; pauseMs = Math.min(RECONNECT_MAX_MS, pauseMs * 2)) {
      await pause(pauseMs * (0.5 + Math.random() / 2), signal);
      try {
        await this.#connect();
        break;
      } catch (error) {
        this.#trouble = databaseError(error).message; // the loss has been reported, health says that it lasts
      }
    }
    if (this.#client) for (const listener of this.#listeners) listener.restored?.();
  }

  #notified(channel: string, payload: string): void {
    const [topic, ...rest] = payload.split(' ');
    const topicId = Number(topic);
    if (channel === MEMBERS_CHANNEL) {
      for (const listener of this.#listeners) listener.membersChanged?.(topicId, rest.join(' '));
      return;
    }
    const ends = new Map(
      rest.map((part) => {
        const [partition, end] = part.split(':');
        return [Number(partition), BigInt(end!)];
      }),
    );
    for (const listener of this.#listeners) listener.appended?.(topicId, ends);
  }
}

// Shared, for the server may still hold it for the broken connection of the same member.
function holdLock(member: number): Statement {
  return { text: 'select pg_advisory_lock_shared($1, $2)', values: [MEMBER_LOCK, member] };
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}
