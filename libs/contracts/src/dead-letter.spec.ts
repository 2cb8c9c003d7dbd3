import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { articleEvent, encodeEvent } from './cloud-event.ts';
import { articleExample } from './article.ts';
import {
  type DeadLetterReason,
  REJECTED_INPUT_HEAD_BYTES,
  fromDeadLetterHeaders,
  fromSettlementHeaders,
  isReasonHeader,
  rejectedInputExample,
  rejectedInputValidator,
  toDeadLetterHeaders,
  toSettlementHeaders,
} from './dead-letter.ts';
import { RAW_ARTICLES, deadLetterTopic } from './topics.ts';

const reason: DeadLetterReason = {
  code: 'invalid-event',
  message: 'Not a valid article: /title must be string or must be null',
  attempts: 3,
  service: 'store',
  version: '0.1.0',
  origin: { topic: 'news.articles.v1', partition: 7, offset: '9007199254740993' },
  firstAt: '2026-03-14T09:30:00.000Z',
  lastAt: '2026-03-14T09:31:30.000Z',
};

describe("a dead letter's reason", () => {
  it('is in khabar-* headers', () => {
    expect(toDeadLetterHeaders(reason)).toEqual({
      'khabar-code': 'invalid-event',
      'khabar-message': 'Not a valid article: /title must be string or must be null',
      'khabar-attempts': '3',
      'khabar-service': 'store',
      'khabar-version': '0.1.0',
      'khabar-topic': 'news.articles.v1',
      'khabar-partition': '7',
      'khabar-offset': '9007199254740993',
      'khabar-first-at': '2026-03-14T09:30:00.000Z',
      'khabar-last-at': '2026-03-14T09:31:30.000Z',
    });
  });

  it('comes back out of its headers as it was, offsets beyond the safe integers too', () => {
    const text = fc.string({ unit: 'grapheme' });
    const anyReason = fc.record({
      code: text,
      message: text,
      attempts: fc.integer({ min: 1, max: 1000 }),
      service: text,
      version: text,
      origin: fc.option(
        fc.record({
          topic: text,
          partition: fc.nat({ max: 11 }),
          offset: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }).map(String),
        }),
      ),
      firstAt: text,
      lastAt: text,
    });
    fc.assert(
      fc.property(anyReason, (any) => {
        expect(fromDeadLetterHeaders(toDeadLetterHeaders(any))).toEqual(any);
      }),
    );
  });

  it('of an event that never was on a topic has no topic, partition and offset', () => {
    const headers = toDeadLetterHeaders({ ...reason, origin: null });
    expect(Object.keys(headers)).not.toEqual(expect.arrayContaining(['khabar-topic']));
    expect(fromDeadLetterHeaders(headers)?.origin).toBeNull();
  });

  it('with numbers that are none has one attempt, and stands at the beginning of its topic', () => {
    for (const odd of ['', 'many', '-1', '1.5', 'NaN', '0x10']) {
      const headers = {
        ...toDeadLetterHeaders(reason),
        ...{ 'khabar-attempts': odd, 'khabar-partition': odd, 'khabar-offset': odd },
      };
      expect(fromDeadLetterHeaders(headers)).toMatchObject({
        attempts: 1,
        origin: { topic: 'news.articles.v1', partition: 0, offset: '0' },
      });
    }
  });

  it('leaves every original header as it was', () => {
    const { headers } = encodeEvent(articleEvent(articleExample, articleExample.rawId, '00-a-b-01'));
    const dead = { ...headers, ...toDeadLetterHeaders(reason) };
    expect(dead).toMatchObject(headers);
    expect(fromDeadLetterHeaders(dead)).toEqual(reason);
  });

  it('is told from the original headers by name', () => {
    expect(Object.keys(toDeadLetterHeaders(reason)).every(isReasonHeader)).toBe(true);
    expect(['ce_id', 'traceparent', 'khabar-of-another-program'].some(isReasonHeader)).toBe(false);
  });

  it('is not read out of the headers of an event that is none', () => {
    expect(fromDeadLetterHeaders(encodeEvent(articleEvent(articleExample, articleExample.rawId)).headers)).toBeNull();
    expect(fromDeadLetterHeaders({})).toBeNull();
  });
});

describe("a dead letter's marker", () => {
  const settlement = {
    partition: 7,
    offset: '9007199254740993',
    as: 'replayed',
    at: '2026-03-15T08:00:00.000Z',
  } as const;

  it('names the place that it settles, how and when', () => {
    expect(toSettlementHeaders(settlement)).toEqual({
      'khabar-settles': '9007199254740993',
      'khabar-settles-partition': '7',
      'khabar-settled-as': 'replayed',
      'khabar-settled-at': '2026-03-15T08:00:00.000Z',
    });
  });

  it('is read as it was written', () => {
    for (const each of [settlement, { ...settlement, as: 'discarded' } as const]) {
      expect(fromSettlementHeaders(toSettlementHeaders(each))).toEqual(each);
    }
  });

  it('is no record that does not say what it settles, or says it in another way', () => {
    const headers = toSettlementHeaders(settlement);
    for (const odd of [
      {},
      toDeadLetterHeaders(reason),
      { ...headers, 'khabar-settles': '-1' },
      { ...headers, 'khabar-settled-as': 'forgotten' },
      { ...headers, 'khabar-settles-partition': 'x' },
    ]) {
      expect(fromSettlementHeaders(odd)).toBeNull();
    }
  });
});

describe('an input over a limit', () => {
  it('is a dead letter of its reference, size, hash and first 64 KiB', () => {
    expect(REJECTED_INPUT_HEAD_BYTES).toBe(65_536);
    const rejected = {
      ...rejectedInputExample,
      url: 'https://news.example.org/huge',
      path: null,
      bytes: 52_428_800,
      sha256: 'a0'.repeat(32),
      head: Buffer.alloc(REJECTED_INPUT_HEAD_BYTES, 0xff).toString('base64'),
    };
    expect(rejectedInputValidator.check(rejected)).toBe(true);
    expect(JSON.stringify(rejected).length).toBeLessThan(deadLetterTopic(RAW_ARTICLES).maxMessageBytes);
  });

  it('has null for size and hash where reading stopped before its end', () => {
    expect(rejectedInputValidator.check({ ...rejectedInputExample, bytes: null, sha256: null })).toBe(true);
  });
});
