import type { GroupState, TopicState } from '@khabar/bus';
import { CONSUMER_GROUPS, KhabarError, TOPICS } from '@khabar/contracts';
import type { Command } from 'commander';
import { SERVICES, callService } from '../api.ts';
import { findBus, openFoundBus } from '../bus-address.ts';
import { count, paint, table, writeJson, writeLine } from '../output.ts';
import { type ServiceHealth, healthOf } from '../service-health.ts';
import type { Shell } from '../shell.ts';

const MORE = `
The exit code is 1 when a service is not ready or the bus does not answer.

Examples:
  $ khabar status
  $ khabar status --json | jq '.groups[] | select(.lag > 0)'`;

/** `khabar status`: how the whole is at this moment. */
export function addStatus(program: Command, shell: Shell): void {
  program
    .command('status')
    .description('print how the services, the topics and their consumers are')
    .option('--json', 'print one JSON document')
    .addHelpText('after', MORE)
    .action(({ json }: { json?: true }) => status(shell, json === true));
}

/** What `--json` prints. */
interface Status extends Log {
  readonly ready: boolean;
  readonly services: readonly ServiceHealth[];
  /** Null where it is not known: the service does not answer. */
  readonly articles: number | null;
  readonly sources: number | null;
}

/** What the bus tells of itself. */
interface Log {
  /** `up` is null where nothing says how to reach it: the services do, and their readiness tells of it. */
  readonly bus: { readonly up: boolean | null; readonly detail: string };
  readonly topics: readonly { readonly name: string; readonly partitions: number; readonly records: number }[];
  readonly groups: readonly {
    readonly group: string;
    readonly topic: string;
    readonly members: number;
    readonly lag: number;
  }[];
}

async function status(shell: Shell, json: boolean): Promise<void> {
  const [services, log, articles, sources] = await Promise.all([
    Promise.all(SERVICES.map((name) => healthOf(shell, name))),
    lookAtBus(shell),
    countOf(shell, 'store', '/api/v1/stats', 'articles'),
    countOf(shell, 'fetcher', '/api/v1/sources?limit=1', 'total'),
  ]);
  const ready = log.bus.up !== false && services.every(({ state }) => state === 'ready');
  if (!ready) shell.exitCode = 1;
  const found = { ready, services, ...log, articles, sources };
  await (json ? writeJson(shell, found) : writeLine(shell, statusText(shell, found)));
}

function statusText(shell: Shell, { services, bus, topics, groups, articles, sources }: Status): string {
  const { red, dim } = paint(shell);
  const counts = [
    articles === null ? '' : count(articles, 'article'),
    sources === null ? '' : count(sources, 'source'),
  ];
  const parts = [
    serviceTable(shell, services),
    topics.length === 0 ? '' : topicTable(shell, topics),
    groups.length === 0 ? '' : groupTable(shell, groups),
    bus.up === true ? '' : `${bus.up === null ? dim('bus') : red('bus')}  ${bus.detail}`,
    counts.filter((text) => text !== '').join(', '),
    services.every(({ state }) => state === 'unreachable') ? 'Khabar is not running here: npm start' : '',
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

async function lookAtBus(shell: Shell): Promise<Log> {
  const nothing = (up: boolean | null, detail: string) => ({ bus: { up, detail }, topics: [], groups: [] });
  try {
    await using bus = await openFoundBus(await findBus(shell));
    const { up, detail } = await bus.health();
    if (!up) return nothing(false, detail);
    const topics = await bus.topics();
    const names = topics.map(({ name }) => name);
    const groups = await bus.groups(Object.values(CONSUMER_GROUPS), names);
    return { bus: { up, detail }, topics: inOrder(topics).map(countRecords), groups: groups.map(plainGroup) };
  } catch (error) {
    if (!(error instanceof KhabarError)) throw error;
    return nothing(error.code === 'no-bus' ? null : false, error.message);
  }
}

function inOrder(topics: readonly TopicState[]): TopicState[] {
  const order = TOPICS.map(({ name }) => name);
  return topics.toSorted((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
}

function countRecords({ name, partitions }: TopicState): Log['topics'][number] {
  const records = partitions.reduce((sum, { startOffset, endOffset }) => sum + endOffset - startOffset, 0n);
  return { name, partitions: partitions.length, records: Number(records) };
}

function plainGroup({ group, topic, members, lag }: GroupState): Log['groups'][number] {
  return { group, topic, members, lag: Number(lag) };
}

/** A number that a service tells; null where the service does not answer. */
async function countOf(
  shell: Shell,
  service: 'store' | 'fetcher',
  path: string,
  field: string,
): Promise<number | null> {
  try {
    const body = (await (await callService(shell, service, path)).json()) as Record<string, unknown>;
    return typeof body[field] === 'number' ? body[field] : null;
  } catch (error) {
    if (error instanceof KhabarError) return null; // its health says why
    throw error;
  }
}

function serviceTable(shell: Shell, services: readonly ServiceHealth[]): string {
  return table(shell, services, [
    { head: 'service', text: ({ name }) => name },
    { head: 'state', text: ({ state }) => state.replace('-', ' ') },
    { head: 'address', text: ({ url }) => url },
    {
      head: 'depends on',
      text: ({ detail, dependencies }) =>
        detail ||
        dependencies
          .filter(({ name }) => name !== 'service')
          .map(({ name, detail: how }) => (how === '' ? name : `${name} (${how})`))
          .join(', '),
      shrinks: true,
    },
  ]);
}

function topicTable(shell: Shell, topics: Log['topics']): string {
  return table(shell, topics, [
    { head: 'topic', text: ({ name }) => name },
    { head: 'partitions', text: ({ partitions }) => String(partitions), align: 'right' },
    { head: 'records', text: ({ records }) => records.toLocaleString('en'), align: 'right' },
  ]);
}

function groupTable(shell: Shell, groups: Log['groups']): string {
  return table(shell, groups, [
    { head: 'group', text: ({ group }) => group },
    { head: 'topic', text: ({ topic }) => topic },
    { head: 'members', text: ({ members }) => String(members), align: 'right' },
    { head: 'lag', text: ({ lag }) => lag.toLocaleString('en'), align: 'right' },
  ]);
}
