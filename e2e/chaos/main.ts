import { randomInt } from 'node:crypto';
import { runPhase } from './phase.ts';
import { type PhaseReport, phaseTable, recoveryTable } from './recoveries.ts';

const HELP = `npm run test:chaos

Gives fetcher, two parsers and two stores 20,000 raw articles while faults hit them, Kafka and Postgres, and checks at the end that
each is stored once and announced in order; then the same with BUS_TRANSACTIONS, where readers of committed records see nothing doubled.

  CHAOS_SEED     the run's luck: faults, their order, and all texts (drawn unless told)
  CHAOS_EVENTS   raw articles of each phase, at least 100 (20000)
  CHAOS_FAULTS   faults of each phase, at least 1 (52)
  CHAOS_PHASES   which (plain,transactions)
`;
const PHASES = { plain: 'at least once', transactions: 'transactions' } as const;
/** Of each sort of problem. */
const PROBLEMS_SHOWN = 3;

const log = (line: string) => console.log(line);

/** A whole number from the environment. @throws Error when it is none, or too small */
function numberFrom(name: string, usual: number, least: number): number {
  const text = process.env[name] ?? '';
  if (text === '') return usual;
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < least) throw new Error(`${name} must be a whole number from ${least} on`);
  return value;
}

function phasesFrom(text = 'plain,transactions'): (keyof typeof PHASES)[] {
  const names = text.split(',').map((name) => name.trim());
  const wrong = names.filter((name) => !Object.hasOwn(PHASES, name));
  if (wrong.length > 0) throw new Error(`CHAOS_PHASES may name plain and transactions, not ${wrong.join(', ')}`);
  return names as (keyof typeof PHASES)[];
}

/** @returns the exit code */
async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(HELP);
    return 0;
  }
  const seed = numberFrom('CHAOS_SEED', randomInt(2 ** 31), 0);
  const events = numberFrom('CHAOS_EVENTS', 20_000, 100);
  const faults = numberFrom('CHAOS_FAULTS', 52, 1);
  const phases = phasesFrom(process.env['CHAOS_PHASES']);
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => stop.abort(new Error(`Ended by ${signal}`)));

  log(
    `Chaos: ${events} events and ${faults} faults a phase. The same luck again: CHAOS_SEED=${seed} npm run test:chaos`,
  );
  const reports: PhaseReport[] = [];
  for (const phase of phases) {
    const name = PHASES[phase];
    log(`\nPhase: ${name}`);
    reports.push(
      await runPhase({ name, seed, events, faults, transactions: phase === 'transactions' }, stop.signal, log),
    );
  }

  log(
    ['', ...recoveryTable(reports.flatMap(({ recoveries }) => recoveries)), '', ...phaseTable(reports), ''].join('\n'),
  );
  const problems = reports.flatMap(({ name, problems: of }) => of.map((problem) => `${name}: ${problem}`));
  // what differs in ids, addresses, texts and numbers alone is of one sort
  const sorts = Map.groupBy(problems, (problem) => problem.replace(/[0-9a-f-]{36}|http:\S+|"[^"]*"|\d+/g, '…'));
  for (const sort of sorts.values()) {
    for (const problem of sort.slice(0, PROBLEMS_SHOWN)) log(`✗ ${problem}`);
    if (sort.length > PROBLEMS_SHOWN) log(`✗ and ${sort.length - PROBLEMS_SHOWN} more of the kind`);
  }
  log(problems.length === 0 ? 'Nothing was lost, and nothing doubled.' : `It failed with CHAOS_SEED=${seed}.`);
  return problems.length === 0 ? 0 : 1;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
