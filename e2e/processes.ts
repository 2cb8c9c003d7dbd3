import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Article } from '@khabar/contracts';
import { eventually, freePort, startProcess, type StartedProcess } from '@khabar/testing';

/** The workspace, from which everything is started. */
export const WORKSPACE = fileURLToPath(new URL('..', import.meta.url));

const FLAGS = ['--enable-source-maps', '--disable-warning=TimeoutNegativeWarning'];

/** The tests' environment without what would lead a program elsewhere, and with what a test says. */
function environment(own: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { KAFKA_BROKERS, DATABASE_URL, API_KEY, HTTP_HOST, HTTP_PORT, LOG_LEVEL, ...rest } = process.env;
  void [KAFKA_BROKERS, DATABASE_URL, API_KEY, HTTP_HOST, HTTP_PORT, LOG_LEVEL];
  // as the supervisor does: the tests start some fifty services
  return { ...rest, LOG_FORMAT: 'json', NODE_COMPILE_CACHE: join(WORKSPACE, 'dist', 'compile-cache'), ...own };
}

/** Runs one of the programs in `dist/`, as `npm run build` made it. */
export function startProgram(
  program: string,
  env: NodeJS.ProcessEnv,
  args: readonly string[] = [],
): Promise<StartedProcess> {
  const main = join(WORKSPACE, 'dist', program, 'main.js');
  if (!existsSync(main)) throw new Error(`${main} is missing: npm run build makes it`);
  return startProcess(process.execPath, [...FLAGS, main, ...args], { cwd: WORKSPACE, env: environment(env) });
}

/** Runs npm itself in the workspace, as a person does. */
export function startNpm(args: readonly string[], env: NodeJS.ProcessEnv): Promise<StartedProcess> {
  return startProcess('npm', args, { cwd: WORKSPACE, env: environment(env) });
}

/** A service's process and where it answers. */
export interface Service extends AsyncDisposable {
  readonly name: string;
  readonly url: string;
  readonly process: StartedProcess;
  /** SIGKILL, and the same service again on the same port. */
  restart(): Promise<void>;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
}

/** Starts one service on a free port and waits until it is ready. */
export async function startService(name: 'fetcher' | 'parser' | 'store', env: NodeJS.ProcessEnv): Promise<Service> {
  const port = await freePort();
  const launch = () => startProgram(name, { ...env, HTTP_PORT: String(port) });
  const url = `http://127.0.0.1:${port}`;
  let running = await launch();
  const whenReady = () =>
    eventually(async () => (await fetch(`${url}/health/ready`)).status === 200, { timeoutMs: 30_000 }).catch(
      (cause: unknown) => {
        throw new Error(`${name} is not ready:\n${running.output}`, { cause });
      },
    );
  await whenReady();
  return {
    name,
    url,
    get process() {
      return running;
    },
    async restart() {
      await running.kill();
      running = await launch();
      await whenReady();
    },
    async stop() {
      running.signal('SIGTERM');
      return (await running.ended).code;
    },
    async [Symbol.asyncDispose]() {
      await running.kill();
    },
  };
}

/** Runs the `khabar` command to its end. */
export async function khabar(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  await using run = await startProgram('cli', env, args);
  const { code } = await run.ended;
  return { code, stdout: run.stdout, stderr: run.stderr };
}

/** What the store says of an article beside the contract's fields. */
export type StoredArticle = Article & { revision: number; sources: string[] };

/** The articles of a query, up to 100. */
export async function articles(store: string, query = ''): Promise<StoredArticle[]> {
  const response = await fetch(`${store}/api/v1/articles?limit=100${query && `&${query}`}`);
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
  return ((await response.json()) as { items: StoredArticle[] }).items;
}

/** How many articles the store has. */
export async function articleCount(store: string): Promise<number> {
  const response = await fetch(`${store}/api/v1/stats`);
  return ((await response.json()) as { articles: number }).articles;
}

/** Sum of a metric's series of one service, of those whose labels match. */
export async function metric(
  url: string,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  let sum = 0;
  for (const line of text.split('\n')) {
    if (!line.startsWith(`${name}{`) && !line.startsWith(`${name} `)) continue;
    if (Object.entries(labels).every(([label, value]) => line.includes(`${label}="${value}"`)))
      sum += Number(line.split(' ').at(-1));
  }
  return sum;
}

/** A folder that goes with the test. */
export async function temporaryFolder(): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'khabar-e2e-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
