import { KhabarError } from '@khabar/contracts';

/** Everything in a tar archive starts at a multiple of it, in bytes. */
export const TAR_BLOCK_BYTES = 512;
/** An archive ends with two empty blocks. */
export const TAR_END: Buffer = Buffer.alloc(2 * TAR_BLOCK_BYTES);
/** The longest path that one header holds, in bytes. */
export const LONGEST_TAR_PATH = 100;

/** Eleven octal digits. */
const LARGEST_FILE_BYTES = 8 ** 11 - 1;

/**
 * The header of one file or folder in the ustar format (POSIX.1-2001, pax, "ustar Interchange Format"), for its owner alone: mode 0600 or
 * 0700. Names are ASCII; a folder's ends in a slash there.
 * @throws KhabarError `backup-unsupported` for a file beyond 8 GiB, of which Postgres makes none
 */
export function tarHeader(kind: 'file' | 'folder', path: string, bytes: number, changedAt: Date): Buffer {
  if (bytes > LARGEST_FILE_BYTES) throw new KhabarError('backup-unsupported', `${path} is larger than 8 GiB`);
  const header = Buffer.alloc(TAR_BLOCK_BYTES);
  const octal = (value: number, at: number, length: number) =>
    header.write(value.toString(8).padStart(length - 1, '0'), at, 'latin1');
  header.write(kind === 'folder' ? `${path}/` : path, 0, LONGEST_TAR_PATH, 'latin1');
  octal(kind === 'folder' ? 0o700 : 0o600, 100, 8); // mode
  octal(0, 108, 8); // user
  octal(0, 116, 8); // group
  octal(bytes, 124, 12);
  octal(Math.floor(changedAt.getTime() / 1000), 136, 12);
  header.write(' '.repeat(8), 148, 'latin1'); // the checksum counts itself as spaces
  header.write(kind === 'folder' ? '5' : '0', 156, 'latin1');
  header.write('ustar\u000000', 257, 'latin1');
  const checksum = header.reduce((sum, byte) => sum + byte, 0);
  header.write(`${checksum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return header;
}

/** The empty bytes behind the content of a file, up to the next block. */
export function tarPadding(bytes: number): Buffer {
  return TAR_END.subarray(0, (TAR_BLOCK_BYTES - (bytes % TAR_BLOCK_BYTES)) % TAR_BLOCK_BYTES);
}
