import type { LogExport } from '@khabar/bus';
import { KhabarError } from '@khabar/contracts';
import type { Command } from 'commander';
import { SERVICES } from '../api.ts';
import { dataFolder, findEmbeddedPostgres, kafkaBrokers } from '../bus-address.ts';
import { canAsk, confirm } from '../confirm.ts';
import { count, table, writeJson, writeLine } from '../output.ts';
import { Progress } from '../progress.ts';
import { type Shell, secret } from '../shell.ts';

const MORE = `
Stop Khabar first; npm start -- --database then runs its Postgres alone. It moves the log that stands in Postgres, and how far each consumer group is, to a Kafka that has no records in
these topics: every record into the partition that it was in, in its order, as it was. Stopped in the middle, the same command goes
on where it was, and nothing comes twice. The log in Postgres stays as it is.

Examples:
  $ khabar bus export --to broker1:9092,broker2:9092 --dry-run
  $ khabar bus export --to broker1:9092,broker2:9092`;

interface ExportOptions {
  readonly to?: string;
  readonly dryRun?: true;
  readonly yes?: true;
  readonly json?: true;
}

/** `khabar bus`: the bus as a whole. */
export function addBus(program: Command, shell: Shell): void {
  program
    .command('bus')
    .description('move the embedded bus to Kafka')
    .command('export')
    .description('move the embedded log and its consumer groups to Kafka')
    .option('--to <brokers>', 'host:port of brokers; KAFKA_BROKERS unless told')
    .option('--dry-run', 'only say what would be done')
    .option('--yes', 'do not ask')
    .option('--json', 'print the report as JSON')
    .addHelpText('after', MORE)
    .action((options: ExportOptions, command: Command) => {
      const brokers = options.to === undefined ? kafkaBrokers(shell) : namesIn(options.to);
      if (brokers.length === 0) command.error('error: say where to: --to host:port, or KAFKA_BROKERS');
      return exportLog(shell, brokers, options);
    });
}

async function exportLog(
  shell: Shell,
  brokers: readonly string[],
  { dryRun, yes, json }: ExportOptions,
): Promise<void> {
  const { openLogExport } = await import('@khabar/bus'); // it brings Nest along, which most commands need not load
  await using move = await openLogExport({
    databaseUrl: await databaseOfLog(shell),
    kafkaBrokers: brokers,
    services: SERVICES.flatMap((name) => [name, `khabar-${name}`]),
    dryRun: dryRun === true,
    signal: shell.signal,
  });
  const left = move.topics.reduce((sum, topic) => sum + topic.left, 0n);
  if (!json) {
    await writeLine(shell, topicTable(shell, move));
    await writeLine(
      shell,
      `\n${count(left, 'record')} ${dryRun ? 'would be' : 'to be'} exported to ${brokers.join(', ')}`,
    );
  }
  const question = `Export ${count(left, 'record')}?`;
  const agreed = dryRun !== true && (yes === true || !canAsk(shell) || (await confirm(shell, question)));
  const exported = agreed ? await run(shell, move, left) : 0;
  if (json) {
    const topics = move.topics.map(({ name, partitions, exists, groups, ...counts }) => ({
      name,
      partitions,
      exists,
      exportedBefore: Number(counts.exported),
      left: Number(counts.left),
      groups: groups.map(({ group, lag }) => ({ group, lag: Number(lag) })),
    }));
    return writeJson(shell, { to: brokers, dryRun: dryRun === true, exported, topics });
  }
  if (!agreed) return dryRun ? undefined : writeLine(shell, 'left as it is');
  await writeLine(shell, `exported ${count(exported, 'record')}; every group goes on in Kafka where it was`);
  await writeLine(shell, `Now set KAFKA_BROKERS=${brokers.join(',')}, for instance in .env, and start Khabar again.`);
}

async function run(shell: Shell, move: LogExport, left: bigint): Promise<number> {
  let exported = 0;
  try {
    using progress = new Progress(shell, Number(left));
    await move.run((records, topic) => {
      exported += records;
      progress.advance(records, topic);
    });
  } catch (error) {
    shell.stderr.write(`${exported} of ${left} exported; the same command goes on from there\n`);
    throw error;
  }
  return exported;
}

function topicTable(shell: Shell, { topics }: LogExport): string {
  return table(shell, topics, [
    { head: 'topic', text: ({ name }) => name },
    { head: 'partitions', text: ({ partitions }) => String(partitions), align: 'right' },
    { head: 'exported', text: ({ exported }) => exported.toLocaleString('en'), align: 'right' },
    { head: 'left', text: ({ left }) => left.toLocaleString('en'), align: 'right' },
    { head: 'in Kafka', text: ({ exists }) => (exists ? 'there' : 'to be made') },
    {
      head: 'groups (still to read)',
      text: ({ groups }) => groups.map(({ group, lag }) => `${group} (${lag.toLocaleString('en')})`).join(', '),
      shrinks: true,
    },
  ]);
}

/** @throws KhabarError `no-bus` */
async function databaseOfLog(shell: Shell): Promise<string> {
  const named = secret(shell, 'DATABASE_URL');
  if (named !== undefined) return named;
  const folder = dataFolder(shell);
  const embedded = await findEmbeddedPostgres(folder);
  if (embedded.state === 'running') return embedded.url;
  if (embedded.state === 'unreadable') {
    throw new KhabarError('no-bus', `The embedded Postgres in ${folder} cannot be used: ${embedded.reason}`);
  }
  throw new KhabarError(
    'no-bus',
    embedded.state === 'absent'
      ? `There is no embedded log: DATABASE_URL is unset, and ${folder} has no Postgres`
      : `The Postgres in ${folder} is stopped: start it alone, in another terminal, with npm start -- --database`,
  );
}

function namesIn(text: string): string[] {
  return text
    .split(',')
    .map((broker) => broker.trim())
    .filter((broker) => broker !== '');
}
