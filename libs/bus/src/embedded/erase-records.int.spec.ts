import { KhabarError, deadLetterTopic } from '@khabar/contracts';
import { type TestDatabase, createTestDatabase, eventually } from '@khabar/testing';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Workbench, lagOf, rawEvent, readAll, remember } from '../contract/workbench.contract.ts';
import { findOpenLetters } from '../open-letters.ts';

let database: TestDatabase;
let client: Client;
beforeAll(async () => {
  database = await createTestDatabase();
  client = new Client({ connectionString: database.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

const bench = () => new Workbench({ kafkaBrokers: null, databaseUrl: database.url }, 2);
const signal = new AbortController().signal;
/** Whether any row of the log says so. */
async function logHolds(text: string): Promise<boolean> {
  const { rowCount } = await client.query('select from bus.record r where r::text like $1', [`%${text}%`]);
  return rowCount! > 0;
}

describe('what was erased from the embedded log', () => {
  it('is gone from every record of its keys, and from no other', async () => {
    await using log = bench();
    const bus = await log.ready();
    const [kept, first, second] = [rawEvent('kept', 'kept text'), rawEvent('e', 'first text'), rawEvent('e', 'second')];
    await bus.publish([kept, first, second]);
    expect(await logHolds('first text')).toBe(true);
    expect(await bus.erase(log.raw.name, [first.subject])).toBe(true);
    expect(await logHolds('first text')).toBe(false);
    expect((await readAll(bus, log.raw)).map(({ key }) => key)).toEqual([kept.subject]);
    const state = (await bus.topics()).find(({ name }) => name === log.raw.name)!;
    expect(state.partitions.reduce((sum, { endOffset }) => sum + endOffset, 0n)).toBe(3n);
  });

  it.each([false, true])(
    'is passed over by a consumer, to the very end of a partition (transactions: %s)',
    async (transactions) => {
      await using log = bench();
      const bus = await log.ready({ transactions });
      const events = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => rawEvent(name));
      await bus.publish(events);
      await bus.erase(log.raw.name, [events[0]!.subject, events[3]!.subject, events[5]!.subject]);
      const seen = remember();
      const letters: unknown[] = [];
      const consuming = await log.bus({ transactions }, { deadLettered: (...letter) => letters.push(letter) });
      await consuming.subscribe({ topic: log.raw, group: log.group, handle: seen.handle });
      await eventually(async () => (await lagOf(bus, log.group, log.raw)) === 0n);
      expect(seen.names.toSorted()).toEqual(['b', 'c', 'e']);
      expect(letters).toEqual([]);
    },
  );

  it('is no open dead letter any more', async () => {
    await using log = bench();
    const bus = await log.ready();
    const events = [rawEvent('bad'), rawEvent('worse')];
    await bus.publish(events);
    await bus.subscribe({
      topic: log.raw,
      group: log.group,
      handle: async (batch) => batch.events.map(() => new KhabarError('hopeless', 'quotes the text')),
    });
    await eventually(async () => (await lagOf(bus, log.group, log.raw)) === 0n);
    const letters = deadLetterTopic(log.raw).name;
    await bus.erase(letters, [events[0]!.subject]);
    expect((await findOpenLetters(bus, letters, { signal })).count).toBe(1);
    await bus.erase(letters, [events[1]!.subject]);
    expect(await logHolds('quotes the text')).toBe(false);
  });

  it('is what was appended since a given time', async () => {
    await using log = bench();
    const bus = await log.ready();
    const event = rawEvent('old', 'old text');
    await bus.publish([event]);
    await bus.erase(log.raw.name, [event.subject], Date.now() + 60_000);
    expect(await logHolds('old text')).toBe(true);
    await bus.erase(log.raw.name, [event.subject], Date.now() - 60_000);
    expect(await logHolds('old text')).toBe(false);
  });

  it('says so when there is no such topic', async () => {
    await using log = bench();
    const bus = await log.bus();
    await expect(bus.erase('nowhere', ['key'])).rejects.toMatchObject({ code: 'unknown-topic' });
  });
});
