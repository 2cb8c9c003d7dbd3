import { type Socket, createConnection } from 'node:net';
import { KhabarError } from '@khabar/contracts';
import { mendFetch } from './aborted-records.ts';
import { type ISocketFactoryArgs, Kafka, type RetryOptions, logLevel } from 'kafkajs';
import { registerCodecs } from './compression.ts';

/** How the cluster is reached. */
export interface KafkaSettings {
  /** `host:port` of some of its brokers. */
  readonly brokers: readonly string[];
  /** Shown in the brokers' logs and metrics. */
  readonly clientId: string;
  /** After how long without a heartbeat a consumer counts as dead, in milliseconds, and what it had goes to the others; 10,000 unless told. */
  readonly sessionTimeoutMs?: number;
}

/**
 * How kafkajs retries by itself: some seconds, then whoever asked is told. It logs nothing: each error reaches a caller or the
 * listener, and what it writes between is noise.
 */
export const RETRY = { initialRetryTime: 100, maxRetryTime: 1_000, retries: 5 } as const;

registerCodecs();
mendFetch();

/** A client; consumers need one each, because those of one client and group share, and clear, each other's offsets. */
export function newClient({ brokers, clientId }: KafkaSettings, retry: RetryOptions = RETRY): Kafka {
  return new Kafka({
    brokers: [...brokers],
    clientId,
    connectionTimeout: 3_000,
    retry,
    socketFactory: connect,
    logLevel: logLevel.NOTHING,
    logCreator: () => () => undefined,
  });
}

/** As kafkajs connects by itself, but that a socket it gives up again and again while connecting is no suspected leak to Node. */
function connect({ host, port, onConnect }: ISocketFactoryArgs): Socket {
  const socket = createConnection({ host, port }, onConnect);
  return socket.setKeepAlive(true, KEEP_ALIVE_MS).setMaxListeners(0);
}

/** Lets a connection go. It may be broken, which is then no news: whoever used it has been told. */
export async function disconnect(client: { disconnect(): Promise<void> }): Promise<void> {
  await client.disconnect().catch(() => undefined);
}

const KEEP_ALIVE_MS = 60_000;
const TOO_LARGE = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE']);

/** Refusals of a transactional producer that is not the newest of its id, or was too slow for the broker. */
const FENCED = new Set(['INVALID_PRODUCER_EPOCH', 'INVALID_PRODUCER_ID_MAPPING']);

/**
 * What kafkajs threw, in our terms. An error of ours that it has wrapped stays what it is; `record-too-large` is the record's fault, `fenced` that of who sends, `unknown-topic` and everything else (`broker-unavailable`)
 * the cluster's, which is waited for: no event is given up because a broker refuses or is misconfigured.
 */
export function kafkaError(thrown: unknown): KhabarError {
  for (let error = thrown; error instanceof Error; error = error.cause) if (error instanceof KhabarError) return error;
  const type = protocolError(thrown);
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  if (type !== null && TOO_LARGE.has(type)) {
    return new KhabarError('record-too-large', `Kafka refused a record: ${message}`, { cause: thrown });
  }
  if (type !== null && FENCED.has(type)) {
    return new KhabarError('fenced', 'Another producer has taken over', { dependency: true, cause: thrown });
  }
  const code = type === 'UNKNOWN_TOPIC_OR_PARTITION' ? 'unknown-topic' : 'broker-unavailable';
  return new KhabarError(code, `Kafka: ${message}`, { dependency: true, cause: thrown });
}

/** The name of the error with which a broker answered, however deep kafkajs has wrapped it; null where none did. */
export function protocolError(thrown: unknown): string | null {
  for (let error = thrown; error instanceof Error; error = error.cause) {
    const { type, errors } = error as { type?: unknown; errors?: unknown };
    if (typeof type === 'string') return type;
    if (Array.isArray(errors) && errors.length > 0) return protocolError(errors[0]);
  }
  return null;
}
