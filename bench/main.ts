import { Command, CommanderError } from 'commander';
import { type Bench, BenchRun, runBench } from './bench.ts';
import { busBench } from './bus/bus.ts';
import { echoesBench } from './echoes/echoes.ts';
import { storeBench } from './store/store.ts';
import { resultTable } from './table.ts';

const BENCHES: readonly Bench[] = [busBench, storeBench, echoesBench];

const MORE = `
Benchmarks:
${BENCHES.map(({ name, about }) => `  ${name.padEnd(12)}${about}`).join('\n')}

Ours and the peer are measured in turn in the same run: compare the ratios, for the figures are this machine's.
The exit code is 0 also when a target is missed; it is 1 when nothing could be measured.`;

/** Runs the named benchmarks, all unless told. @returns the exit code */
async function main(args: readonly string[]): Promise<number> {
  const program = new Command('npm run bench --')
    .description('Measures Khabar against peers and limits')
    .argument('[names...]', `which (${BENCHES.map(({ name }) => name).join(', ')}); all unless told`)
    .option('--json', 'print the rows as one line of JSON at the end')
    .option('--only <word>', 'measure the rows alone whose name has that word')
    .addHelpText('after', MORE)
    .exitOverride();
  try {
    program.parse(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
  const unknown = program.args.filter((name) => !BENCHES.some((bench) => bench.name === name));
  if (unknown.length > 0) {
    process.stderr.write(`There is no benchmark ${unknown.join(', ')}.\n${program.helpInformation()}${MORE}\n`);
    return 2;
  }
  const { json, only } = program.opts<{ json?: true; only?: string }>();
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());

  const all = [];
  const wanted = BENCHES.filter(({ name }) => program.args.length === 0 || program.args.includes(name));
  for (const whole of wanted) {
    const bench = { ...whole, rows: whole.rows.filter(({ what }) => only === undefined || what.includes(only)) };
    await using run = new BenchRun(stop.signal, (line) => process.stderr.write(`${line}\n`));
    const results = await runBench(bench, run);
    if (stop.signal.aborted) return 130;
    console.log(`\n${resultTable(bench, results)}\n`);
    all.push(...results);
  }
  if (json) console.log(JSON.stringify(all));
  return all.some(({ value }) => value !== null) ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
