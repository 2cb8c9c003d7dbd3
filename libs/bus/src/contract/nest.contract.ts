import 'reflect-metadata';
import { Catch, Controller, Inject, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { EventPattern, MessagePattern, type MicroserviceOptions, Payload } from '@nestjs/microservices';
import { KhabarError, deadLetterTopic, fromDeadLetterHeaders } from '@khabar/contracts';
import { eventually } from '@khabar/testing';
import { type Observable, throwError } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Batch, Outcome } from '../handling.ts';
import { BusServer } from '../bus-server.ts';
import { type Connection, Workbench, lagOf, nameOf, rawEvent, rawEvents, readAll } from './workbench.contract.ts';

type RawBatch = Batch<'news.raw.v1'>;
type Handle = (batch: RawBatch) => Promise<readonly Outcome[] | void>;

class RethrowingFilter {
  catch(error: unknown): Observable<never> {
    return throwError(() => error);
  }
}
Catch()(RethrowingFilter);

/** A Nest application whose controllers handle the patterns given, each by the one handler. */
async function startApp(
  server: BusServer,
  patterns: readonly string[],
  handle: Handle,
  { pattern = EventPattern, filters = [new RethrowingFilter()] } = {},
) {
  const controllers = patterns.map((name) => {
    class RawConsumer {
      readonly #handle: Handle;
      constructor(given: Handle) {
        this.#handle = given;
      }
      onBatch(batch: RawBatch) {
        return this.#handle(batch);
      }
    }
    Inject('HANDLE')(RawConsumer, undefined, 0);
    Payload()(RawConsumer.prototype, 'onBatch', 0);
    pattern(name)(RawConsumer.prototype, 'onBatch', Object.getOwnPropertyDescriptor(RawConsumer.prototype, 'onBatch')!);
    Controller()(RawConsumer);
    return RawConsumer;
  });
  class AppModule {}
  Module({ controllers, providers: [{ provide: 'HANDLE', useValue: handle }] })(AppModule);
  const app = await NestFactory.create(AppModule, new FastifyAdapter(), { logger: false });
  app.useGlobalFilters(...filters);
  app.connectMicroservice<MicroserviceOptions>({ strategy: server }, { inheritAppConfig: true });
  try {
    await app.init();
    await app.startAllMicroservices();
  } catch (error) {
    await app.close();
    throw error;
  }
  return app;
}

export function nestContract(connect: () => Connection): void {
  describe('in Nest', () => {
    it('hands the batch to its handler as it is, and commits when that has returned', async () => {
      await using bench = new Workbench(connect());
      const bus = await bench.ready();
      const server = new BusServer(bus, { group: bench.group, topics: [bench.raw] });
      const batches: RawBatch[] = [];
      const app = await startApp(server, [bench.raw.name], async (batch) => void batches.push(batch));
      const events = rawEvents(20);
      await bus.publish(events);
      await eventually(async () => (await lagOf(bus, bench.group, bench.raw)) === 0n);
      const received = batches.flatMap((batch) => batch.events);
      expect(received).toHaveLength(20);
      expect(received[0]!.event).toEqual(events.find(({ id }) => id === received[0]!.event.id));
      expect(batches[0]!.signal).toBeInstanceOf(AbortSignal);
      expect(typeof received[0]!.offset).toBe('bigint');
      await app.close();
    });

    it("lets the handler's outcomes and errors through as they are", async () => {
      await using bench = new Workbench(connect(), 1);
      const bus = await bench.ready();
      const server = new BusServer(bus, { group: bench.group, topics: [bench.raw] });
      const app = await startApp(server, [bench.raw.name], async (batch) => {
        if (batch.events.some(({ event }) => nameOf(event) === 'throws')) throw new KhabarError('thrown', 'It threw');
        return batch.events.map(({ event }) =>
          nameOf(event) === 'tells' ? new KhabarError('told', 'It told') : ('done' as const),
        );
      });
      await bus.publish([rawEvent('good'), rawEvent('throws'), rawEvent('tells')]);
      await eventually(async () => (await lagOf(bus, bench.group, bench.raw)) === 0n);
      const letters = await readAll(bus, deadLetterTopic(bench.raw));
      const codes = letters.map(({ headers }) => fromDeadLetterHeaders(headers)!);
      expect(codes.map(({ code, message, attempts }) => [code, message, attempts]).sort()).toEqual([
        ['thrown', 'It threw', 1],
        ['told', 'It told', 1],
      ]);
      await app.close();
    });

    it('gives nothing up when the application hides what its handlers throw', async () => {
      await using bench = new Workbench(connect(), 1);
      const hidden = Promise.withResolvers<unknown>();
      const bus = await bench.ready({}, { disturbed: (_what, error) => hidden.resolve(error) });
      await bus.publish([rawEvent('throws')]);
      const server = new BusServer(bus, { group: bench.group, topics: [bench.raw] });
      const handle = async () => {
        throw new KhabarError('thrown', 'It threw');
      };
      const app = await startApp(server, [bench.raw.name], handle, { filters: [] });
      expect(await hidden.promise).toMatchObject({ code: 'hidden-error', dependency: true });
      await app.close();
      expect(await readAll(bus, deadLetterTopic(bench.raw))).toEqual([]);
    });

    it('finishes the batch at hand when the application closes', async () => {
      await using bench = new Workbench(connect(), 1);
      const bus = await bench.ready();
      await bus.publish(rawEvents(3));
      const server = new BusServer(bus, { group: bench.group, topics: [bench.raw] });
      const [gate, entered] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      const app = await startApp(server, [bench.raw.name], async () => {
        entered.resolve();
        await gate.promise;
      });
      await entered.promise;
      const closing = app.close();
      gate.resolve();
      await closing;
      expect(await lagOf(bus, bench.group, bench.raw)).toBe(0n);
    });

    const nothing = async () => undefined;
    it.each([
      ['a topic without handler', (name: string) => [name].slice(1), EventPattern],
      ['a topic with two handlers', (name: string) => [name, name], EventPattern],
      ['a handler without topic', (name: string) => [name, 'news.unheard-of.v1'], EventPattern],
      ['a handler that would have to answer', (name: string) => [name], MessagePattern],
    ])('refuses to start with %s', async (_, patterns, decorator) => {
      await using bench = new Workbench(connect());
      const bus = await bench.ready();
      const server = new BusServer(bus, { group: bench.group, topics: [bench.raw] });
      const starting = startApp(server, patterns(bench.raw.name), nothing, { pattern: decorator });
      await expect(starting).rejects.toMatchObject({ code: 'wrong-handlers' });
      expect(await bus.groups([bench.group], [bench.raw.name])).toEqual([]);
    });
  });
}
