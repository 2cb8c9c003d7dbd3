import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Builds the programs that the end-to-end tests start, where sources changed since. */
export default function build(): void {
  const prepare = fileURLToPath(new URL('../tools/prepare.mjs', import.meta.url));
  execFileSync(process.execPath, [prepare], { stdio: 'inherit' });
}
