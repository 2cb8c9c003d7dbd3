import { isIP } from 'node:net';
import {
  boolean,
  bytes,
  choice,
  duration,
  integer,
  list,
  optionalText,
  text,
  type ConfigFault,
  type ConfigOf,
} from './config.ts';
import { topicFaults, topicSettings } from './topic-settings.ts';

/**
 * What every service has: where it listens, who may write, how it logs, where the bus and the database are.
 * `bytesInFlight` is the default of BUS_MAX_BYTES_IN_FLIGHT.
 */
export function commonSettings(defaultPort: number, bytesInFlight = 16 * 1024 * 1024) {
  return {
    HTTP_HOST: text({
      default: '127.0.0.1',
      description: 'Address to listen on; beyond loopback an API_KEY is required.',
      pattern: /^[\w.:-]+$/,
      expectation: 'a host name or an IP address',
    }),
    HTTP_PORT: integer({ default: defaultPort, min: 1, max: 65_535, description: 'Port to listen on.' }),
    API_KEY: optionalText({
      secret: true,
      pattern: /^[\x21-\x7e]+$/,
      expectation: 'printable ASCII without spaces',
      description: 'Asked for on every write, in the header X-API-Key; 16 random characters or more are wise.',
    }),
    ALLOW_ANONYMOUS_WRITES: boolean({
      default: false,
      description: 'Lets a service listen beyond loopback without an API_KEY, for networks that guard themselves.',
    }),
    LOG_LEVEL: choice({
      of: ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
      default: 'info',
      description: 'The least severe lines that are logged.',
    }),
    LOG_FORMAT: choice({
      of: ['auto', 'pretty', 'json'],
      default: 'auto',
      description: 'auto is pretty on a terminal and JSON lines otherwise.',
    }),
    KAFKA_BROKERS: list({
      default: [],
      each: /^[\w.-]+:\d{1,5}$|^\[[\da-f:]+\]:\d{1,5}$/i,
      expectation: 'host:port pairs with commas between',
      description: 'Kafka brokers; without them the bus is a log in the Postgres of DATABASE_URL.',
    }),
    DATABASE_URL: optionalText({
      secret: true,
      pattern: /^postgres(?:ql)?:\/\/\S+$/,
      expectation: 'an address such as postgres://user:password@host:5432/database',
      description: 'Postgres 18 of the services that store, and of the bus when there is no Kafka.',
    }),
    BUS_MAX_ATTEMPTS: integer({
      default: 8,
      min: 1,
      max: 1000,
      description: "Tries before an event's own fault makes it a dead letter.",
    }),
    BUS_RETRY_BASE: duration({
      default: 200,
      min: 1,
      max: 60_000,
      description: 'First pause before a retry; it doubles from try to try, with jitter.',
    }),
    BUS_RETRY_MAX: duration({
      default: 30_000,
      min: 1,
      max: 3_600_000,
      description: 'Longest pause before a retry.',
    }),
    BUS_BATCH_EVENTS: integer({
      default: 200,
      min: 1,
      max: 10_000,
      description: 'Most events that a handler gets at once.',
    }),
    BUS_BATCH_BYTES: bytes({
      default: 4 * 1024 * 1024,
      min: 1024,
      max: 256 * 1024 * 1024,
      description: 'Most bytes that a handler gets at once; a larger event travels alone.',
    }),
    BUS_MAX_BYTES_IN_FLIGHT: bytes({
      default: bytesInFlight,
      min: 64 * 1024,
      max: 4 * 1024 * 1024 * 1024,
      description:
        'Bytes of events that a service may hold that are not yet done; beyond, it reads no more. The smaller is that of the store.',
    }),
    BUS_TRANSACTIONS: boolean({
      default: false,
      description:
        'Whether who reads committed records only sees each article and each change exactly once; at least once otherwise.',
    }),
    BUS_LINGER_MS: integer({
      default: 5,
      min: 0,
      max: 1_000,
      description:
        'How long an event waits for others to travel with to Kafka, in milliseconds; a full batch does not.',
    }),
    ...topicSettings,
    OTEL_EXPORTER_OTLP_ENDPOINT: optionalText({
      pattern: /^https?:\/\/\S+$/,
      expectation: 'an http or https address',
      description:
        'Base address of an OpenTelemetry collector (OTLP over HTTP) that traces are sent to; none are sent without.',
    }),
    SHUTDOWN_TIMEOUT: duration({
      default: 8_000,
      min: 100,
      max: 600_000,
      description: 'How long a stopping service may take to finish what it holds, before it gives up with exit code 1.',
    }),
  };
}

/** Values of {@link commonSettings}. */
export type CommonConfig = ConfigOf<ReturnType<typeof commonSettings>>;

/** Mistakes that only show when settings are looked at together. */
export function commonFaults(config: CommonConfig, needsDatabase: boolean): ConfigFault[] {
  const faults: ConfigFault[] = topicFaults(config);
  if (config.DATABASE_URL === null && needsDatabase) {
    faults.push({ key: 'DATABASE_URL', expectation: 'is required: this service keeps its data in Postgres' });
  } else if (config.DATABASE_URL === null && config.KAFKA_BROKERS.length === 0) {
    faults.push({ key: 'DATABASE_URL', expectation: 'or KAFKA_BROKERS is required: the bus needs one of them' });
  }
  if (config.BUS_RETRY_BASE > config.BUS_RETRY_MAX) {
    faults.push({ key: 'BUS_RETRY_BASE', expectation: 'must not be longer than BUS_RETRY_MAX' });
  }
  if (!isLoopback(config.HTTP_HOST) && config.API_KEY === null && !config.ALLOW_ANONYMOUS_WRITES) {
    faults.push({
      key: 'API_KEY',
      expectation:
        'is required when HTTP_HOST is beyond loopback (or set ALLOW_ANONYMOUS_WRITES=true where the network guards itself)',
    });
  }
  return faults;
}

/** Whether a host name or address (without port) is this machine's loopback. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '').toLowerCase();
  if (isIP(bare) === 4) return bare.startsWith('127.');
  return bare === 'localhost' || bare.endsWith('.localhost') || bare === '::1';
}
