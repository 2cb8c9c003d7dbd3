import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { KhabarError } from '@khabar/contracts';
import type { StandaloneConfig } from './config.ts';
import { guardPostgres } from './guarded-postgres.ts';
import { MALLOC, NODE_OPTIONS } from './service-memory.ts';
import { isPrepared, serviceUrl } from './service-roles.ts';
import { SupervisedProcess } from './supervised-process.ts';
import type { Voice } from './voice.ts';

const FLAGS = ['--disable-warning=TimeoutNegativeWarning'];

/** Everything on one machine: the database and the three services. */
export interface Standalone extends AsyncDisposable {
  readonly urls: Readonly<Record<ServiceName, string>>;
  /** Rejects when the whole cannot go on: the database does not come back. */
  readonly broken: Promise<never>;
}

type ServiceName = 'store' | 'parser' | 'fetcher';

/**
 * Starts Postgres (unless DATABASE_URL names one) and the three services, and keeps them running until disposed of.
 * @throws KhabarError with one line that says what to do.
 */
export async function startStandalone(
  config: StandaloneConfig,
  options: { distDir: string; quietServices: boolean; voice: Voice; signal: AbortSignal },
): Promise<Standalone> {
  const { voice, signal } = options;
  const ports = { store: config.STORE_PORT, parser: config.PARSER_PORT, fetcher: config.FETCHER_PORT };
  await using stack = new AsyncDisposableStack();
  const postgres = await guardPostgres(config, voice);
  stack.use(postgres);
  await requireFreePorts(ports, config.HTTP_HOST, postgres.adopted ? config.SHUTDOWN_TIMEOUT : 0);

  const names = Object.keys(ports) as ServiceName[];
  const urlFor = (name: ServiceName) => (postgres.embedded ? serviceUrl(postgres.url, name) : postgres.url);
  const commandOf = (name: ServiceName) => [process.execPath, ...FLAGS, join(options.distDir, name, 'main.js')];
  const environment = {
    ...MALLOC,
    ...process.env,
    // read here already, and not to be given twice; the owner's is for the migrations alone
    DATABASE_URL_FILE: undefined,
    DATABASE_OWNER_URL_FILE: undefined,
    DATABASE_OWNER_URL: undefined,
    NODE_OPTIONS: `${NODE_OPTIONS} ${process.env['NODE_OPTIONS'] ?? ''}`, // the operator's come last and so win
    // some seven hundred modules a service: compiled once, not at every start
    NODE_COMPILE_CACHE: join(options.distDir, 'compile-cache'),
    SEED_FOLDERS: config.SEED_FOLDERS.join(','),
    ...(options.quietServices && !process.env['LOG_LEVEL'] && { LOG_LEVEL: 'warn' }),
  };
  const prepareDatabase = async (name: ServiceName): Promise<boolean> => {
    if (!postgres.embedded) return false;
    voice.step(`preparing the database for the ${name} …`);
    const env = { ...environment, DATABASE_URL: urlFor(name), DATABASE_OWNER_URL: postgres.url };
    return succeeds([...commandOf(name), 'migrate'], env, signal);
  };
  if (postgres.embedded && !(await isPrepared(postgres.url, names))) {
    const prepared = await Promise.all(names.map(prepareDatabase));
    if (prepared.includes(false)) {
      throw new KhabarError('database-not-prepared', 'The database could not be prepared: see the messages above');
    }
  }

  const services = names.map((name) =>
    stack.use(
      new SupervisedProcess({
        name,
        command: commandOf(name),
        env: {
          ...environment,
          DATABASE_URL: urlFor(name),
          HTTP_PORT: String(ports[name]),
        },
        stopTimeoutMs: config.SHUTDOWN_TIMEOUT,
        prepareDatabase: () => prepareDatabase(name),
        listener: {
          ready: (_, url) => voice.done(name, url),
          restarting: (_, how, delayMs) => {
            if (!signal.aborted) voice.warn(`${name}: ${how}; starting it again in ${delayMs / 1000} s`);
          },
        },
      }),
    ),
  );
  const urls = await withinTime(
    Promise.all(services.map(async (service) => [service.name, await service.start()] as const)),
    config.START_TIMEOUT,
    signal,
  );
  const kept = stack.move();
  return {
    urls: Object.fromEntries(urls) as Record<ServiceName, string>,
    broken: postgres.broken,
    // the services stop together; the database, which they need for that, after them
    async [Symbol.asyncDispose]() {
      await Promise.all(services.map((service) => service[Symbol.asyncDispose]()));
      await kept.disposeAsync();
    },
  };
}

async function succeeds(command: readonly string[], env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<boolean> {
  const [program, ...args] = command;
  const child = spawn(program!, args, { env, signal, stdio: ['ignore', 'inherit', 'inherit'] });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code === 0;
}

async function withinTime<T>(work: Promise<T>, timeoutMs: number, signal: AbortSignal): Promise<T> {
  const done = new AbortController();
  const over = setTimeout(timeoutMs, undefined, { signal: AbortSignal.any([done.signal, signal]) }).then(
    () => {
      throw new KhabarError(
        'start-timeout',
        `The services were not ready within ${timeoutMs / 1000} s: see their messages above, or set START_TIMEOUT higher on a slow machine`,
      );
    },
    () => {
      if (signal.aborted) throw signal.reason;
      return work;
    },
  );
  try {
    return await Promise.race([work, over]);
  } finally {
    done.abort();
    over.catch(() => undefined);
  }
}

/**
 * Says which port is taken before anything is started. Where the last run was killed its services may still be on their way out, so
 * their ports are waited for.
 */
async function requireFreePorts(ports: Record<ServiceName, number>, host: string, patienceMs: number): Promise<void> {
  const deadline = performance.now() + patienceMs;
  for (const [name, port] of Object.entries(ports)) {
    while (!(await isFree(port, host))) {
      if (performance.now() >= deadline) {
        throw new KhabarError(
          'port-in-use',
          `Port ${port} (${name}) is in use: stop what listens there, or set ${name.toUpperCase()}_PORT to another`,
        );
      }
      await setTimeout(200);
    }
  }
}

async function isFree(port: number, host: string): Promise<boolean> {
  const probe = createServer();
  try {
    probe.listen(port, host);
    await once(probe, 'listening');
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return false;
    throw new KhabarError('cannot-listen', `Cannot listen on ${host}:${port}: ${(error as Error).message}`, {
      cause: error,
    });
  } finally {
    probe.close();
  }
}
