import {
  ARTICLES,
  ARTICLE_CHANGES,
  type CloudEvent,
  RAW_ARTICLES,
  type TopicDefinition,
  articleEvent,
  articleExample,
  deadLetterTopic,
  rawArticleEvent,
  rawArticleExample,
  rawArticleIdOfUrl,
} from '@khabar/contracts';
import { uniqueName } from '@khabar/testing';
import { Bus } from '../bus.ts';
import type { Batch } from '../handling.ts';
import type { StoredRecord } from '../log-state.ts';
import type { BusListener, BusSettings } from '../settings.ts';
import type { Driver } from '../driver.ts';
import { openDriver } from '../open-bus.ts';

/** Where a driver finds its log. */
export type Connection = Pick<BusSettings, 'kafkaBrokers' | 'databaseUrl'>;

/** A raw article event, which the suite publishes most. */
export type RawEvent = CloudEvent<'news.raw.v1'>;

/** Topics and groups that no other test has, and whatever buses a test opens on them; disposing of it closes these. */
export class Workbench implements AsyncDisposable {
  readonly connection: Connection;
  readonly raw: TopicDefinition;
  readonly articles: TopicDefinition;
  readonly changes: TopicDefinition;
  readonly group = uniqueName('group');
  readonly #opened: { close(): Promise<void> }[] = [];

  constructor(connection: Connection, partitions = 3) {
    const prefix = uniqueName('contract');
    const own = <T extends TopicDefinition>(topic: T) => ({ ...topic, name: `${prefix}.${topic.name}`, partitions });
    this.connection = connection;
    this.raw = own(RAW_ARTICLES);
    this.articles = own(ARTICLES);
    this.changes = own(ARTICLE_CHANGES);
  }

  /** The settings of every bus of the workbench: impatient, so that retries take milliseconds. */
  settings(overrides: Partial<BusSettings> = {}): BusSettings {
    return {
      service: 'contract',
      version: '1.2.3',
      ...this.connection,
      maxAttempts: 3,
      retryBaseMs: 10,
      retryMaxMs: 50,
      batchMaxEvents: 100,
      batchMaxBytes: 1024 * 1024,
      lingerMs: 1,
      transactions: false,
      maxBytesInFlight: 32 * 1024 * 1024,
      topics: [this.raw, this.articles, this.changes],
      ...overrides,
    };
  }

  /** A bus that creates no topics. */
  async bus(overrides: Partial<BusSettings> = {}, listener: BusListener = {}): Promise<Bus> {
    const settings = this.settings(overrides);
    const bus = new Bus(await openDriver(settings), settings, listener);
    this.#opened.push(bus);
    return bus;
  }

  /** A bus whose topic of raw articles exists, with its dead letters. */
  async ready(overrides: Partial<BusSettings> = {}, listener: BusListener = {}): Promise<Bus> {
    const bus = await this.bus(overrides, listener);
    await bus.ensureTopics([this.raw, deadLetterTopic(this.raw)]);
    return bus;
  }

  /** The driver bare, to put records on a topic that no bus would. */
  async driver(): Promise<Driver> {
    const driver = await openDriver(this.settings());
    this.#opened.push(driver);
    return driver;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const each of this.#opened.reverse()) await each.close();
  }
}

/** An event of a raw article of its own, told by `name`; the same name gives the same subject. */
export function rawEvent(name: string, body = name): RawEvent {
  const url = `https://news.example.org/${name}`;
  return rawArticleEvent({ ...rawArticleExample, id: rawArticleIdOfUrl(url), url, body });
}

/** Events of articles of their own, `<prefix>0` and on. */
export function rawEvents(count: number, prefix = 'article-'): RawEvent[] {
  return Array.from({ length: count }, (_, at) => rawEvent(`${prefix}${at}`));
}

/** The event of an article made of a raw one: of its id, the same at every call. */
export function articleOf({ id, data }: RawEvent): CloudEvent<'news.articles.v1'> {
  return articleEvent({ ...articleExample, id: data.id, rawId: data.id }, id);
}

/** The name that {@link rawEvent} was given. */
export function nameOf(event: { data: { url: string | null } }): string {
  return event.data.url!.slice('https://news.example.org/'.length);
}

/** The names of a batch's events. */
export function namesOf(batch: Batch<'news.raw.v1'>): string[] {
  return batch.events.map(({ event }) => nameOf(event));
}

/** A handler that does nothing but remember. */
export function remember(): {
  handle: (batch: Batch<'news.raw.v1'>) => Promise<void>;
  batches: Batch<'news.raw.v1'>[];
  readonly names: string[];
} {
  const batches: Batch<'news.raw.v1'>[] = [];
  return {
    batches,
    handle: async (batch) => void batches.push(batch),
    get names() {
      return batches.flatMap(namesOf);
    },
  };
}

/** What an iterable yields, to its end. */
export async function collect<T>(iterable: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const each of iterable) all.push(each);
  return all;
}

/** All records of a topic, until its end. */
export async function readAll(bus: Pick<Bus, 'read'>, topic: TopicDefinition): Promise<StoredRecord[]> {
  const { signal } = new AbortController();
  return collect(bus.read(topic.name, { from: 'beginning', follow: false, signal }));
}

/** Events of a group in a topic that are not committed, or null before it ever joined. */
export async function lagOf(bus: Bus, group: string, topic: TopicDefinition): Promise<bigint | null> {
  const [state] = await bus.groups([group], [topic.name]);
  return state?.lag ?? null;
}
