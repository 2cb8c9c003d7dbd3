const DAY_MS = 24 * 60 * 60 * 1000;
const MIB = 1024 * 1024;

/** A time of whole days in words. */
export function inDays(ms: number): string {
  return `${ms / DAY_MS} days`;
}

/** A size of whole mebibytes in words. */
export function inMebibytes(bytes: number): string {
  return `${bytes / MIB} MiB`;
}
