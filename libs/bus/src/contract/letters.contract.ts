import { KhabarError, type TopicDefinition, deadLetterTopic, fromDeadLetterHeaders } from '@khabar/contracts';
import { eventually } from '@khabar/testing';
import { describe, expect, it } from 'vitest';
import type { ContractFeatures } from '../bus.contract.ts';
import type { Bus } from '../bus.ts';
import type { StoredRecord } from '../log-state.ts';
import { countOpenLetters, findOpenLetters } from '../open-letters.ts';
import { type Connection, Workbench, collect, lagOf, rawEvents, readAll, remember } from './workbench.contract.ts';

export function lettersContract(connect: () => Connection, features: ContractFeatures): void {
  describe('dead letters', () => {
    const { signal } = new AbortController();

    it('are open until they are settled, and as many as there were when they were looked for', async () => {
      await using bench = new Workbench(connect());
      const { bus, dead } = await benchWithLetters(bench, 12);
      const letters = await openLetters(bus, dead);
      expect(letters).toHaveLength(12);
      const found = await findOpenLetters(bus, dead.name, { signal });
      expect(await bus.settle(letters.slice(0, 5), 'discarded')).toEqual([]);
      expect(found.count).toBe(12);
      expect(await collect(found.read(signal))).toHaveLength(12);
      expect((await openLetters(bus, dead)).map(placeOf).toSorted()).toEqual(letters.slice(5).map(placeOf).toSorted());
      expect(await readAll(bus, bench.raw)).toHaveLength(12);
    });

    it('are counted without their markers, and no further back than asked for', async () => {
      await using bench = new Workbench(connect(), 1);
      const { bus, dead } = await benchWithLetters(bench, 6);
      await bus.settle((await openLetters(bus, dead)).slice(0, 2), 'discarded');
      const state = (await bus.topics()).find(({ name }) => name === dead.name)!;
      expect(await countOpenLetters(bus, state, { atMost: 100, signal })).toEqual({ open: 4, complete: true });
      // the newest three: a letter, and the markers of two that are older
      expect(await countOpenLetters(bus, state, { atMost: 3, signal })).toEqual({ open: 1, complete: false });
    });

    it('go back where they came from as they were, and are no longer open', async () => {
      await using bench = new Workbench(connect());
      const { bus, dead } = await benchWithLetters(bench, 4);
      const originals = await readAll(bus, bench.raw);
      expect(await bus.settle(await openLetters(bus, dead), 'replayed')).toEqual([]);
      expect(await openLetters(bus, dead)).toEqual([]);
      const replayed = (await readAll(bus, bench.raw)).filter((record) => !originals.some(samePlace(record)));
      expect(replayed.map(contentOf).toSorted(byKey)).toEqual(originals.map(contentOf).toSorted(byKey));
      for (const record of replayed) {
        expect(record.partition).toBe(originals.find(({ key }) => key === record.key)!.partition);
      }
    });

    it('that never were on a topic stay open when they are to go back, and do not keep others', async () => {
      await using bench = new Workbench(connect());
      const { bus, dead } = await benchWithLetters(bench, 2);
      const [event] = rawEvents(1, 'rejected-');
      const at = '2026-03-14T09:30:00.000Z';
      await bus.reject(bench.raw, event!, { code: 'too-large', message: 'No', attempts: 1, firstAt: at, lastAt: at });
      const unsettled = await bus.settle(await openLetters(bus, dead), 'replayed');
      expect(unsettled).toHaveLength(1);
      expect(unsettled[0]!.error).toMatchObject({ code: 'not-replayable' });
      expect(unsettled[0]!.letter.key).toBe(event!.subject);
      const open = await openLetters(bus, dead);
      expect(open.map(({ key }) => key)).toEqual([event!.subject]);
      expect(await bus.settle(open, 'discarded')).toEqual([]);
      expect(await openLetters(bus, dead)).toEqual([]);
    });

    it('tell all of the reason', async () => {
      await using bench = new Workbench(connect());
      const { bus, dead } = await benchWithLetters(bench, 1);
      const [letter] = await openLetters(bus, dead);
      const [original] = await readAll(bus, bench.raw);
      const reason = fromDeadLetterHeaders(letter!.headers)!;
      expect(reason).toMatchObject({
        code: 'hopeless',
        message: 'No',
        attempts: 1,
        service: 'contract',
        version: '1.2.3',
        origin: { topic: bench.raw.name, partition: original!.partition, offset: String(original!.offset) },
      });
      expect(Date.parse(reason.firstAt)).toBeLessThanOrEqual(Date.parse(reason.lastAt));
    });

    it('are read from a place of one partition on', async () => {
      await using bench = new Workbench(connect());
      const { bus, dead } = await benchWithLetters(bench, 12);
      const letters = await openLetters(bus, dead);
      const wanted = letters.findLast(({ offset }) => offset > 0n)!;
      const { partition, offset } = wanted;
      const read = await collect(
        bus.read(dead.name, { from: { offsets: new Map([[partition, offset]]) }, follow: false, signal }),
      );
      expect(read[0]).toEqual(wanted);
      expect(read.map(placeOf)).toEqual(
        letters.filter((each) => each.partition === partition && each.offset >= offset).map(placeOf),
      );
      const behind = { offsets: new Map([[partition, offset + 1000n]]) };
      expect(await collect(bus.read(dead.name, { from: behind, follow: false, signal }))).toEqual([]);
    });

    if (features.foreignRecords) {
      it('go back byte for byte where another program wrote them', async () => {
        await using bench = new Workbench(connect(), 2);
        const bus = await bench.ready();
        const driver = await bench.driver();
        const bytes = Buffer.from([0xff, 0xfe, 0x00]);
        const foreign = { key: bytes, headers: { odd: [bytes], twice: [Buffer.from('a'), bytes] } };
        // named as the reason's, which it must not hide
        const shadow = { headers: { ...foreign.headers, 'khabar-code': [bytes] } };
        const value = Buffer.from('rubbish');
        await driver.send([
          { topic: bench.raw.name, key: 'text', headers: { plain: 'ख़बर' }, value, foreign },
          { topic: bench.raw.name, key: 'shadow', headers: {}, value, foreign: shadow },
        ]);
        await bus.subscribe({ topic: bench.raw, group: bench.group, handle: remember().handle });
        await eventually(async () => (await lagOf(bus, bench.group, bench.raw)) === 0n);
        const letters = await openLetters(bus, deadLetterTopic(bench.raw));
        expect(letters.map(({ headers }) => headers['khabar-code'])).toEqual(Array(2).fill('not-a-cloud-event'));
        const before = await readAll(bus, bench.raw);
        await bus.settle(letters, 'replayed');
        const replayed = (await readAll(bus, bench.raw)).filter((record) => !before.some(samePlace(record)));
        expect(replayed).toContainEqual(
          expect.objectContaining({ foreign, value, headers: expect.objectContaining({ plain: 'ख़बर' }) }),
        );
        expect(replayed).toContainEqual(
          expect.objectContaining({ key: 'shadow', foreign: { headers: foreign.headers }, value }),
        );
        await eventually(async () => (await openLetters(bus, deadLetterTopic(bench.raw))).length === 2); // again
      });
    }
  });
}

