import { connect } from 'node:net';
import { type Batch, Bus } from '@khabar/bus';
import { KhabarError, RAW_ARTICLES, compileValidator, rawArticleEvent, rawArticleExample } from '@khabar/contracts';
import { createTestDatabase, eventually, freePort, type TestDatabase } from '@khabar/testing';
import { Body, Controller, Get, Inject, Module, Param, Post } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { Type } from 'typebox';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commonSettings } from './common-settings.ts';
import { type ConfigOf, readConfig } from './config.ts';
import { HealthRegistry } from './health.ts';
import { createLogger } from './logger.ts';
import { problem, readBody } from './problem-details.ts';
import { type RunningService, type ServiceDefinition, startService } from './run-service.ts';

const settings = commonSettings(3001);
const greeting = compileValidator('greeting', Type.Object({ name: Type.String({ minLength: 1 }) }));
const heard: string[] = [];

@Controller('things')
class ThingsController {
  @Get(':id')
  read(@Param('id') id: string): { id: string } {
    if (id === 'missing') throw problem(404, 'no-such-thing', 'There is no thing of this id');
    if (id === 'away') throw new KhabarError('database-unavailable', 'Postgres is away', { dependency: true });
    if (id === 'wrong') throw new KhabarError('thing-unfit', 'The thing does not fit');
    if (id === 'secret') throw new Error('password is hunter2');
    return { id };
  }

  @Post()
  write(@Body() body: unknown): { hello: string } {
    return { hello: readBody(greeting, body).name };
  }
}

@Controller()
class ThingsConsumer {
  @EventPattern(RAW_ARTICLES.name)
  async hear(@Payload() batch: Batch<'news.raw.v1'>): Promise<void> {
    for (const { event } of batch.events) heard.push(event.data.id);
  }
}

@Module({ controllers: [ThingsController, ThingsConsumer] })
class ThingsModule {
  constructor(@Inject(HealthRegistry) health: HealthRegistry) {
    health.add('thing', async () => ({ up: !broken, detail: broken ? 'it is broken' : 'it works' }));
  }
}

let broken = false;

const definition: ServiceDefinition<typeof settings> = {
  name: 'things',
  module: ThingsModule,
  settings,
  consumes: { group: 'things', topics: [RAW_ARTICLES] },
  api: { title: 'Things', description: 'A service of the tests.' },
};

async function start(env: NodeJS.ProcessEnv): Promise<RunningService> {
  const config: ConfigOf<typeof settings> = readConfig(settings, { HTTP_PORT: String(await freePort()), ...env });
  return startService(definition, config, createLogger({ name: 'things', level: 'silent', format: 'json' }));
}

