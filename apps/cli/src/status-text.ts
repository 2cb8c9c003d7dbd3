import type { BusLook, GroupLook, LettersLook, TopicLook } from './bus-look.ts';
import { count, paint, table } from './output.ts';
import type { ServiceHealth } from './service-health.ts';
import type { Shell } from './shell.ts';

/** How the whole is at one moment: what `khabar status --json` prints. */
export interface Status extends BusLook {
  readonly ready: boolean;
  readonly services: readonly ServiceHealth[];
  /** Null where it is not known: the service does not answer. */
  readonly articles: number | null;
  readonly sources: number | null;
}

/** A group whose oldest event waits for longer is shown as late, and then as very late; in seconds. */
const LATE = { warn: 60, alarm: 600 };

/** A status for a person: tables of at most 80 columns, colours only for what asks for attention. */
export function statusText(
  shell: Shell,
  { services, bus, topics, groups, deadLetters, articles, sources }: Status,
): string {
  const { red, dim } = paint(shell);
  const counts = [
    articles === null ? '' : count(articles, 'article'),
    sources === null ? '' : count(sources, 'source'),
  ];
  const parts = [
    serviceTable(shell, services),
    topics.length === 0 ? '' : topicTable(shell, topics, deadLetters),
    groups.length === 0 ? '' : groupTable(shell, groups),
    bus.up === true ? '' : `${bus.up === null ? dim('bus') : red('bus')}  ${bus.detail}`,
    counts.filter((text) => text !== '').join(', '),
    services.every(({ state }) => state === 'unreachable') ? 'Khabar is not running here: npm start' : '',
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function serviceTable(shell: Shell, services: readonly ServiceHealth[]): string {
  const { red } = paint(shell);
  return table(shell, services, [
    { head: 'service', text: ({ name }) => name },
    {
      head: 'state',
      text: ({ state }) => state.replace('-', ' '),
      paint: ({ state }) => (state === 'ready' ? undefined : red),
    },
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

/** The dead letters of a topic stand beside it: they have no reader whose lag would count. */
function topicTable(shell: Shell, topics: readonly TopicLook[], deadLetters: readonly LettersLook[]): string {
  const { red } = paint(shell);
  const lettersOf = (name: string) => deadLetters.find(({ topic }) => topic === name);
  const live = topics.filter(({ name }) => !topics.some((other) => name === `${other.name}.dead-letter`));
  return table(shell, live, [
    { head: 'topic', text: ({ name }) => name },
    { head: 'partitions', text: ({ partitions }) => String(partitions), align: 'right' },
    { head: 'records', text: ({ records }) => records.toLocaleString('en'), align: 'right' },
    { head: 'published/s', text: ({ publishedPerSecond }) => rateText(publishedPerSecond), align: 'right' },
    {
      head: 'dead letters',
      text: ({ name }) => lettersText(lettersOf(name)),
      align: 'right',
      paint: ({ name }) => ((lettersOf(name)?.open ?? 0) > 0 ? red : undefined),
    },
  ]);
}

function groupTable(shell: Shell, groups: readonly GroupLook[]): string {
  const { red, yellow } = paint(shell);
  return table(shell, groups, [
    { head: 'group', text: ({ group }) => group },
    { head: 'topic', text: ({ topic }) => topic },
    {
      head: 'members',
      text: ({ members }) => String(members),
      align: 'right',
      paint: ({ members }) => (members === 0 ? red : undefined),
    },
    { head: 'consumed/s', text: ({ consumedPerSecond }) => rateText(consumedPerSecond), align: 'right' },
    { head: 'lag', text: ({ lag }) => lag.toLocaleString('en'), align: 'right' },
    {
      head: 'behind',
      text: ({ lagSeconds }) => ageText(lagSeconds),
      align: 'right',
      paint: ({ lagSeconds }) => (lagSeconds >= LATE.alarm ? red : lagSeconds >= LATE.warn ? yellow : undefined),
    },
  ]);
}

function lettersText(letters: LettersLook | undefined): string {
  if (letters === undefined) return '';
  return `${letters.open.toLocaleString('en')}${letters.complete ? '' : '+'}`;
}

/** `0`, `0.4`, `12`, `1,234`. */
export function rateText(perSecond: number): string {
  if (perSecond === 0 || perSecond >= 10) return Math.round(perSecond).toLocaleString('en');
  return Math.max(0.1, perSecond).toFixed(1); // hardly anything is not nothing
}

/** An age with the unit that suits it: `0 s`, `45 s`, `12 min`, `3.5 h`, `2.1 d`. */
export function ageText(seconds: number): string {
  if (seconds < 100) return `${Math.round(seconds)} s`;
  if (seconds < 100 * 60) return `${Math.round(seconds / 60)} min`;
  if (seconds < 48 * 3600) return `${(seconds / 3600).toFixed(1)} h`;
  return `${(seconds / 86_400).toFixed(1)} d`;
}
