import { stripVTControlCharacters } from 'node:util';
import type { Shell } from './shell.ts';
import { textWidth } from './text-width.ts';

const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';
const CLEAR_LINE = '\u001b[K';
const CLEAR_BELOW = '\u001b[J';

/** A text that is drawn over its earlier form, on a terminal; its last form stays there when it ends. */
export class Screen implements Disposable {
  readonly #shell: Shell;
  #drawnRows = 0;

  constructor(shell: Shell) {
    this.#shell = shell;
    shell.stdout.write(HIDE_CURSOR);
  }

  /** Draws the text in place of the one before; what the terminal has no room for is left out, for the cursor cannot go back above it. */
  show(text: string): void {
    const { columns = 80, rows = 24 } = this.#shell.stdout;
    const lines: string[] = [];
    let used = 0;
    for (const line of text.split('\n')) {
      const needed = Math.max(1, Math.ceil(textWidth(stripVTControlCharacters(line)) / columns));
      if (used + needed > rows - 1) break;
      lines.push(`${line}${CLEAR_LINE}\n`);
      used += needed;
    }
    const back = this.#drawnRows === 0 ? '' : `\u001b[${this.#drawnRows}A`;
    this.#shell.stdout.write(`\r${back}${lines.join('')}${CLEAR_BELOW}`);
    this.#drawnRows = used;
  }

  [Symbol.dispose](): void {
    this.#shell.stdout.write(SHOW_CURSOR);
  }
}
