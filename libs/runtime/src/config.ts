import { readFileSync } from 'node:fs';

/** One setting: how its text is read, what it is when unset, and one sentence for whoever sets it. */
export interface Setting<T> {
  /** One sentence, for the settings page and `.env.example`. */
  readonly description: string;
  /** Named in the error in place of the value: "a whole number from 1 to 65535". */
  readonly expectation: string;
  /** The value when unset; a setting without one is required. */
  readonly fallback: { readonly value: T } | null;
  /** The fallback as text, for the documentation. */
  readonly fallbackText: string;
  /** Never printed; may come from a file named by `<KEY>_FILE`. */
  readonly secret: boolean;
  /** Undefined when the text is no value of this setting. */
  readonly parse: (text: string) => T | undefined;
}

/** A service's settings by the name of their environment variable. */
export type Settings = Readonly<Record<string, Setting<unknown>>>;

/** The values that a table of settings yields. */
export type ConfigOf<S extends Settings> = { readonly [K in keyof S]: S[K] extends Setting<infer T> ? T : never };

/** One mistake in the environment: which key, and what was expected of it. Never the value. */
export interface ConfigFault {
  readonly key: string;
  readonly expectation: string;
}

/** Every mistake of a configuration at once, one line each. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly faults: readonly ConfigFault[];

  constructor(faults: readonly ConfigFault[]) {
    super(faults.map(({ key, expectation }) => `${key}: ${expectation}`).join('\n'));
    this.faults = faults;
  }
}

/**
 * Reads settings from an environment; an empty variable counts as unset. `check` looks at the values together, unless one that has no
 * default is missing.
 * @throws ConfigError with every mistake.
 */
export function readConfig<S extends Settings>(
  settings: S,
  env: NodeJS.ProcessEnv,
  check: (config: ConfigOf<S>) => readonly ConfigFault[] = () => [],
): ConfigOf<S> {
  const faults: ConfigFault[] = [];
  const values: Record<string, unknown> = {};
  for (const [key, setting] of Object.entries(settings)) {
    const text = textOf(key, setting, env, faults);
    if (text === undefined) {
      if (setting.fallback) values[key] = setting.fallback.value;
      else faults.push({ key, expectation: `is required: ${setting.expectation}` });
      continue;
    }
    const value = setting.parse(text);
    if (value === undefined) faults.push({ key, expectation: `must be ${setting.expectation}` });
    values[key] = value ?? setting.fallback?.value;
  }
  const config = values as ConfigOf<S>;
  // A key that is wrong by itself stands at its default here, and is not told of twice.
  const wrong = new Set(faults.map(({ key }) => key));
  if (Object.keys(settings).every((key) => values[key] !== undefined)) {
    faults.push(...check(config).filter(({ key }) => !wrong.has(key)));
  }
  if (faults.length > 0) throw new ConfigError(faults);
  return config;
}

function textOf(key: string, setting: Setting<unknown>, env: NodeJS.ProcessEnv, faults: ConfigFault[]) {
  const text = env[key]?.trim();
  const file = setting.secret ? env[`${key}_FILE`]?.trim() : undefined;
  if (text && file) {
    faults.push({ key, expectation: `and ${key}_FILE are both set; keep one` });
    return undefined;
  }
  if (!file) return text || undefined;
  try {
    return readFileSync(file, 'utf8').trim() || undefined;
  } catch {
    faults.push({ key: `${key}_FILE`, expectation: 'must name a file that can be read' });
    return undefined;
  }
}

interface Description<T> {
  readonly description: string;
  readonly default?: T;
  readonly secret?: boolean;
}

function setting<T>(
  { description, default: fallback, secret = false }: Description<T>,
  expectation: string,
  parse: (text: string) => T | undefined,
  show: (value: T) => string = String,
): Setting<T> {
  return {
    description,
    expectation,
    parse,
    secret,
    fallback: fallback === undefined ? null : { value: fallback },
    fallbackText: fallback === undefined || fallback === null ? '' : show(fallback),
  };
}

