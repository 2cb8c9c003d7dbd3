import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  ConfigError,
  type Settings,
  boolean,
  bytes,
  choice,
  duration,
  integer,
  list,
  optionalText,
  readConfig,
  text,
} from './config.ts';

const settings = {
  NAME: text({ description: 'A name.', pattern: /^[a-z]+$/, expectation: 'lower-case letters' }),
  PORT: integer({ default: 3000, min: 1, max: 65_535, description: 'A port.' }),
  SECRET: optionalText({
    secret: true,
    description: 'A secret.',
    pattern: /^.{4,}$/,
    expectation: 'at least 4 characters',
  }),
  VERBOSE: boolean({ default: false, description: 'Says more.' }),
  MODE: choice({ of: ['fast', 'safe'], default: 'safe', description: 'How.' }),
  HOSTS: list({ default: [], description: 'Who.' }),
  PAUSE: duration({ default: 1_000, min: 10, max: 60_000, description: 'How long.' }),
  LIMIT: bytes({ default: 1024, min: 1, max: 1024 ** 3, description: 'How large.' }),
};

function faultsOf(env: NodeJS.ProcessEnv, table: Settings = settings): readonly { key: string; expectation: string }[] {
  try {
    readConfig(table, env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
}

describe('readConfig', () => {
  test('reads each kind of setting', () => {
    const config = readConfig(settings, {
      NAME: 'khabar',
      PORT: '8080',
      SECRET: 'hush-hush',
      VERBOSE: 'yes',
      MODE: 'FAST',
      HOSTS: ' a, b ,,c',
      PAUSE: '1.5s',
      LIMIT: '5MiB',
    });
    expect(config).toEqual({
      NAME: 'khabar',
      PORT: 8080,
      SECRET: 'hush-hush',
      VERBOSE: true,
      MODE: 'fast',
      HOSTS: ['a', 'b', 'c'],
      PAUSE: 1_500,
      LIMIT: 5 * 1024 * 1024,
    });
  });

  test('takes the default of what is unset or empty', () => {
    const config = readConfig(settings, { NAME: 'khabar', PORT: '', HOSTS: '  ' });
    expect(config).toMatchObject({ PORT: 3000, SECRET: null, VERBOSE: false, MODE: 'safe', HOSTS: [], PAUSE: 1_000 });
  });

  test('names every mistake at once', () => {
    const faults = faultsOf({
      PORT: '70000',
      SECRET: 'abc',
      VERBOSE: 'perhaps',
      MODE: 'slow',
      PAUSE: '5',
      LIMIT: '5 parsecs',
    });
    expect(faults.map(({ key }) => key)).toEqual(['NAME', 'PORT', 'SECRET', 'VERBOSE', 'MODE', 'PAUSE', 'LIMIT']);
  });

  test('says what it expects and never the value', () => {
    const error = (() => {
      try {
        readConfig(settings, { NAME: 'TOP-SECRET', PORT: 'TOP-SECRET', SECRET: 'TOP' });
      } catch (thrown) {
        return thrown as ConfigError;
      }
      throw new Error('accepted');
    })();
    expect(error.message).toBe(
      'NAME: must be lower-case letters\nPORT: must be a whole number from 1 to 65535\nSECRET: must be at least 4 characters',
    );
  });

  test('looks at settings together even where one is wrong by itself, and tells of none twice', () => {
    const check = () => [
      { key: 'PORT', expectation: 'does not go with NAME' },
      { key: 'MODE', expectation: 'does not go with NAME' },
    ];
    const faults = (() => {
      try {
        readConfig(settings, { NAME: 'x', PORT: 'none' }, check);
        return [];
      } catch (error) {
        return (error as ConfigError).faults;
      }
    })();
    expect(faults).toEqual([
      { key: 'PORT', expectation: 'must be a whole number from 1 to 65535' },
      { key: 'MODE', expectation: 'does not go with NAME' },
    ]);
  });

  test('never accepts a number outside its bounds', () => {
    fc.assert(
      fc.property(fc.oneof(fc.integer().map(String), fc.double().map(String), fc.string()), (found) => {
        const faults = faultsOf({ NAME: 'x', PORT: found });
        const value = Number(found.trim());
        const right = /^\d{1,15}$/.test(found.trim()) && value >= 1 && value <= 65_535;
        expect(faults.length).toBe(right || found.trim() === '' ? 0 : 1);
      }),
    );
  });
});

describe('secrets in files', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'khabar-config-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('a secret may come from the file that KEY_FILE names', () => {
    writeFileSync(join(folder, 'secret'), 'from-a-file\n');
    expect(readConfig(settings, { NAME: 'x', SECRET_FILE: join(folder, 'secret') }).SECRET).toBe('from-a-file');
  });

  test('a file that cannot be read is a mistake', () => {
    expect(faultsOf({ NAME: 'x', SECRET_FILE: join(folder, 'missing') })).toEqual([
      { key: 'SECRET_FILE', expectation: 'must name a file that can be read' },
    ]);
  });

  test('a secret given twice is a mistake', () => {
    expect(faultsOf({ NAME: 'x', SECRET: 'twice', SECRET_FILE: join(folder, 'secret') })[0]?.key).toBe('SECRET');
  });
});

describe('documentation of a setting', () => {
  test('shows the default in the words in which it may be set', () => {
    expect(settings.PAUSE.fallbackText).toBe('1s');
    expect(settings.LIMIT.fallbackText).toBe('1KiB');
    expect(settings.HOSTS.fallbackText).toBe('');
    expect(settings.VERBOSE.fallbackText).toBe('false');
  });
});
