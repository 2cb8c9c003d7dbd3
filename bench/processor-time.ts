import { readdir, readFile } from 'node:fs/promises';

/** Length of a clock tick in `/proc/PID/stat`: fixed for programs by Linux. */
const TICK_MS = 10;

interface ProcessTime {
  readonly parent: number;
  /** In milliseconds. */
  readonly own: number;
  /** Of children that have ended, and that it has asked after. */
  readonly ended: number;
}

/** Processor time of another process so far, in milliseconds. @throws Error where there is no /proc */
export async function processorMs(pid: number): Promise<number> {
  const time = await processTime(pid);
  if (time === null) throw new Error('Processor time of other processes is read from /proc, which is not here');
  return time.own;
}

/** Processor time of a Postgres so far, with all its processes, of which the first has this pid; in milliseconds. @throws Error where there is no /proc */
export async function postgresMs(pid: number): Promise<number> {
  const first = await processTime(pid);
  if (first === null) throw new Error('Processor time of Postgres is read from /proc, which is not here');
  const pids = (await readdir('/proc')).map(Number).filter((number) => number > 0);
  const times = await Promise.all(pids.map(processTime));
  const children = times.filter((time) => time?.parent === pid);
  return children.reduce((sum, child) => sum + child!.own, first.own + first.ended);
}

/** Null where there is no such process any more. */
async function processTime(pid: number): Promise<ProcessTime | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  if (stat === null) return null;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // from the third on, proc_pid_stat(5)
  const [own, ended] = [11, 13].map((at) => (Number(fields[at]) + Number(fields[at + 1])) * TICK_MS);
  return { parent: Number(fields[1]), own: own!, ended: ended! };
}
