/**
 * Says what goes on while a person waits: on a terminal one line that counts the seconds and goes away when done,
 * elsewhere a plain line before. On stderr, so that the output of a command stays its own.
 */
export class Progress {
  #quiet;
  #timer;
  #live;

  /** @param {{ quiet?: boolean }} options quiet: nothing but the line that goes away */
  constructor({ quiet = false } = {}) {
    this.#quiet = quiet;
    this.#live = process.stderr.isTTY === true && process.env.CI !== 'true' && process.env.TERM !== 'dumb';
  }

  /**
   * @param {string} what in the present tense
   * @param {() => Promise<T>} work
   * @returns {Promise<T>}
   * @template T
   */
  async during(what, work) {
    const startedAt = Date.now();
    if (!this.#live) {
      this.say(`${what} …`);
      return work();
    }
    const draw = () => {
      const seconds = Math.round((Date.now() - startedAt) / 1000);
      process.stderr.write(`\r\x1b[K${what} … ${seconds > 0 ? `${seconds} s` : ''}`);
    };
    draw();
    this.#timer = setInterval(draw, 1000);
    try {
      return await work();
    } finally {
      clearInterval(this.#timer);
      process.stderr.write('\r\x1b[K');
    }
  }

  /** @param {string} line */
  say(line) {
    if (!this.#quiet) process.stderr.write(`${line}\n`);
  }
}
