import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { KhabarError } from '@khabar/contracts';
import type { Shell } from './shell.ts';

/** A file's bytes, or all of standard input for `-`. @throws KhabarError `unreadable-file` that says why, in one line. */
export async function readInput(shell: Shell, where: string): Promise<Buffer> {
  if (where !== '-') return readFile(resolve(shell.cwd, where)).catch((cause: unknown) => refuse('read', where, cause));
  const chunks: Buffer[] = [];
  for await (const chunk of shell.stdin) {
    shell.signal.throwIfAborted();
    chunks.push(Buffer.from(chunk as Buffer | string));
  }
  return Buffer.concat(chunks);
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'this user may not',
  EPERM: 'this user may not',
  ENOSPC: 'the disk is full',
};

/** Says why a file could not be read or written. @throws KhabarError `unreadable-file` or `unwritable-file` */
export function refuse(what: 'read' | 'write', where: string, cause: unknown): never {
  const { code = '', message } = cause as NodeJS.ErrnoException;
  throw new KhabarError(
    `un${what === 'read' ? 'read' : 'writ'}able-file`,
    `Cannot ${what} ${where}: ${REASONS[code] ?? message}`,
    {
      cause,
    },
  );
}
