import { describe, expect, test } from 'vitest';
import { type CommonConfig, commonFaults, commonSettings, isLoopback } from './common-settings.ts';
import { readConfig } from './config.ts';

function keysAtFault(env: NodeJS.ProcessEnv, needsDatabase = false): string[] {
  const config: CommonConfig = readConfig(commonSettings(3001), env);
  return commonFaults(config, needsDatabase).map(({ key }) => key);
}

const DATABASE_URL = 'postgres://khabar:secret@localhost/khabar';

describe('where the bus is', () => {
  test('needs Kafka or Postgres', () => {
    expect(keysAtFault({})).toEqual(['DATABASE_URL']);
    expect(keysAtFault({ KAFKA_BROKERS: 'kafka:9092' })).toEqual([]);
    expect(keysAtFault({ DATABASE_URL })).toEqual([]);
  });

  test('a service with data of its own needs Postgres beside Kafka', () => {
    expect(keysAtFault({ KAFKA_BROKERS: 'kafka:9092' }, true)).toEqual(['DATABASE_URL']);
  });
});

describe('retries', () => {
  test('begin with a pause no longer than the longest', () => {
    expect(keysAtFault({ DATABASE_URL, BUS_RETRY_BASE: '60s', BUS_RETRY_MAX: '1s' })).toEqual(['BUS_RETRY_BASE']);
  });
});

describe('who may write', () => {
  test('beyond loopback a service needs an API key', () => {
    expect(keysAtFault({ DATABASE_URL, HTTP_HOST: '0.0.0.0' })).toEqual(['API_KEY']);
    expect(keysAtFault({ DATABASE_URL, HTTP_HOST: '0.0.0.0', API_KEY: 'a-key-of-some-length' })).toEqual([]);
  });

  test('or the operator says that anonymous writes are meant', () => {
    expect(keysAtFault({ DATABASE_URL, HTTP_HOST: '0.0.0.0', ALLOW_ANONYMOUS_WRITES: 'true' })).toEqual([]);
  });
});

describe('isLoopback', () => {
  test.each(['127.0.0.1', '127.8.9.10', 'localhost', 'LOCALHOST', 'khabar.localhost', '::1', '[::1]'])(
    '%s is',
    (host) => {
      expect(isLoopback(host)).toBe(true);
    },
  );

  test.each(['0.0.0.0', '::', '10.0.0.1', 'example.org', 'localhost.example.org', '127.0.0.1.example.org', ''])(
    '%s is not',
    (host) => {
      expect(isLoopback(host)).toBe(false);
    },
  );
});
