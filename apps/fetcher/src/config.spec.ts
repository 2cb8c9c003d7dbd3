import { readConfig } from '@khabar/runtime';
import { describe, expect, it } from 'vitest';
import { fetcherSettings } from './config.ts';

const read = (env: Record<string, string>) => readConfig(fetcherSettings, env);

describe("the fetcher's settings", () => {
  it('are sound without any', () => {
    expect(read({})).toMatchObject({
      ...{ HTTP_PORT: 3001, POLL_INTERVAL: 900_000, FETCH_MAX_BYTES: 5_242_880, FETCH_FOLDERS_ROOT: '.' },
      ...{ FETCH_ALLOW_PRIVATE: [], FETCH_PORTS: [80, 443, 8080, 8443], SEED_FOLDERS: [] },
    });
  });

  it('read lists', () => {
    expect(read({ FETCH_ALLOW_PRIVATE: '127.0.0.0/8, ::1', FETCH_PORTS: '80', SEED_FOLDERS: 'a,b c' })).toMatchObject({
      ...{ FETCH_ALLOW_PRIVATE: ['127.0.0.0/8', '::1'], FETCH_PORTS: [80], SEED_FOLDERS: ['a', 'b c'] },
    });
  });

  it('name every mistake at once', () => {
    const wrong = {
      FETCH_ALLOW_PRIVATE: 'localhost',
      FETCH_PORTS: '80,99999',
      POLL_INTERVAL: 'often',
      POLL_CONCURRENCY: '0',
    };
    expect(() => read(wrong)).toThrow(
      expect.objectContaining({
        faults: Object.keys(wrong).map(() =>
          expect.objectContaining({ key: expect.stringMatching(/^(?:FETCH|POLL)_/) }),
        ),
      }),
    );
  });
});
