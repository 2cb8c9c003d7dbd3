import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createTestDatabase,
  describeKafka,
  eventually,
  startFakeWeb,
  startOwnKafka,
  type FakeWeb,
  type OwnKafkaServer,
  type TestDatabase,
} from '@khabar/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Service, WORKSPACE, articleCount, articles, khabar, startService } from './processes.ts';
import { type CollectedSpan, type TraceCollector, startTraceCollector } from './trace-collector.ts';

interface Entry {
  readonly guid: string;
  readonly title: string;
  readonly text: string;
}

function rss(entries: readonly Entry[], origin: string): string {
  const items = entries.map(
    ({ guid, title, text }) =>
      `<item><title>${title}</title><link>${origin}/${guid}</link><guid isPermaLink="false">${guid}</guid>
       <pubDate>Sat, 14 Mar 2026 09:00:00 +0100</pubDate><content:encoded><![CDATA[<p>${text}</p>]]></content:encoded></item>`,
  );
  return `<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">
    <channel><title>Harbour News</title><link>${origin}</link><language>en</language>${items.join('')}</channel></rss>`;
}

const ENTRIES: Entry[] = [
  {
    guid: 'ferry',
    title: 'The ferry runs again after the storm',
    text: 'After four days of wind the first ferry left the harbour at dawn, with two hundred people on board.',
  },
  {
    guid: 'bridge',
    title: 'Old bridge gets a new deck',
    text: 'Workers will replace the planks of the old bridge before the summer, the council said on Friday.',
  },
  {
    guid: 'market',
    title: 'Fish market opens on Sundays',
    text: 'From April on the fish market opens on Sundays too, as visitors had asked for years.',
  },
];