/** Free text. */
export function text(of: Description<string> & { pattern?: RegExp; expectation?: string }): Setting<string> {
  return setting(of, of.expectation ?? 'text', (found) => (of.pattern && !of.pattern.test(found) ? undefined : found));
}

/** Free text that may be unset. */
export function optionalText(
  of: Description<never> & { pattern?: RegExp; expectation?: string },
): Setting<string | null> {
  return setting<string | null>({ ...of, default: null }, of.expectation ?? 'text', (found) =>
    of.pattern && !of.pattern.test(found) ? undefined : found,
  );
}

/** A whole number within bounds, both included. */
export function integer(of: Description<number> & { min: number; max: number }): Setting<number> {
  return setting(of, `a whole number from ${of.min} to ${of.max}`, (found) => {
    const value = /^-?\d{1,15}$/.test(found) ? Number(found) : Number.NaN;
    return value >= of.min && value <= of.max ? value : undefined;
  });
}

/** `true` or `false`. */
export function boolean(of: Description<boolean>): Setting<boolean> {
  return setting(of, 'true or false', (found) =>
    /^(?:true|1|yes|on)$/i.test(found) ? true : /^(?:false|0|no|off)$/i.test(found) ? false : undefined,
  );
}

/** One of a few words. */
export function choice<const T extends string>(of: Description<T> & { of: readonly T[] }): Setting<T> {
  return setting(of, `one of ${of.of.join(', ')}`, (found) => of.of.find((word) => word === found.toLowerCase()));
}

/** Words apart by commas. */
export function list(
  of: Description<readonly string[]> & { each?: RegExp; expectation?: string },
): Setting<readonly string[]> {
  return setting(
    of,
    of.expectation ?? 'a list with commas between',
    (found) => {
      const words = found
        .split(',')
        .map((word) => word.trim())
        .filter((word) => word !== '');
      return of.each && words.some((word) => !of.each!.test(word)) ? undefined : words;
    },
    (words) => words.join(','),
  );
}

const DURATION_UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const BYTE_UNITS = { b: 1, kib: 1024, mib: 1024 ** 2, gib: 1024 ** 3 } as const;

/** A time span with its unit, `250ms`, `30s`, `15m`, `1h`, `7d`; the value is milliseconds. Bounds and default in milliseconds, both included. */
export function duration(of: Description<number> & { min: number; max: number }): Setting<number> {
  return withUnit(of, DURATION_UNITS, 'a time span such as 30s or 15m');
}

/** A size with its unit, `64KiB`, `5MiB`; the value is bytes. Bounds and default in bytes, both included. */
export function bytes(of: Description<number> & { min: number; max: number }): Setting<number> {
  return withUnit(of, BYTE_UNITS, 'a size such as 64KiB or 5MiB');
}

function withUnit(
  of: Description<number> & { min: number; max: number },
  units: Readonly<Record<string, number>>,
  what: string,
): Setting<number> {
  const show = (value: number) => {
    const [unit, size] = Object.entries(units).findLast(([, size]) => value % size === 0 && value >= size) ?? ['', 1];
    return `${value / size}${unit.replace('ib', 'iB').replace(/^[kmg]/, (letter) => (unit.endsWith('ib') ? letter.toUpperCase() : letter))}`;
  };
  return setting(
    of,
    `${what}, from ${show(of.min)} to ${show(of.max)}`,
    (found) => {
      const [, number, unit] = /^(\d+(?:\.\d+)?)\s*([a-z]+)$/i.exec(found) ?? [];
      const size = unit === undefined ? undefined : units[unit.toLowerCase()];
      if (number === undefined || size === undefined) return undefined;
      const value = Math.round(Number(number) * size);
      return value >= of.min && value <= of.max ? value : undefined;
    },
    show,
  );
}
