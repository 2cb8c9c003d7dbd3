import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AbortedTransaction, type FetchedMessage, hideAborted } from './aborted-records.ts';

type Filter = (of: { messages: FetchedMessage[]; abortedTransactions: AbortedTransaction[] }) => FetchedMessage[];
const kafkajsFilter = createRequire(import.meta.url)('kafkajs/src/consumer/filterAbortedMessages') as Filter;

/** A partition as a broker writes it: each step is a record of a producer, or the end of its transaction. */
function written(steps: readonly { producer: number; step: 'record' | 'commit' | 'abort' }[]) {
  const messages: FetchedMessage[] = [];
  const aborted: AbortedTransaction[] = [];
  const seen: string[] = [];
  const open = new Map<number, string[]>();
  for (const { producer, step } of steps) {
    const offset = String(messages.length);
    const producerId = String(producer);
    const mine = open.get(producer) ?? [];
    if (step === 'record') open.set(producer, [...mine, offset]);
    else if (mine.length === 0) continue;
    else {
      open.delete(producer);
      if (step === 'commit') seen.push(...mine);
      else aborted.push({ producerId, firstOffset: mine[0]! }); // in the order of their ends
    }
    messages.push({
      offset,
      key: step === 'record' ? Buffer.from('key') : Buffer.from([0, 0, 0, step === 'abort' ? 0 : 1]),
      isControlRecord: step !== 'record',
      batchContext: { producerId, inTransaction: true },
    });
  }
  const undecided = new Set([...open.values()].flat());
  const first = Math.min(...[...undecided].map(Number), Infinity);
  // readers of committed records get nothing from the first undecided record on
  return {
    messages: messages.filter(({ offset }) => Number(offset) < first),
    aborted,
    seen: seen.filter((offset) => Number(offset) < first).sort((a, b) => Number(a) - Number(b)),
  };
}

const shown = (messages: readonly FetchedMessage[]) =>
  messages.filter(({ isControlRecord }) => !isControlRecord).map(({ offset }) => offset);

describe('aborted records', () => {
  const steps = fc.array(
    fc.record({
      producer: fc.integer({ min: 1, max: 4 }),
      step: fc.constantFrom('record' as const, 'record' as const, 'commit' as const, 'abort' as const),
    }),
    { maxLength: 40 },
  );

  it('are hidden however transactions lie across each other, and wherever a fetch begins', () => {
    fc.assert(
      fc.property(steps, fc.nat({ max: 40 }), (all, from) => {
        const { messages, aborted, seen } = written(all);
        const fetched = messages.filter(({ offset }) => Number(offset) >= from);
        hideAborted(fetched, aborted);
        expect(shown(fetched)).toEqual(seen.filter((offset) => Number(offset) >= from));
      }),
    );
  });

  it('are shown by kafkajs alone where the transaction that began first ends last', () => {
    const { messages, aborted } = written([
      { producer: 1, step: 'record' },
      { producer: 2, step: 'record' },
      { producer: 2, step: 'abort' },
      { producer: 1, step: 'abort' },
    ]);
    const ofKafkajs = kafkajsFilter({ messages, abortedTransactions: aborted });
    expect(shown(ofKafkajs)).toEqual(['0']);
    hideAborted(messages, aborted);
    expect(shown(messages)).toEqual([]);
  });
});