function pipeline(startBroker: () => Promise<OwnKafkaServer | null>, tracesWanted: boolean): void {
  let kafka: OwnKafkaServer | null;
  let database: TestDatabase;
  let web: FakeWeb;
  let collector: TraceCollector;
  let services: Service[];
  let env: NodeJS.ProcessEnv;
  let store: string;
  let feed: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    web = await startFakeWeb();
    kafka = await startBroker();
    collector = await startTraceCollector();
    const common = {
      // the second is one that the tracing SDK would find by itself, were it at work
      ...(tracesWanted
        ? { OTEL_EXPORTER_OTLP_ENDPOINT: collector.origin }
        : { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.origin}/v1/traces` }),
      DATABASE_URL: database.url,
      FETCH_ALLOW_PRIVATE: '127.0.0.0/8',
      ...(kafka && { KAFKA_BROKERS: kafka.brokers.join(',') }),
    };
    services = await Promise.all((['fetcher', 'parser', 'store'] as const).map((name) => startService(name, common)));
    store = services[2]!.url;
    env = { ...common, KHABAR_FETCHER_URL: services[0]!.url, KHABAR_STORE_URL: store };
    feed = web.url('/feed.xml');
    web.route('/feed.xml', {
      etag: '"1"',
      headers: { 'content-type': 'application/rss+xml' },
      body: rss(ENTRIES, web.origin),
    });
  });
  afterAll(async () => {
    for (const service of services ?? []) await service[Symbol.asyncDispose]();
    await web?.close();
    await collector?.[Symbol.asyncDispose]();
    await kafka?.stop();
    await database?.drop();
  });

  test('khabar sources add polls the feed, and each entry is stored once', async () => {
    const added = await khabar(['sources', 'add', feed], env);
    expect(added).toMatchObject({ code: 0, stderr: '' });
    await eventually(async () => (await articleCount(store)) >= ENTRIES.length, { timeoutMs: 30_000 });
    const stored = await articles(store);
    expect(stored.map(({ title }) => title).sort()).toEqual(ENTRIES.map(({ title }) => title).sort());
    expect(stored[0]).toMatchObject({
      publishedAt: '2026-03-14T08:00:00.000Z',
      publishedOffset: '+01:00',
      language: 'en',
      kind: 'article',
    });
  });

  test('a poll of an unchanged feed is answered by 304 and stores nothing', async () => {
    const before = web.requestsFor('/feed.xml').length;
    expect((await khabar(['sources', 'poll', feed], env)).code).toBe(0);
    const request = await web.whenRequested('/feed.xml', before + 1);
    expect(request.headers['if-none-match']).toBe('"1"');
    expect(await articleCount(store)).toBe(ENTRIES.length);
  });

  test('a changed entry becomes revision 2 and one revised event, and its neighbours stay', async () => {
    const changed = ENTRIES.map((entry) =>
      entry.guid === 'ferry' ? { ...entry, text: `${entry.text} The second one followed at noon.` } : entry,
    );
    web.route('/feed.xml', {
      etag: '"2"',
      headers: { 'content-type': 'application/rss+xml' },
      body: rss(changed, web.origin),
    });
    await khabar(['sources', 'poll', feed], env);
    const ferry = await eventually(
      async () => (await articles(store)).find(({ title, revision }) => title === ENTRIES[0]!.title && revision === 2),
      { timeoutMs: 30_000 },
    );
    expect(ferry.body).toContain('The second one followed at noon.');
    expect((await articles(store)).map(({ revision }) => revision).sort()).toEqual([1, 1, 2]);

    const changes = await eventually(
      async () => {
        const tail = await khabar(['tail', 'news.changes.v1', '--from', 'beginning', '--no-follow', '--json'], env);
        const found = tail.stdout
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as { data: { id: string; kind: string; revision: number } });
        return found.length >= 4 && found;
      },
      { timeoutMs: 30_000 },
    );
    expect(changes.filter(({ data }) => data.id === ferry.id).map(({ data }) => [data.kind, data.revision])).toEqual([
      ['created', 1],
      ['revised', 2],
    ]);
    expect(changes).toHaveLength(4);
  });

  test('every metric of every service has its line in docs/operators/metrics.md', async () => {
    const page = await readFile(join(WORKSPACE, 'docs/operators/metrics.md'), 'utf8');
    for (const { name: service, url } of services) {
      const told = await (await fetch(`${url}/metrics`)).text();
      const names = [...told.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name!);
      expect(names.length).toBeGreaterThan(20);
      expect({ service, missing: names.filter((name) => !page.includes(`\`${name}\``)) }).toEqual({
        service,
        missing: [],
      });
    }
  });

  test('SIGTERM ends every service with exit code 0', async () => {
    for (const service of services) expect([service.name, await service.stop()]).toEqual([service.name, 0]);
  });

  // a service that has stopped has sent what it had
  if (tracesWanted) {
    test('one trace leads from the poll and its fetch to the stored row and its announcement', () => {
      const changes = collector.spans.filter(({ name }) => name === 'send news.changes.v1');
      expect(changes).toHaveLength(4);
      for (const change of changes) {
        const trace = collector.spans.filter(({ traceId }) => traceId === change.traceId);
        const path: CollectedSpan[] = [];
        for (let at: CollectedSpan | undefined = change; at !== undefined;) {
          path.unshift(at);
          const { parentSpanId }: CollectedSpan = at;
          at = trace.find(({ spanId }) => spanId === parentSpanId);
        }
        expect(path.map(({ service, name }) => [service, name])).toEqual([
          ['khabar-fetcher', 'poll feed'],
          ['khabar-fetcher', 'send news.raw.v1'],
          ['khabar-parser', 'process news.raw.v1'],
          ['khabar-parser', 'send news.articles.v1'],
          ['khabar-store', 'process news.articles.v1'],
          ['khabar-store', 'send news.changes.v1'],
        ]);
        const [poll, , parsing] = path as [CollectedSpan, CollectedSpan, CollectedSpan];
        expect(poll.parentSpanId).toBe('');
        const children = (of: CollectedSpan) => trace.filter(({ parentSpanId }) => parentSpanId === of.spanId);
        expect(children(poll).filter(({ name }) => name === 'GET')).toMatchObject([
          { attributes: { 'url.full': feed } },
        ]);
        expect(children(parsing).filter(({ name }) => name === 'extract')).toHaveLength(1);
        expect(change.attributes).toMatchObject({ 'messaging.system': 'kafka', 'messaging.operation.name': 'send' });
      }
    });
  } else {
    test('no trace is sent, for nobody asked for one', () => {
      expect(collector.spans).toEqual([]);
    });
  }
}

describe('a feed, with the bus in Postgres', () => {
  pipeline(async () => null, false);
});

// a broker of its own, for the topics' names are fixed
describeKafka('a feed, with three processes on Kafka', () => {
  pipeline(() => startOwnKafka(), true);
});
