import { createServer } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Bus } from '@khabar/bus';
import {
  type DeadLetterReason,
  type RawArticle,
  RAW_ARTICLES,
  type RejectedInput,
  deadLetterTopic,
  fromDeadLetterHeaders,
} from '@khabar/contracts';
import { createLogger, readConfig, startService } from '@khabar/runtime';
import { DataSource } from 'typeorm';
import { fetcherSettings } from './config.ts';
import { fetcherService } from './fetcher.module.ts';
import type { SourceView } from './sources/source-view.ts';

/** A fetcher that runs in the test's own process, on real Postgres and the embedded bus, and what a test asks of it. */
export interface FetcherUnderTest extends AsyncDisposable {
  readonly url: string;
  readonly database: DataSource;
  readonly bus: Bus;
  /** Calls the API; a body that is no text or bytes is sent as JSON. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<ApiAnswer>;
  /** Adds a source and returns it. */
  add(source: object): Promise<SourceView>;
  source(id: string): Promise<SourceView>;
  /** Asks for a poll. */
  poll(id: string): Promise<void>;
  /** Every raw article on the bus, in the order of its log. */
  published(): Promise<RawArticle[]>;
  /** Every dead letter of raw articles. */
  rejected(): Promise<{ reason: DeadLetterReason; input: RejectedInput }[]>;
  metrics(): Promise<string>;
  close(): Promise<void>;
}

/** What the API answered. */
export interface ApiAnswer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
  /** Of a JSON answer. */
  readonly json: Record<string, unknown>;
}

/** Starts a fetcher; settings go by their environment names. */
export async function startFetcher(
  databaseUrl: string,
  settings: Record<string, string> = {},
): Promise<FetcherUnderTest> {
  const config = readConfig(fetcherSettings, {
    DATABASE_URL: databaseUrl,
    HTTP_PORT: String(await freePort()),
    LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'silent',
    FETCH_ALLOW_PRIVATE: '127.0.0.0/8',
    FETCH_FILE_SETTLE: '50ms',
    POLL_INTERVAL: '1h',
    ...settings,
  });
  const logger = createLogger({ name: 'fetcher', level: config.LOG_LEVEL, format: 'json' });
  const service = await startService(fetcherService, config, logger);

  const call = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const isRaw = typeof body === 'string' || Buffer.isBuffer(body);
    const response = await fetch(service.url + path, {
      method,
      headers: { ...(body !== undefined && !isRaw && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: isRaw ? (body as string) : JSON.stringify(body) }),
    });
    const text = await response.text();
    const type = response.headers.get('content-type') ?? '';
    return { status: response.status, type, text, json: type.includes('json') ? JSON.parse(text) : {} } as ApiAnswer;
  };
  const source = async (id: string) => (await call('GET', `/api/v1/sources/${id}`)).json as unknown as SourceView;
  return {
    url: service.url,
    database: service.app.get(DataSource),
    bus: service.bus,
    call,
    source,
    add: async (wanted) => (await call('POST', '/api/v1/sources', wanted)).json as unknown as SourceView,
    poll: async (id) => void (await call('POST', `/api/v1/sources/${id}/poll`)),
    published: async () => (await recordsOf(service.bus, RAW_ARTICLES.name)).map(({ data }) => data as RawArticle),
    rejected: async () =>
      (await recordsOf(service.bus, deadLetterTopic(RAW_ARTICLES).name)).map(({ data, headers }) => {
        return { reason: fromDeadLetterHeaders(headers)!, input: data as RejectedInput };
      }),
    metrics: async () => (await call('GET', '/metrics')).text,
    close: () => service.close(),
    [Symbol.asyncDispose]: () => service.close(),
  };
}

async function recordsOf(bus: Bus, topic: string) {
  const records: { data: unknown; headers: Readonly<Record<string, string>>; at: bigint }[] = [];
  const signal = AbortSignal.timeout(10_000);
  for await (const { value, headers, offset } of bus.read(topic, { from: 'beginning', follow: false, signal })) {
    records.push({ data: JSON.parse(value!.toString()), headers, at: offset });
  }
  return records;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
