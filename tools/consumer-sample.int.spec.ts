import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openBus } from '@khabar/bus';
import { ARTICLES, articleEvent, articleExample, encodeEvent } from '@khabar/contracts';
import {
  KafkaMissing,
  PythonMissing,
  type StartedProcess,
  describeKafka,
  eventually,
  kafkaTool,
  pythonWith,
  startProcess,
  uniqueName,
} from '@khabar/testing';
import { Kafka, logLevel } from 'kafkajs';
import { expect, it } from 'vitest';

const DOCS = fileURLToPath(new URL('../docs/consumers/', import.meta.url));

/** An event of one article, so that all are in one partition, told by its title. */
function titled(title: string) {
  return articleEvent({ ...articleExample, title }, uniqueName('raw-event'));
}

/** Starts one of the consumers in a folder of its own, where it writes. */
type Start = (env: NodeJS.ProcessEnv, folder: string) => Promise<StartedProcess>;

/**
 * What the page promises of each: it begins where it is told, shows an event once however often it is on the topic, shows nothing of
 * a transaction that was aborted, and when it is told to stop it has committed what it has shown. What writes lines begins with one that was
 * cut short, and leaves whole ones.
 */
async function tryConsumer(
  brokers: string[],
  start: Start,
  stop: (running: StartedProcess) => void,
  { writesLines }: { writesLines: boolean },
): Promise<void> {
  const topic = { ...ARTICLES, name: uniqueName('articles'), partitions: 3 };
  const group = uniqueName('newsroom');
  await using bus = await openBus({
    service: 'test',
    version: '0.0.0',
    kafkaBrokers: brokers,
    databaseUrl: null,
    maxAttempts: 1,
    retryBaseMs: 1,
    retryMaxMs: 1,
    batchMaxEvents: 10,
    batchMaxBytes: 1024,
    lingerMs: 0,
    transactions: false,
    maxBytesInFlight: 32 * 1024 * 1024,
    topics: [topic],
  });
  await bus.ensureTopics([topic]);
  await bus.groups([group], [topic.name]); // once it answers, the cluster can have groups
  await bus.publish([titled('<too old>')]);
  const since = Date.now() + 1;
  await eventually(() => Date.now() > since);
  const first = titled('<first>');
  await bus.publish([first]);
  await bus.publish([first]);
  await publishAborted(brokers, topic.name, titled('<aborted>'));
  await bus.publish([titled('<last>')]);

  const folder = await mkdtemp(join(tmpdir(), 'khabar-consumer-'));
  try {
    const settings = { GROUP: group, TOPIC: topic.name, SINCE: new Date(since).toISOString() };
    const output = join(folder, 'out.jsonl');
    const env = { ...process.env, KAFKA_BROKERS: brokers.join(','), ...settings, OUTPUT: output };
    if (writesLines) await writeFile(output, '{"ce_id":"earlier"}\n{"ce_id":"torn","title":"Ré');
    await using running = await start(env, folder);
    await running.waitForLine(/<last>/);
    await bus.publish([titled('<live>')]);
    await running.waitForLine(/<live>/);
    expect(running.stdout.match(/<(?:too old|first|aborted|last|live)>/g)).toEqual(['<first>', '<last>', '<live>']);
    stop(running);
    await running.ended;
    if (writesLines) {
      const lines = (await readFile(output, 'utf8')).trimEnd().split('\n');
      const written = lines.map((line) => JSON.parse(line) as { ce_id: string; title?: string });
      expect(written.map(({ title }) => title)).toEqual([undefined, '<first>', '<last>', '<live>']);
      expect(written.map(({ ce_id }) => ce_id).slice(0, 2)).toEqual(['earlier', first.id]);
    }
    const { partitions } = (await bus.topics())[0]!;
    expect(partitions.reduce((sum, { endOffset }) => sum + endOffset, 0n)).toBe(7n); // six events and the mark of the transaction
    expect(await bus.groups([group], [topic.name])).toMatchObject([{ members: 0, lag: 0n }]);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function publishAborted(brokers: string[], topic: string, event: ReturnType<typeof titled>): Promise<void> {
  const kafka = new Kafka({ brokers, logLevel: logLevel.NOTHING });
  const producer = kafka.producer({ transactionalId: uniqueName('aborted'), idempotent: true, maxInFlightRequests: 1 });
  await producer.connect();
  const transaction = await producer.transaction();
  await transaction.send({ topic, messages: [{ key: event.subject, ...encodeEvent(event) }] });
  await transaction.abort();
  await producer.disconnect();
}

describeKafka('the consumers in docs/consumers', (brokers) => {
  it('read-articles.ts does what the page says', async () => {
    const start: Start = (env) => startProcess(process.execPath, [join(DOCS, 'read-articles.ts')], { env });
    await tryConsumer(brokers, start, (running) => void running.signal('SIGTERM'), { writesLines: true });
  });

  it('read_articles.py does what the page says', async ({ skip }) => {
    const python = await pythonWith(join(DOCS, 'requirements.txt')).catch(missing(PythonMissing));
    if (typeof python !== 'string') return skip(python.message);
    const start: Start = (env) => startProcess(python, [join(DOCS, 'read_articles.py')], { env });
    await tryConsumer(brokers, start, (running) => void running.signal('SIGINT'), { writesLines: true });
  });

  it("Kafka's console consumer does what the page says", async ({ skip }) => {
    const tools = await findTools().catch(missing(KafkaMissing));
    if (tools instanceof KafkaMissing) return skip(tools.message);
    const page = await readFile(join(DOCS, 'README.md'), 'utf8');
    const commands = [...page.matchAll(/^```sh\n(kafka-.*?)^```/gms)].map(([, command]) => command!);
    expect(commands).toHaveLength(2);
    const start: Start = async (env, folder) => {
      for (const { name, script } of tools) await writeFile(join(folder, name), script, { mode: 0o755 });
      const PATH = `${folder}${delimiter}${env['PATH']}`;
      return startProcess('sh', ['-ec', commands.join('\n')], { env: { ...env, PATH } });
    };
    await tryConsumer(brokers, start, (running) => void running.signalGroup('SIGINT'), { writesLines: false });
  });
});

/** The scripts of Kafka's distribution that the page speaks of. */
async function findTools(): Promise<{ name: string; script: string }[]> {
  const tools = {
    'kafka-consumer-groups.sh': 'org.apache.kafka.tools.consumer.group.ConsumerGroupCommand',
    'kafka-console-consumer.sh': 'org.apache.kafka.tools.consumer.ConsoleConsumer',
  };
  const scripts = Object.entries(tools).map(async ([name, mainClass]) => {
    const command = (await kafkaTool(mainClass, () => undefined)).map((part) => `'${part}'`);
    return { name, script: `#!/bin/sh\nexec ${command.join(' ')} "$@"\n` };
  });
  return Promise.all(scripts);
}

/** Turns one kind of error into a value, and lets others through. */
function missing<E extends Error>(kind: new (message?: string) => E): (error: unknown) => E {
  return (error) => {
    if (error instanceof kind) return error;
    throw error;
  };
}
