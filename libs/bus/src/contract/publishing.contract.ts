import { randomBytes } from 'node:crypto';
import { articleChangeEvent, articleChangeExample, deadLetterTopic, fromDeadLetterHeaders } from '@khabar/contracts';
import { describe, expect, it } from 'vitest';
import { partitionOf } from '../partition.ts';
import { type Connection, Workbench, rawEvent, rawEvents, readAll } from './workbench.contract.ts';

const MIB = 1024 * 1024;

export function publishingContract(connect: () => Connection): void {
  describe('publishing', () => {
    it('resolves when every event stands on the topic of its type, under its subject', async () => {
      await using bench = new Workbench(connect());
      const published: unknown[] = [];
      const bus = await bench.ready({}, { published: (...all) => published.push(all) });
      await bus.ensureTopics([bench.changes]);
      const change = articleChangeEvent(articleChangeExample);
      const events = rawEvents(20);
      await bus.publish([...events, change]);

      const records = await readAll(bus, bench.raw);
      expect(records.map((record) => record.key).sort()).toEqual(events.map((event) => event.subject).sort());
      const [record] = records;
      const event = events.find(({ subject }) => subject === record!.key)!;
      expect(JSON.parse(record!.value!.toString())).toEqual(event.data);
      expect(record!.headers).toMatchObject({ ce_id: event.id, ce_type: 'news.raw.v1', ce_specversion: '1.0' });
      expect(Math.abs(Date.parse(record!.appendedAt) - Date.now())).toBeLessThan(60_000);
      expect((await readAll(bus, bench.changes)).map(({ key }) => key)).toEqual([change.subject]);
      const reports = [...Map.groupBy(records, ({ partition }) => partition)].map(([partition, inIt]) => {
        const bytes = inIt.reduce((sum, { value }) => sum + value!.length, 0);
        return [bench.raw.name, partition, inIt.length, bytes];
      });
      expect(reports).toHaveLength(3);
      expect(published).toEqual(expect.arrayContaining(reports));
      expect(published).toHaveLength(4);
    });

    it('of no events does nothing', async () => {
      await using bench = new Workbench(connect());
      const bus = await bench.bus();
      await expect(bus.publish([])).resolves.toBe(undefined);
    });

    it('keeps the order of each key, within one call and from call to call', async () => {
      await using bench = new Workbench(connect());
      const bus = await bench.ready();
      const events = Array.from({ length: 300 }, (_, at) => rawEvent(`article-${at % 7}`, `version ${at}`));
      for (let at = 0; at < events.length; at += 60) await bus.publish(events.slice(at, at + 60));

      const records = await readAll(bus, bench.raw);
      for (const subject of new Set(events.map((event) => event.subject))) {
        const stored = records
          .filter(({ key }) => key === subject)
          .map(({ value }) => JSON.parse(value!.toString()).body);
        expect(stored).toEqual(events.filter((event) => event.subject === subject).map(({ data }) => data.body));
      }
    });

    it('puts a key where every Kafka client would', async () => {
      await using bench = new Workbench(connect(), 12);
      const bus = await bench.ready();
      await bus.publish(rawEvents(50));
      for (const { key, partition } of await readAll(bus, bench.raw)) expect(partition).toBe(partitionOf(key, 12));
    });

    it('carries events of several MiB beside small ones', async () => {
      await using bench = new Workbench(connect());
      const bus = await bench.ready();
      const large = rawEvent('large', 'ख'.repeat(MIB));
      await bus.publish([rawEvent('before'), large, ...rawEvents(10), rawEvent('larger', 'x'.repeat(5 * MIB))]);
      const records = await readAll(bus, bench.raw);
      expect(records).toHaveLength(13);
      const stored = records.find(({ key }) => key === large.subject)!;
      expect(JSON.parse(stored.value!.toString()).body).toBe(large.data.body);
    });

    it('takes more from many callers than may wait at once', async () => {
      await using bench = new Workbench(connect());
      const bus = await bench.ready();
      const body = randomBytes(512 * 1024).toString('hex');
      await Promise.all(Array.from({ length: 24 }, (_, at) => bus.publish([rawEvent(`large-${at}`, body)])));
      const [state] = await bus.topics();
      expect(state!.partitions.reduce((sum, { endOffset }) => sum + endOffset, 0n)).toBe(24n);
    });

    it('refuses an event larger than its topic allows, and sends none of its call', async () => {
      await using bench = new Workbench(connect());
      const bus = await bench.ready();
      const events = [rawEvent('small'), rawEvent('too-large', 'x'.repeat(8 * MIB))];
      await expect(bus.publish(events)).rejects.toMatchObject({ code: 'record-too-large', retriable: false });
      await bus.publish([rawEvent('afterwards')]);
      expect(await readAll(bus, bench.raw)).toHaveLength(1);
    });

    it('refuses what its schema does not allow', async () => {
      await using bench = new Workbench(connect());
      const bus = await bench.ready();
      const event = rawEvent('invalid');
      const invalid = { ...event, data: { ...event.data, contentHash: 'none' } };
      await expect(bus.publish([invalid])).rejects.toMatchObject({ code: 'invalid-event', retriable: false });
    });

    it('says when the topic does not exist', async () => {
      await using bench = new Workbench(connect());
      const bus = await bench.bus();
      await expect(bus.publish([rawEvent('lost')])).rejects.toMatchObject({ code: 'unknown-topic', retriable: true });
    });

    it('refuses to publish once closed, and closes only once', async () => {
      await using bench = new Workbench(connect());
      const bus = await bench.ready();
      await Promise.all([bus.close(), bus.close()]);
      await expect(bus.publish([rawEvent('late')])).rejects.toMatchObject({ code: 'bus-closed' });
    });

    it('puts a rejected event among the dead letters of its topic, with the reason', async () => {
      await using bench = new Workbench(connect());
      const deadLettered: unknown[] = [];
      const bus = await bench.ready({}, { deadLettered: (...all) => deadLettered.push(all) });
      const event = rawEvent('rejected');
      const at = '2026-03-14T09:30:00.000Z';
      await bus.reject(bench.raw, event, { code: 'empty-file', message: 'हवा', attempts: 1, firstAt: at, lastAt: at });

      const [letter] = await readAll(bus, deadLetterTopic(bench.raw));
      const reason = fromDeadLetterHeaders(letter!.headers);
      expect(reason).toEqual({
        code: 'empty-file',
        message: 'हवा',
        attempts: 1,
        service: 'contract',
        version: '1.2.3',
        origin: null,
        firstAt: at,
        lastAt: at,
      });
      expect(letter).toMatchObject({ key: event.subject, headers: { ce_id: event.id } });
      expect(JSON.parse(letter!.value!.toString())).toEqual(event.data);
      expect(deadLettered).toEqual([[bench.raw.name, event.subject, reason]]);
      expect(await readAll(bus, bench.raw)).toEqual([]);
    });
  });
}
