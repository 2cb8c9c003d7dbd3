import { createHash } from 'node:crypto';
import { access, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startProcess } from './process.ts';

const cache = join(import.meta.dirname, '../../../node_modules/.cache/khabar');

/** Why a Python program cannot run on this machine, in one line. */
export class PythonMissing extends Error {
  override readonly name = 'PythonMissing';
}

/**
 * A Python that has what a requirements file names; the virtual environment is made once for each content of that file.
 * @returns the path of the interpreter
 * @throws PythonMissing where there is no python3 with venv, or pip cannot install what is asked for
 */
export async function pythonWith(requirements: string): Promise<string> {
  const hash = createHash('sha256').update(await readFile(requirements));
  const folder = join(cache, `python-${hash.digest('hex').slice(0, 16)}`);
  const interpreter = join(folder, 'bin/python');
  if (await exists(interpreter)) return interpreter;
  await mkdir(cache, { recursive: true });
  const made = await mkdtemp(`${folder}.`);
  try {
    await run('python3', '-m', 'venv', made);
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--only-binary', ':all:'];
    await run(join(made, 'bin/python'), ...pip, '--timeout', '10', '--retries', '1', '-r', requirements);
    // an interpreter finds its environment by its own path; another run may have put the same one there in the meantime
    await rename(made, folder).catch(() => undefined);
    return interpreter;
  } finally {
    await rm(made, { recursive: true, force: true });
  }
}

async function run(command: string, ...args: string[]): Promise<void> {
  const started = await startProcess(command, args).catch((cause: unknown) => {
    throw new PythonMissing(`no Python: the command ${command} is missing`, { cause });
  });
  const { code } = await started.ended;
  if (code === 0) return;
  const lastLine = started.output.trim().split('\n').at(-1);
  throw new PythonMissing(`no Python: ${args.slice(0, 3).join(' ')} failed (${lastLine})`);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
