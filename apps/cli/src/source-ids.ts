import { relative, resolve, sep } from 'node:path';
import { sourceId } from '@khabar/contracts';
import type { Shell } from './shell.ts';

/** The ids that may be meant by a source's id, URL or path: an id is a function of the source's kind and address. */
export function sourceIdsOf(shell: Shell, which: string): string[] {
  if (/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(which)) return [which.toLowerCase()];
  if (isUrl(which)) return [sourceId('feed', which)];
  const inWorkspace = relative(shell.cwd, resolve(shell.cwd, which)).split(sep).join('/') || '.';
  const paths = [...new Set([which, inWorkspace])];
  return [...paths.flatMap((path) => [sourceId('folder', path), sourceId('file', path)]), sourceId('push', which)];
}

/** Whether a text is a web address. */
export function isUrl(text: string): boolean {
  return /^https?:\/\//i.test(text);
}