/** A bus whose raw articles have all become dead letters, and whose group is gone. */
async function benchWithLetters(bench: Workbench, count: number): Promise<{ bus: Bus; dead: TopicDefinition }> {
  const bus = await bench.ready();
  await bus.publish(rawEvents(count));
  const consuming = await bus.subscribe({
    topic: bench.raw,
    group: bench.group,
    handle: async (batch) => batch.events.map(() => new KhabarError('hopeless', 'No')),
  });
  await eventually(async () => (await lagOf(bus, bench.group, bench.raw)) === 0n);
  await consuming.close();
  return { bus, dead: deadLetterTopic(bench.raw) };
}

async function openLetters(bus: Bus, topic: TopicDefinition): Promise<StoredRecord[]> {
  const { signal } = new AbortController();
  return collect((await findOpenLetters(bus, topic.name, { signal })).read(signal));
}

function placeOf({ partition, offset }: StoredRecord): string {
  return `${partition}/${offset}`;
}

function samePlace(record: StoredRecord): (other: StoredRecord) => boolean {
  return (other) => placeOf(other) === placeOf(record);
}

function contentOf({ key, headers, value }: StoredRecord) {
  return { key, headers, value: value!.toString() };
}

function byKey(a: { key: string | null }, b: { key: string | null }): number {
  return a.key!.localeCompare(b.key!);
}
