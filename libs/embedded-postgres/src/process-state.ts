import { readFileSync } from 'node:fs';

/** Whether a process runs. One that has ended and only waits for its parent to take note does not. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return process.platform !== 'linux' || !isZombie(pid);
}

/** In a container nobody may ever take note of a process whose parent is gone. */
function isZombie(pid: number): boolean {
  try {
    // proc(5): the state follows the command, which stands in brackets and may itself hold brackets
    return /^[ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, ''));
  } catch {
    return true;
  }
}
