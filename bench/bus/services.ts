import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually, freePort, startProcess, type StartedProcess } from '@khabar/testing';
import { MALLOC, NODE_OPTIONS } from '../../apps/standalone/src/service-memory.ts';
import type { BenchRun } from '../bench.ts';

const FLAGS = ['--disable-warning=TimeoutNegativeWarning'];

const LEADING_ELSEWHERE = new Set(['KAFKA_BROKERS', 'DATABASE_URL', 'API_KEY']);

/** A service as an operator runs it. */
export interface Service extends AsyncDisposable {
  readonly url: string;
  readonly process: StartedProcess;
}

/** Starts one of the programs in `dist/`; it need not be ready yet. */
export async function startService(run: BenchRun, name: string, env: NodeJS.ProcessEnv): Promise<Service> {
  const main = join('dist', name, 'main.js');
  if (!existsSync(main)) throw new Error(`${main} is missing: npm run build makes it`);
  const port = await freePort();
  const surroundings = Object.fromEntries(Object.entries(process.env).filter(([key]) => !LEADING_ELSEWHERE.has(key)));
  const started = await startProcess(process.execPath, [...FLAGS, main], {
    env: {
      ...surroundings,
      ...MALLOC,
      NODE_OPTIONS,
      LOG_LEVEL: 'warn',
      LOG_FORMAT: 'json',
      HTTP_HOST: '127.0.0.1',
      ...env,
      HTTP_PORT: String(port),
    },
  });
  const service = {
    url: `http://127.0.0.1:${port}`,
    process: started,
    [Symbol.asyncDispose]: async () => void (await started.kill()),
  };
  return run.ends(service);
}

/** Waits until a service is ready. @throws Error with what it wrote when it is not within a minute */
export async function whenReady({ url, process: started }: Service): Promise<void> {
  await eventually(async () => (await fetch(`${url}/health/ready`)).ok, { timeoutMs: 60_000 }).catch(
    (cause: unknown) => {
      throw new Error(`not ready:\n${started.output.slice(-2_000)}`, { cause });
    },
  );
}

/** Sum of a counter's series; 0 while the service does not answer. */
export async function counter(url: string, name: string): Promise<number> {
  const answer = await fetch(`${url}/metrics`).catch(() => null);
  if (!answer?.ok) return 0;
  const lines = (await answer.text())
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

/** The most memory that a process ever had resident, in MB. @throws Error where there is no /proc */
export async function peakResidentMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => {
    throw new Error('the peak of resident memory is read from /proc, which this system does not have');
  });
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)![1]) / 1000;
}
