import { createInterface } from 'node:readline/promises';
import type { Shell } from './shell.ts';

/** Asks a person for a yes. Where nobody sits at a terminal nobody is asked: the command line has said it all. */
export async function confirm(shell: Shell, question: string): Promise<boolean> {
  const { isTTY } = shell.stdin as { isTTY?: boolean };
  if (isTTY !== true) return true;
  const terminal = createInterface({ input: shell.stdin, output: shell.stderr });
  try {
    const answer = await terminal.question(`${question} [y/N] `, { signal: shell.signal });
    return /^y(?:es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}
