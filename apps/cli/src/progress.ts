import type { Shell } from './shell.ts';
import { fitText, oneLine, textWidth } from './text-width.ts';

const BAR_CELLS = 24;

/** How far long work is, on one line of a terminal that is gone afterwards; elsewhere nothing is shown. */
export class Progress implements Disposable {
  readonly #shell: Shell;
  readonly #total: number;
  #done = 0;

  constructor(shell: Shell, total: number) {
    this.#shell = shell;
    this.#total = total;
    this.#draw('');
  }

  /** So many more are done; `what` names the last. */
  advance(count: number, what: string): void {
    this.#done += count;
    this.#draw(what);
  }

  [Symbol.dispose](): void {
    if (this.#shell.stderr.isTTY) this.#shell.stderr.write('\r\u001b[K');
  }

  #draw(what: string): void {
    const { stderr } = this.#shell;
    if (!stderr.isTTY) return;
    const filled = Math.round((this.#done / Math.max(1, this.#total)) * BAR_CELLS);
    const bar = `${'█'.repeat(filled)}${'░'.repeat(BAR_CELLS - filled)} ${this.#done}/${this.#total} `;
    const room = (stderr.columns ?? 80) - textWidth(bar) - 1;
    stderr.write(`\r\u001b[K${bar}${room > 4 ? fitText(oneLine(what), room) : ''}`);
  }
}
