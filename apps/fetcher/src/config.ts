import {
  VERSION,
  type ConfigOf,
  type Setting,
  type Settings,
  bytes,
  commonSettings,
  duration,
  integer,
  list,
  optionalText,
  text,
} from '@khabar/runtime';
import { isAddressRange } from './fetching/ssrf-guard.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;
const MIB = 1024 * 1024;

/** Words of a list, each of which a function must accept. */
function listOf<T>(
  of: { default: readonly string[]; description: string; expectation: string },
  read: (word: string) => T | undefined,
): Setting<readonly T[]> {
  const words = list(of);
  const parse = (found: string): readonly T[] | undefined => {
    const values = words.parse(found)?.map(read);
    return values?.some((value) => value === undefined) ? undefined : (values as T[] | undefined);
  };
  return { ...words, parse, fallback: { value: parse(of.default.join(',')) ?? [] } };
}

function port(word: string): number | undefined {
  const value = /^\d{1,5}$/.test(word) ? Number(word) : 0;
  return value >= 1 && value <= 65_535 ? value : undefined;
}

/** The fetcher's settings. */
export const fetcherSettings = {
  ...commonSettings(3001),
  POLL_INTERVAL: duration({
    default: 15 * MINUTE,
    min: 100,
    max: 30 * DAY,
    description: 'Time between two polls of a source that has no interval of its own.',
  }),
  POLL_CONCURRENCY: integer({ default: 32, min: 1, max: 1000, description: 'Most sources that are polled at once.' }),
  POLL_LEASE: duration({
    default: 15 * SECOND,
    min: 500,
    max: 10 * MINUTE,
    description: 'After how long the sources of a fetcher that died are free for another.',
  }),
  FETCH_USER_AGENT: text({
    default: `Khabar/${VERSION}`,
    pattern: /^[\x20-\x7e]{1,200}$/,
    expectation: 'printable ASCII characters',
    description: 'How the fetcher names itself to servers; name a contact address here.',
  }),
  FETCH_ALLOW_PRIVATE: listOf(
    {
      default: [],
      expectation: 'IP addresses or CIDR ranges with commas between',
      description: 'Private and other special ranges that the fetcher may reach, on any port.',
    },
    (word) => (isAddressRange(word) ? word : undefined),
  ),
  FETCH_PORTS: listOf(
    {
      default: ['80', '443', '8080', '8443'],
      expectation: 'port numbers with commas between',
      description: 'Ports of public addresses that the fetcher may reach.',
    },
    port,
  ),
  FETCH_MAX_BYTES: bytes({
    default: 5 * MIB,
    min: 1024,
    max: 8 * MIB,
    description: 'Largest document, file or push; what is larger becomes a dead letter or an error.',
  }),
  FETCH_TIMEOUT: duration({
    default: MINUTE,
    min: 100,
    max: 10 * MINUTE,
    description: 'Longest time for one document, redirects included.',
  }),
  FETCH_CONNECT_TIMEOUT: duration({
    default: 10 * SECOND,
    min: 100,
    max: MINUTE,
    description: 'Longest time to connect to a server.',
  }),
  FETCH_IDLE_TIMEOUT: duration({
    default: 20 * SECOND,
    min: 100,
    max: 5 * MINUTE,
    description: 'Longest time that a server may be silent before its answer and within it.',
  }),
  FETCH_FOLDERS_ROOT: text({
    default: '.',
    description: 'The workspace: folder and file sources lie inside it, and their paths are relative to it.',
  }),
  KHABAR_DATA: text({
    default: 'data',
    description: 'Folder of the embedded Postgres: inside the workspace, no source may lie in it.',
  }),
  FETCH_FILE_SETTLE: duration({
    default: SECOND,
    min: 0,
    max: 5 * MINUTE,
    description: 'How long a file must have been left alone before it is read.',
  }),
  RAW_ARCHIVE: optionalText({
    description:
      'Folder in which raw articles are kept, compressed, for longer than their topic keeps them; unset, none are.',
  }),
  RAW_ARCHIVE_DAYS: integer({
    default: 0,
    min: 0,
    max: 36_500,
    description: 'How many days the raw archive goes back; 0 keeps all.',
  }),
  SEED_FOLDERS: list({ default: [], description: 'Folders that become sources when the fetcher starts.' }),
} satisfies Settings;

/** Values of {@link fetcherSettings}. */
export type FetcherConfig = ConfigOf<typeof fetcherSettings>;
