import { type ConfigOf, type Settings, type ConfigFault, ConfigError, readConfig } from './config.ts';

/** Exit code of a program whose settings are wrong (EX_CONFIG of sysexits.h): starting it again changes nothing. */
export const WRONG_SETTINGS = 78;

/** Exit code of a service that the database does not let work (EX_NOPERM): its role, or its schema, is to be prepared by the owner. */
export const DATABASE_CLOSED = 77;

/**
 * The configuration of this process, from its environment and the file `.env` of the current folder. Where it is wrong, every mistake
 * has been told on standard error, the exit code is {@link WRONG_SETTINGS}, and null is returned.
 * @param name how the program is called in that
 */
export function processConfig<S extends Settings>(
  name: string,
  settings: S,
  check?: (config: ConfigOf<S>) => readonly ConfigFault[],
): ConfigOf<S> | null {
  try {
    process.loadEnvFile('.env');
  } catch {
    // There need not be one.
  }
  try {
    return readConfig(settings, process.env, check);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const lines = error.faults.map(({ key, expectation }) => `  ${key} ${expectation}`);
    process.stderr.write(`${name} cannot start, for its settings are wrong:\n${lines.join('\n')}\n`);
    process.exitCode = WRONG_SETTINGS;
    return null;
  }
}

/** Last resort against a handle that keeps the process: everything is released elsewhere, so that the loop empties by itself. */
export function endProcessAfter(timeoutMs: number, tell: (message: string) => void): void {
  setTimeout(() => {
    tell(`did not stop within ${timeoutMs / 1000} s`);
    process.exit(1);
  }, timeoutMs).unref();
}
