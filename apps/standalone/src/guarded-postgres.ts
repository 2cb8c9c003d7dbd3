import { type EmbeddedPostgres, startEmbeddedPostgres } from '@khabar/embedded-postgres';
import type { StandaloneConfig } from './config.ts';
import { type InstanceLock, acquireInstanceLock } from './instance-lock.ts';
import type { Voice } from './voice.ts';

/** The database that the services use, held by this one supervisor. */
export interface GuardedPostgres extends AsyncDisposable {
  /** As its owner. */
  readonly url: string;
  /** It is ours alone, with a role in it for each service; else the services share the address that was given. */
  readonly embedded: boolean;
  /** It ran already: the last supervisor was killed. */
  readonly adopted: boolean;
  /** Rejects when the database went away and could not be brought back. */
  readonly broken: Promise<never>;
}

/**
 * The Postgres of DATABASE_URL, or the embedded one, which is started again on its port whenever it ends unasked.
 * @throws KhabarError as {@link startEmbeddedPostgres} and {@link acquireInstanceLock}
 */
export async function guardPostgres(config: StandaloneConfig, voice: Voice): Promise<GuardedPostgres> {
  return config.DATABASE_URL === null ? guardEmbedded(config.KHABAR_DATA, voice) : guardForeign(config.DATABASE_URL);
}

async function guardForeign(url: string): Promise<GuardedPostgres> {
  const lock = await acquireInstanceLock(url);
  const broken = new Promise<never>(() => undefined); // the services wait for it by themselves
  return { url, embedded: false, adopted: false, broken, [Symbol.asyncDispose]: () => lock.release() };
}

async function guardEmbedded(dataDir: string, voice: Voice): Promise<GuardedPostgres> {
  const log = (line: string) => voice.step(line);
  const first = await startEmbeddedPostgres({ dataDir, log });
  let postgres = first;
  let lock = await acquireInstanceLock(first.url);
  voice.done('Postgres', `${dataDir}/postgres${first.adopted ? ' (taken over from a run that was killed)' : ''}`);

  let stopping = false;
  const stopped = Promise.withResolvers<void>();
  const broken = Promise.withResolvers<never>();
  broken.promise.catch(() => undefined); // whoever waits hears of it

  async function watch(): Promise<void> {
    for (;;) {
      await Promise.race([postgres.exited, lock.ended, stopped.promise]);
      if (stopping) return;
      voice.warn('Postgres ended unasked; starting it again');
      await lock.release().catch(() => undefined);
      [postgres, lock] = await bringBack(dataDir, first.port, log);
      voice.done('Postgres', 'is back');
    }
  }
  const watching = watch().catch((error: unknown) => broken.reject(error));

  return {
    url: first.url,
    embedded: true,
    adopted: first.adopted,
    broken: broken.promise,
    async [Symbol.asyncDispose]() {
      stopping = true;
      stopped.resolve();
      await watching;
      await lock.release().catch(() => undefined);
      await postgres.stop();
    },
  };
}

async function bringBack(
  dataDir: string,
  port: number,
  log: (line: string) => void,
): Promise<[EmbeddedPostgres, InstanceLock]> {
  const postgres = await startEmbeddedPostgres({ dataDir, port, log });
  return [postgres, await acquireInstanceLock(postgres.url)];
}
