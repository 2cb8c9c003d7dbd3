import { createInterface } from 'node:readline/promises';
import type { Shell } from './shell.ts';

/** Whether somebody sits there who can be asked. */
export function canAsk({ stdin }: Shell): boolean {
  return (stdin as { isTTY?: boolean }).isTTY === true;
}

/** Asks a person for a yes; only where {@link canAsk} says that there is one. */
export async function confirm(shell: Shell, question: string): Promise<boolean> {
  const terminal = createInterface({ input: shell.stdin, output: shell.stderr });
  try {
    const answer = await terminal.question(`${question} [y/N] `, { signal: shell.signal });
    return /^y(?:es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}
