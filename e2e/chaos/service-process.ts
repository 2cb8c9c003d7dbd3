import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, startProcess, type StartedProcess } from '@khabar/testing';

const FLAGS = ['--disable-warning=TimeoutNegativeWarning'];
/** Settings of whoever runs this that would lead a service elsewhere. */
const LEADING_ELSEWHERE = new Set(['KAFKA_BROKERS', 'DATABASE_URL', 'API_KEY', 'HTTP_HOST', 'LOG_LEVEL']);
const OUTPUT_TAIL = 4_000;
const CRASH_TAIL = 2_000;

/** One of the programs in `dist/`, as an operator runs it, at one address whatever becomes of its processes. */
export class ServiceProcess implements AsyncDisposable {
  /** Such as `parser-2`. */
  readonly name: string;
  readonly url: string;
  readonly #main: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #crashes: string[] = [];
  #running: StartedProcess | null = null;

  private constructor(name: string, port: number, main: string, env: NodeJS.ProcessEnv) {
    this.name = name;
    this.url = `http://127.0.0.1:${port}`;
    this.#main = main;
    this.#env = env;
  }

  /** Starts `dist/<program>`; it need not be ready yet. @throws Error when it is not built */
  static async start(name: string, program: string, env: NodeJS.ProcessEnv): Promise<ServiceProcess> {
    const main = join('dist', program, 'main.js');
    if (!existsSync(main)) throw new Error(`${main} is missing: npm run build makes it`);
    const port = await freePort();
    const inherited = Object.entries(process.env).filter(
      ([key]) => !LEADING_ELSEWHERE.has(key) && !/^(?:BUS|FETCH|POLL|TOPIC)_/.test(key),
    );
    const service = new ServiceProcess(name, port, main, {
      ...Object.fromEntries(inherited),
      NODE_COMPILE_CACHE: join('dist', 'compile-cache'),
      LOG_FORMAT: 'json',
      LOG_LEVEL: 'warn',
      ...env,
      HTTP_PORT: String(port),
    });
    await service.restart();
    return service;
  }

  /** The end of what its process wrote. */
  get output(): string {
    return this.#running?.output.slice(-OUTPUT_TAIL) ?? '';
  }

  /** How often its process ended although nobody killed it, and what it wrote last: it should outlive whatever happens around it. */
  get crashes(): readonly string[] {
    return this.#crashes;
  }

  /** SIGKILL when it runs, and a new process; one that ends by itself is started again, as an orchestrator would. */
  async restart(): Promise<void> {
    await this.kill();
    const started = await startProcess(process.execPath, [...FLAGS, this.#main], { env: this.#env });
    this.#running = started;
    void started.ended.then(({ code }) => {
      if (this.#running !== started) return;
      this.#crashes.push(`${this.name} ended by itself with ${code}: ${started.output.slice(-CRASH_TAIL)}`);
      return this.restart();
    });
  }

  /** SIGKILL, also of one that is frozen. */
  async kill(): Promise<void> {
    const running = this.#running;
    this.#running = null;
    await running?.kill();
  }

  /** SIGSTOP. */
  freeze(): void {
    this.#running?.signal('SIGSTOP');
  }

  /** SIGCONT. */
  thaw(): void {
    this.#running?.signal('SIGCONT');
  }

  /** Whether it takes work. */
  async isReady(): Promise<boolean> {
    const answer = await fetch(`${this.url}/health/ready`, { signal: AbortSignal.timeout(5_000) }).catch(() => null);
    await answer?.body?.cancel();
    return answer?.ok ?? false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}
