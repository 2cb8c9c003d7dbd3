import {
  type CloudEvent,
  type DeadLetterReason,
  KhabarError,
  articleChangeEvent,
  articleChangeExample,
  deadLetterTopic,
  encodeEvent,
  fromDeadLetterHeaders,
} from '@khabar/contracts';
import { eventually } from '@khabar/testing';
import { describe, expect, it } from 'vitest';
import type { ContractFeatures } from '../bus.contract.ts';
import type { Batch } from '../handling.ts';
import type { BusListener } from '../settings.ts';
import {
  Workbench,
  type Connection,
  lagOf,
  nameOf,
  namesOf,
  rawEvent,
  rawEvents,
  readAll,
  remember,
} from './workbench.contract.ts';

const flaky = () => new KhabarError('flaky', 'May pass', { retriable: true });

export function failingContract(connect: () => Connection, features: ContractFeatures): void {
  describe('failing', () => {
    it('tries the events of a batch that threw one by one, so that one cannot take its neighbours along', async () => {
      await using bench = new Workbench(connect(), 1);
      const letters: [string, DeadLetterReason][] = [];
      const bus = await bench.ready({}, { deadLettered: (_topic, subject, reason) => letters.push([subject, reason]) });
      const bad = rawEvent('article-bad');
      await bus.publish([...rawEvents(5), bad, ...rawEvents(5, 'later-')]);
      const attempts: number[] = [];
      const done: string[] = [];
      await bus.subscribe({
        topic: bench.raw,
        group: bench.group,
        handle: async (batch: Batch<'news.raw.v1'>) => {
          const found = batch.events.find(({ key }) => key === bad.subject);
          if (found && batch.events.length === 1) attempts.push(found.attempt);
          if (found) throw new Error('What is this?');
          done.push(...namesOf(batch));
        },
      });
      await eventually(() => letters.length > 0);

      expect(attempts).toEqual([1, 2, 3]);
      expect(done.toSorted()).toEqual([...rawEvents(5), ...rawEvents(5, 'later-')].map(nameOf).toSorted());
      const [letter] = await readAll(bus, deadLetterTopic(bench.raw));
      const [original] = (await readAll(bus, bench.raw)).filter(({ key }) => key === bad.subject);
      expect(letter!.value!.equals(original!.value!)).toBe(true);
      expect(letter!.key).toBe(original!.key);
      expect(letter!.headers).toMatchObject(original!.headers);
      const origin = { topic: bench.raw.name, partition: 0, offset: String(original!.offset) };
      const reason = fromDeadLetterHeaders(letter!.headers)!;
      expect(reason).toMatchObject({ code: 'unexpected', message: 'What is this?', attempts: 3, origin });
      expect(reason).toMatchObject({ service: 'contract', version: '1.2.3' });
      expect(reason.firstAt <= reason.lastAt).toBe(true);
      expect(letters).toEqual([[bad.subject, reason]]);
      await eventually(async () => (await lagOf(bus, bench.group, bench.raw)) === 0n);
    });

    it('takes the outcome of each event as it is told: done, tried again, or a dead letter at once', async () => {
      await using bench = new Workbench(connect(), 1);
      const retrying: unknown[] = [];
      const bus = await bench.ready(
        {},
        { retrying: (_topic, _partition, subject, attempt) => retrying.push([subject, attempt]) },
      );
      await bus.publish(['good', 'passes', 'hopeless', 'good-too'].map((name) => rawEvent(name)));
      const tries: string[] = [];
      await bus.subscribe({
        topic: bench.raw,
        group: bench.group,
        handle: async (batch: Batch<'news.raw.v1'>) =>
          batch.events.map(({ event, attempt }) => {
            tries.push(`${nameOf(event)} ${attempt}`);
            if (nameOf(event) === 'hopeless') return new KhabarError('no-title', 'No title');
            return nameOf(event) === 'passes' && attempt === 1 ? flaky() : 'done';
          }),
      });
      await eventually(async () => (await lagOf(bus, bench.group, bench.raw)) === 0n);
      expect(tries).toEqual(['good 1', 'passes 1', 'hopeless 1', 'good-too 1', 'passes 2']);
      expect(retrying).toEqual([[rawEvent('passes').subject, 1]]);
      const letters = await readAll(bus, deadLetterTopic(bench.raw));
      expect(letters.map(({ key }) => key)).toEqual([rawEvent('hopeless').subject]);
      expect(fromDeadLetterHeaders(letters[0]!.headers)).toMatchObject({ code: 'no-title', attempts: 1 });
    });

    it('holds back later events of a key that waits, and no others', async () => {
      await using bench = new Workbench(connect(), 1);
      const bus = await bench.ready({ batchMaxEvents: 100 });
      const gate = Promise.withResolvers<void>();
      await bus.publish([
        rawEvent('waits', 'first'),
        rawEvent('other', 'first'),
        rawEvent('waits', 'second'),
        rawEvent('other', 'second'),
      ]);
      const done: string[] = [];
      let open = false;
      void gate.promise.then(() => (open = true));
      await bus.subscribe({
        topic: bench.raw,
        group: bench.group,
        handle: async (batch: Batch<'news.raw.v1'>) => {
          // told one by one, as a handler of singles would
          if (batch.events.length > 1) throw new Error('One at a time');
          const [{ event }] = batch.events as [Batch<'news.raw.v1'>['events'][number]];
          if (!open && event.data.body === 'first' && nameOf(event) === 'waits') {
            return [new KhabarError('away', 'Not yet', { dependency: true })];
          }
          done.push(`${nameOf(event)} ${event.data.body}`);
          return ['done' as const];
        },
      });
      await eventually(() => done.length === 2);
      expect(done).toEqual(['other first', 'other second']);
      expect(await lagOf(bus, bench.group, bench.raw)).toBe(4n);
      gate.resolve();
      await eventually(() => done.length === 4);
      expect(done.slice(2)).toEqual(['waits first', 'waits second']);
      await eventually(async () => (await lagOf(bus, bench.group, bench.raw)) === 0n);
    });

    it('goes on with other keys for longer than a batch while an event waits, and commits no further than that', async () => {
      await using bench = new Workbench(connect(), 1);
      const bus = await bench.ready({ batchMaxEvents: 5 });
      await bus.publish([rawEvent('waits', 'first'), ...rawEvents(30), rawEvent('waits', 'second')]);
      let open = false;
      const done: string[] = [];
      await bus.subscribe({
        topic: bench.raw,
        group: bench.group,
        handle: async (batch: Batch<'news.raw.v1'>) =>
          batch.events.map(({ event }) => {
            if (!open && nameOf(event) === 'waits') return new KhabarError('away', 'Not yet', { dependency: true });
            done.push(event.data.body!);
            return 'done' as const;
          }),
      });
      await eventually(() => done.length === 30);
      await bus.publish(rawEvents(10, 'later-'));
      await eventually(() => done.length === 40);
      expect(await lagOf(bus, bench.group, bench.raw)).toBe(42n);
      open = true;
      await eventually(async () => (await lagOf(bus, bench.group, bench.raw)) === 0n);
      expect(done.slice(40)).toEqual(['first', 'second']);
    });

    it('commits nothing past the first event that is not done', async () => {
      await using bench = new Workbench(connect(), 1);
      const bus = await bench.ready();
      await bus.publish(rawEvents(10));
      const handle = async (batch: Batch<'news.raw.v1'>) =>
        batch.events.map(({ event }) =>
          nameOf(event) === 'article-4' ? new KhabarError('away', 'Not yet', { dependency: true }) : ('done' as const),
        );
      const subscription = await bus.subscribe({ topic: bench.raw, group: bench.group, handle });
      await eventually(async () => (await lagOf(bus, bench.group, bench.raw)) === 6n);
      await subscription.close();
      expect(await lagOf(bus, bench.group, bench.raw)).toBe(6n);

      const seen = remember();
      await bus.subscribe({ topic: bench.raw, group: bench.group, handle: seen.handle });
      await eventually(() => seen.names.length > 0);
      expect(seen.names[0]).toBe('article-4');
      await eventually(async () => (await lagOf(bus, bench.group, bench.raw)) === 0n);
    });

    it('waits for a dependency that is away without costing an event a try', async () => {
      await using bench = new Workbench(connect(), 1);
      const disturbances: string[] = [];
      const bus = await bench.ready({}, { disturbed: (what) => disturbances.push(what) });
      await bus.publish(rawEvents(3));
      let away = 10;
      const attempts: number[][] = [];
      await bus.subscribe({
        topic: bench.raw,
        group: bench.group,
        handle: async (batch) => {
          attempts.push(batch.events.map(({ attempt }) => attempt));
          if (away-- > 0) throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
        },
      });
      await eventually(async () => (await lagOf(bus, bench.group, bench.raw)) === 0n);
      expect(attempts.flat().every((attempt) => attempt === 1)).toBe(true);
      expect(await readAll(bus, deadLetterTopic(bench.raw))).toEqual([]);
      expect(disturbances.length).toBeGreaterThanOrEqual(10);
    });

    it('makes what cannot be decoded a dead letter byte for byte, without the handler seeing it', async () => {
      await using bench = new Workbench(connect(), 1);
      const bus = await bench.ready();
      const driver = await bench.driver();
      const good = encodeEvent(rawEvent('good'));
      const record = { topic: bench.raw.name, key: 'key', headers: good.headers, value: good.value };
      const bad = [
        { code: 'not-a-cloud-event', ...record, headers: { some: 'header' } },
        { code: 'not-a-cloud-event', ...record, headers: { ...good.headers, ce_specversion: '0.3' } },
        { code: 'unknown-event-type', ...record, headers: { ...good.headers, ce_type: 'news.raw.v2' } },
        { code: 'unexpected-event-type', ...record, ...encodeEvent(articleChangeEvent(articleChangeExample)) },
        { code: 'malformed-json', ...record, value: Buffer.from('{"id":') },
        { code: 'malformed-json', ...record, value: Buffer.from([0xff, 0x00, 0xfe]) },
        { code: 'malformed-json', ...record, value: null },
        { code: 'invalid-event', ...record, value: Buffer.from('{}') },
      ];
      await driver.send([
        ...bad.map(({ code: _, ...rest }) => ({ ...rest, topic: bench.raw.name })),
        { ...record, key: 'good' },
      ]);
      const seen = remember();
      await bus.subscribe({ topic: bench.raw, group: bench.group, handle: seen.handle });
      await eventually(async () => (await lagOf(bus, bench.group, bench.raw)) === 0n);

      expect(seen.names).toEqual(['good']);
      const letters = await readAll(bus, deadLetterTopic(bench.raw));
      expect(letters).toHaveLength(bad.length);
      for (const [at, { code, headers, value }] of bad.entries()) {
        const letter = letters.find(({ headers: each }) => each['khabar-offset'] === String(at))!;
        expect(letter.headers).toMatchObject({ ...headers, 'khabar-code': code, 'khabar-attempts': '1' });
        expect(letter.value).toEqual(value);
        expect(letter.key).toBe('key');
      }
    });

    it('loses no dead letter that cannot be sent, and commits nothing before it is', async () => {
      await using bench = new Workbench(connect(), 1);
      const disturbed = Promise.withResolvers<void>();
      const listener: BusListener = { disturbed: () => disturbed.resolve() };
      const bus = await bench.bus({}, listener);
      await bus.ensureTopics([bench.raw]);
      await bus.publish(rawEvents(2));
      await bus.subscribe({
        topic: bench.raw,
        group: bench.group,
        handle: async (batch) => batch.events.map(() => new KhabarError('hopeless', 'No')),
      });
      await disturbed.promise;
      expect(await lagOf(bus, bench.group, bench.raw)).toBe(2n);
      await bus.ensureTopics([deadLetterTopic(bench.raw)]);
      await eventually(async () => (await lagOf(bus, bench.group, bench.raw)) === 0n);
      expect(new Set((await readAll(bus, deadLetterTopic(bench.raw))).map(({ key }) => key)).size).toBe(2);
    });

    it('publishes what came of the events of a batch before it commits, and makes a dead letter of the one whose output cannot be', async () => {
      await using bench = new Workbench(connect(), 1);
      const letters: [string, string][] = [];
      const bus = await bench.ready({}, { deadLettered: (_topic, subject, { code }) => letters.push([subject, code]) });
      await bus.ensureTopics([bench.changes]);
      await bus.publish(['good', 'too-large', 'invalid', 'nothing', 'good-too'].map((name) => rawEvent(name)));
      const idOf = (name: string) => rawEvent(name).data.id;
      const change = (id: string) => articleChangeEvent({ ...articleChangeExample, id });
      const outputs: Record<string, readonly CloudEvent[]> = {
        good: [change(idOf('0')), change(idOf('1'))],
        'too-large': [change(idOf('2')), rawEvent('huge', 'x'.repeat(bench.raw.maxMessageBytes))],
        invalid: [{ ...change(idOf('3')), data: {} } as unknown as CloudEvent],
        nothing: [],
        'good-too': [change(idOf('4'))],
      };
      await bus.subscribe({
        topic: bench.raw,
        group: bench.group,
        handle: async (batch: Batch<'news.raw.v1'>) =>
          batch.events.map(({ event }) => ({ publish: outputs[nameOf(event)]! })),
      });
      await eventually(async () => (await lagOf(bus, bench.group, bench.raw)) === 0n);
      expect((await readAll(bus, bench.changes)).map(({ key }) => key)).toEqual(['0', '1', '4'].map(idOf));
      expect(letters.toSorted()).toEqual(
        [
          [rawEvent('too-large').subject, 'record-too-large'],
          [rawEvent('invalid').subject, 'invalid-event'],
        ].toSorted(),
      );
    });

    it('takes a handler that does not tell every outcome as one that threw', async () => {
      await using bench = new Workbench(connect(), 1);
      const bus = await bench.ready();
      await bus.publish(rawEvents(3));
      const sizes: number[] = [];
      await bus.subscribe({
        topic: bench.raw,
        group: bench.group,
        handle: async (batch) => {
          sizes.push(batch.events.length);
          return ['done' as const];
        },
      });
      await eventually(async () => (await lagOf(bus, bench.group, bench.raw)) === 0n);
      expect(sizes).toEqual([3, 1, 1, 1]);
    });

    if (features.foreignRecords) {
      it('keeps keys and headers that are no text as they came', async () => {
        await using bench = new Workbench(connect(), 1);
        const bus = await bench.ready();
        const driver = await bench.driver();
        const bytes = Buffer.from([0xff, 0xfe, 0x00]);
        const foreign = { key: bytes, headers: { odd: [bytes], twice: [Buffer.from('a'), bytes] } };
        const value = Buffer.from('rubbish');
        await driver.send([
          { topic: bench.raw.name, key: 'text', headers: { plain: 'ख़बर' }, value, foreign },
          { topic: bench.raw.name, key: null, headers: {}, value },
        ]);
        await bus.subscribe({ topic: bench.raw, group: bench.group, handle: remember().handle });
        await eventually(async () => (await lagOf(bus, bench.group, bench.raw)) === 0n);

        const letters = await readAll(bus, deadLetterTopic(bench.raw));
        expect(letters).toContainEqual(expect.objectContaining({ foreign, value }));
        expect(letters).toContainEqual(expect.objectContaining({ key: null, value }));
      });
    }
  });
}