describe('a running service', () => {
  let database: TestDatabase;
  let service: RunningService;

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await start({
      DATABASE_URL: database.url,
      TOPIC_PARTITIONS: '3',
      RAW_RETENTION: '36h',
      RAW_MAX_BYTES: '2MiB',
    });
  });
  afterAll(async () => {
    await service?.close();
    await database?.drop();
  });

  const get = (path: string) => fetch(service.url + path);
  const post = (headers: Record<string, string> = {}, body: unknown = { name: 'world' }) =>
    fetch(`${service.url}/things`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });

  test('is alive and ready, and names each dependency', async () => {
    expect((await get('/health/live')).status).toBe(200);
    const ready = await get('/health/ready');
    expect(ready.status).toBe(200);
    expect(await ready.json()).toMatchObject({
      status: 'ok',
      details: { service: { status: 'up' }, bus: { status: 'up' }, thing: { status: 'up', detail: 'it works' } },
    });
  });

  test('is alive but not ready while a dependency is down', async () => {
    broken = true;
    const ready = await get('/health/ready');
    broken = false;
    expect(ready.status).toBe(503);
    expect(ready.headers.get('content-type')).toMatch(/^application\/json/);
    expect(await ready.json()).toMatchObject({
      status: 'error',
      error: { thing: { status: 'down', detail: 'it is broken' } },
    });
    expect((await get('/health/live')).status).toBe(200);
  });

  test('hands events of its topics to its handler, and counts them', async () => {
    await service.app.get(Bus).publish([rawArticleEvent(rawArticleExample)]);
    await eventually(() => heard.includes(rawArticleExample.id));
    await eventually(async () =>
      /khabar_bus_consumed_total\{topic="news.raw.v1",partition="\d+",service="things"\} 1/.test(
        await (await get('/metrics')).text(),
      ),
    );
  });

  test('creates its topics as the settings have them, and refuses what is larger', async () => {
    const bus = service.app.get(Bus);
    const topics = new Map((await bus.topics()).map((topic) => [topic.name, topic]));
    expect(topics.size).toBe(6);
    const { partitions, retentionMs, maxMessageBytes } = topics.get(RAW_ARTICLES.name)!;
    expect([partitions.length, retentionMs, maxMessageBytes]).toEqual([3, 36 * 3_600_000, 2 * 1024 ** 2]);
    const large = { ...rawArticleExample, body: 'x'.repeat(3 * 1024 ** 2) };
    await expect(bus.publish([rawArticleEvent(large)])).rejects.toMatchObject({ code: 'record-too-large' });
  });

  test('serves its API as an OpenAPI 3.1 document', async () => {
    const document = (await (await get('/api/openapi.json')).json()) as { openapi: string; paths: object };
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.paths)).toEqual(['/things/{id}', '/things']);
  });

  test.each([
    ['/things/missing', 404, 'no-such-thing'],
    ['/things/wrong', 422, 'thing-unfit'],
    ['/things/away', 503, 'database-unavailable'],
    ['/nowhere', 404, 'not-found'],
    ['/things/%E0%A4%A', 400, 'bad-request'],
  ])('answers %s with problem details of status %i and code %s', async (path, status, code) => {
    const response = await get(path);
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(await response.json()).toMatchObject({
      type: 'about:blank',
      status,
      code,
      instance: path,
      detail: expect.any(String),
    });
  });

  test('answers an address in letters of any script, as people type it', async () => {
    const { port } = new URL(service.url);
    const socket = connect(Number(port), '127.0.0.1');
    socket.end(`GET /things/पुतिन%20x HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    let answer = '';
    for await (const chunk of socket.setEncoding('utf8')) answer += String(chunk);
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(answer).toContain('{"id":"पुतिन x"}');
  });

  test('shows nothing of an error that was not foreseen', async () => {
    const response = await get('/things/secret');
    expect(response.status).toBe(500);
    const body = await response.text();
    expect(JSON.parse(body)).toMatchObject({ code: 'unexpected', status: 500 });
    expect(body).not.toContain('hunter2');
  });

  test('names the faults of a body that does not fit', async () => {
    const response = await post({}, { name: '' });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'invalid-body', detail: expect.stringContaining('/name') });
  });

  test('a body that is no JSON is a problem of the client', async () => {
    const response = await fetch(`${service.url}/things`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{',
    });
    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  });

  test('without a key takes writes from this machine, and none that a foreign page causes', async () => {
    expect((await post()).status).toBe(201);
    expect((await post({ origin: 'http://localhost:5173' })).status).toBe(201);
    expect((await post({ origin: 'https://evil.example' })).status).toBe(403);
    expect((await post({ origin: 'null' })).status).toBe(403);
  });

  test('listening beyond loopback without a key it takes no write of a page under any name (DNS rebinding)', async () => {
    await using open = await start({
      DATABASE_URL: database.url,
      HTTP_HOST: '0.0.0.0',
      ALLOW_ANONYMOUS_WRITES: 'true',
    });
    const write = (headers: Record<string, string>) =>
      open.app.inject({ method: 'POST', url: '/things', headers, payload: { name: 'world' } });
    expect((await write({ host: 'evil.example:3001', origin: 'http://evil.example:3001' })).statusCode).toBe(403);
    expect((await write({ host: 'khabar.internal:3001' })).statusCode).toBe(201);
  });

  test('without a key refuses a write under a foreign Host, as DNS rebinding makes it', async () => {
    const response = await service.app.inject({
      method: 'POST',
      url: '/things',
      headers: { host: 'evil.example:3001' },
      payload: { name: 'world' },
    });
    expect(response.statusCode).toBe(403);
    expect(response.json()).toMatchObject({ code: 'foreign-origin' });
  });

  test('with a key asks for it on writes only', async () => {
    await using guarded = await start({ DATABASE_URL: database.url, API_KEY: 'a-key-of-some-length' });
    const write = (headers: Record<string, string>) =>
      fetch(`${guarded.url}/things`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: '{"name":"world"}',
      });
    expect((await fetch(`${guarded.url}/things/1`)).status).toBe(200);
    expect((await write({})).status).toBe(401);
    expect((await write({ 'x-api-key': 'another-key-of-length' })).status).toBe(401);
    expect((await write({ 'x-api-key': 'a-key-of-some-length' })).status).toBe(201);
  });
});
