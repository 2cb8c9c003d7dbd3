import { once } from 'node:events';
import { join } from 'node:path';
import { VERSION, createLogger, endProcessAfter, processConfig } from '@khabar/runtime';
import { toKhabarError } from '@khabar/contracts';
import { standaloneSettings, type StandaloneConfig } from './config.ts';
import { type GuardedPostgres, guardPostgres } from './guarded-postgres.ts';
import { awaitSeeds } from './seeds.ts';
import { startStandalone, type Standalone } from './standalone.ts';
import { loggedVoice, terminalVoice, type Voice } from './voice.ts';

const STOP_SLACK_MS = 1_500;

/** `npm start -- --database`: no services. */
const DATABASE_ONLY = process.argv.includes('--database');

const config = processConfig('Khabar', standaloneSettings);
if (config) await run(config);

async function run(config: StandaloneConfig): Promise<void> {
  const onTerminal = config.LOG_FORMAT === 'pretty' || (config.LOG_FORMAT === 'auto' && process.stdout.isTTY === true);
  const voice = onTerminal
    ? terminalVoice(process.stdout)
    : loggedVoice(createLogger({ name: 'khabar', level: config.LOG_LEVEL, format: config.LOG_FORMAT }));
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());
  try {
    voice.step(`Khabar ${VERSION} is starting …`);
    await using running = DATABASE_ONLY
      ? await startDatabase(config, voice)
      : await startAll(config, voice, onTerminal, stop.signal);
    await Promise.race([stop.signal.aborted || once(stop.signal, 'abort'), running.broken]);
    voice.step('stopping …');
    endProcessAfter(config.SHUTDOWN_TIMEOUT + STOP_SLACK_MS, (message) => voice.fail(message));
  } catch (error) {
    if (!stop.signal.aborted) {
      voice.fail(toKhabarError(error).message);
      process.exitCode = 1;
      endProcessAfter(config.SHUTDOWN_TIMEOUT + STOP_SLACK_MS, (message) => voice.fail(message));
      return;
    }
  }
  voice.done('stopped', 'nothing is left running; your articles are kept');
}

async function startAll(
  config: StandaloneConfig,
  voice: Voice,
  quietServices: boolean,
  signal: AbortSignal,
): Promise<Standalone> {
  await using stack = new AsyncDisposableStack();
  const distDir = join(import.meta.dirname, '..');
  const standalone = stack.use(await startStandalone(config, { distDir, quietServices, voice, signal }));
  await welcome(standalone, config, voice, signal);
  stack.move();
  return standalone;
}

async function startDatabase(config: StandaloneConfig, voice: Voice): Promise<GuardedPostgres> {
  const postgres = await guardPostgres(config, voice);
  voice.hints('The database runs alone, for work on it while the services are stopped.', [
    ['back up', 'npx khabar backup'],
    ['move', 'npx khabar bus export --to broker:9092   (the bus to Kafka)'],
    ['stop', 'Ctrl-C'],
  ]);
  return postgres;
}

async function welcome(running: Standalone, config: StandaloneConfig, voice: Voice, stop: AbortSignal): Promise<void> {
  const stored = await awaitSeeds(running.urls.store, config.SEED_FOLDERS, voice, stop);
  if (stop.aborted) return;
  voice.done('articles', `${stored} stored; ${config.SEED_FOLDERS.join(', ') || 'no folder'} is watched for more`);
  voice.hints('Khabar is ready.', [
    ['API', `${running.urls.store}/api/v1/articles   (OpenAPI: ${running.urls.store}/api/openapi.json)`],
    ['sources', `${running.urls.fetcher}/api/v1/sources`],
    ['try', `curl -s '${running.urls.store}/api/v1/articles?q=पुतिन'`],
    ['add feeds', 'npx khabar sources add https://example.org/feed.xml'],
    ['', 'npx khabar sources import seeds/newsrooms.opml'],
    ['stop', 'Ctrl-C'],
  ]);
}
