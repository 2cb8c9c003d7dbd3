import type { Logger } from '@khabar/runtime';
import pc from 'picocolors';

/** What a person sees of `npm start`: plain words on a terminal, the same as JSON lines otherwise. */
export interface Voice {
  /** Something is under way. */
  step(text: string): void;
  /** Something is done. */
  done(what: string, detail: string): void;
  warn(text: string): void;
  /** Why it could not go on, and what to do. */
  fail(text: string): void;
  /** How to go on from here: label and text, one line each. */
  hints(title: string, lines: readonly (readonly [string, string])[]): void;
}

/** Speaks to a terminal. */
export function terminalVoice(out: NodeJS.WriteStream): Voice {
  const line = (text: string) => out.write(`${text}\n`);
  return {
    step: (text) => line(`  ${pc.dim('·')} ${pc.dim(text)}`),
    done: (what, detail) => line(`  ${pc.green('✓')} ${what.padEnd(9)} ${detail}`),
    warn: (text) => line(`  ${pc.yellow('!')} ${text}`),
    fail: (text) => line(`  ${pc.red('✗')} ${text}`),
    hints: (title, lines) => {
      line(`\n  ${pc.bold(title)}\n`);
      for (const [label, text] of lines) line(`  ${pc.dim(label.padEnd(9))} ${text}`);
      line('');
    },
  };
}

/** Speaks in log lines. */
export function loggedVoice(logger: Logger): Voice {
  return {
    step: (text) => logger.info(text),
    done: (what, detail) => logger.info({ what }, `${what}: ${detail}`),
    warn: (text) => logger.warn(text),
    fail: (text) => logger.fatal(text),
    hints: (title, lines) => {
      logger.info(title);
      for (const [label, text] of lines) logger.info(label === '' ? text : `${label}: ${text}`);
    },
  };
}
