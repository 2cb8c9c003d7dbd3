import { readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { KhabarError } from '@khabar/contracts';

/** Where a command writes; `isTTY`, `columns` and `rows` as of a terminal's stream. */
export type Output = NodeJS.WritableStream & {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
};

/** All that a command touches of the process that it runs in. */
export interface Shell {
  readonly env: NodeJS.ProcessEnv;
  /** The folder that relative paths start from. */
  readonly cwd: string;
  readonly stdin: Readable;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Aborts when the person or the system ends the command, or nobody reads its output any more; the reason is the {@link Stop}. */
  readonly signal: AbortSignal;
  /** What the command ends with when nothing is thrown; a command that worked and found something wrong sets 1. */
  exitCode: number;
}

/** Why {@link Shell.signal} aborts. */
export type Stop = 'interrupted' | 'terminated' | 'output-closed';

/** A secret from its variable or from the file that `<KEY>_FILE` names, as the services read it; undefined where neither is set. @throws KhabarError `unreadable-secret` */
export function secret(shell: Shell, key: string): string | undefined {
  const file = shell.env[`${key}_FILE`]?.trim();
  if (!file) return shell.env[key]?.trim() || undefined;
  try {
    return readFileSync(file, 'utf8').trim() || undefined;
  } catch (cause) {
    throw new KhabarError('unreadable-secret', `${key}_FILE must name a file that can be read`, { cause });
  }
}
