import type { BackupListener } from '@khabar/embedded-postgres';
import { byteCount } from './output.ts';
import { Progress } from './progress.ts';
import type { Shell } from './shell.ts';

/** A bar for the bytes of a backup, from the moment at which it is known how many there will be. */
export class BackupProgress implements BackupListener, Disposable {
  readonly #shell: Shell;
  #progress: Progress | null = null;

  constructor(shell: Shell) {
    this.#shell = shell;
  }

  total(bytes: number): void {
    this.#progress = new Progress(this.#shell, bytes, byteCount);
  }

  done(bytes: number, path: string): void {
    this.#progress?.advance(bytes, path);
  }

  [Symbol.dispose](): void {
    this.#progress?.[Symbol.dispose]();
  }
}
