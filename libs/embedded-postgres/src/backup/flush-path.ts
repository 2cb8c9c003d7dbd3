import { open } from 'node:fs/promises';

/** Has a file's content, or a folder's new names, on the disk before it resolves. @throws the file system's error */
export async function flushPath(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
