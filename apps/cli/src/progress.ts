import type { Shell } from './shell.ts';
import { fitText, oneLine, textWidth } from './text-width.ts';

const BAR_CELLS = 24;
/** Before that a rate says nothing. */
const RATE_AFTER_MS = 2_000;
/** A terminal is not written to more often. */
const DRAW_EVERY_MS = 50;

/** How a number of what is counted is written. */
export type Show = (count: number) => string;

const plain: Show = String;

/** How far long work is, how fast it goes and how long it may still take, on one line of a terminal that is gone afterwards; elsewhere nothing is shown. */
export class Progress implements Disposable {
  readonly #shell: Shell;
  readonly #total: number | null;
  readonly #show: Show;
  readonly #startedMs = performance.now();
  #done = 0;
  #drawnMs = -Infinity;

  /** `total` is a number of whatever `advance` counts; null where nobody knows it. */
  constructor(shell: Shell, total: number | null, show: Show = plain) {
    this.#shell = shell;
    this.#total = total;
    this.#show = show;
    this.#draw('');
  }

  /** So many more are done; `what` names the last. */
  advance(count: number, what: string): void {
    this.#done += count;
    if (performance.now() - this.#drawnMs >= DRAW_EVERY_MS || this.#done === this.#total) this.#draw(what);
  }

  [Symbol.dispose](): void {
    if (this.#shell.stderr.isTTY) this.#shell.stderr.write('\r\u001b[K');
  }

  #draw(what: string): void {
    const { stderr } = this.#shell;
    if (!stderr.isTTY) return;
    this.#drawnMs = performance.now();
    const elapsedMs = this.#drawnMs - this.#startedMs;
    const bar = `${barOf(this.#done, this.#total, this.#show)} ${paceOf(this.#done, this.#total, elapsedMs, this.#show)}`;
    const room = (stderr.columns ?? 80) - textWidth(bar) - 1;
    stderr.write(`\r\u001b[K${bar}${room > 4 ? fitText(oneLine(what), room) : ''}`);
  }
}

function barOf(done: number, total: number | null, show: Show): string {
  if (total === null) return show(done);
  const filled = Math.round(Math.min(1, done / Math.max(1, total)) * BAR_CELLS);
  return `${'█'.repeat(filled)}${'░'.repeat(BAR_CELLS - filled)} ${show(done)}/${show(total)}`;
}

/** How fast it goes and what remains: `120/s, 5m left `; empty while nothing can be said. */
export function paceOf(done: number, total: number | null, elapsedMs: number, show: Show = plain): string {
  if (elapsedMs < RATE_AFTER_MS || done === 0) return '';
  const aSecond = (done * 1_000) / elapsedMs;
  const shown = aSecond >= 10 || show !== plain ? show(Math.round(aSecond)) : aSecond.toFixed(1);
  if (total === null) return `${shown}/s `;
  return `${shown}/s, ${shortSpan(Math.max(0, total - done) / aSecond)} left `;
}

function shortSpan(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)}s`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)}m`;
  return `${Math.round(seconds / 3_600)}h`;
}
