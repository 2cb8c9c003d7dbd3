import type { KafkaMessage } from 'kafkajs';
import { describe, expect, it } from 'vitest';
import { fromMessage, toMessage } from './records.ts';

const NOT_UTF8 = Buffer.from([0xff, 0xfe]);

function message(overrides: Partial<KafkaMessage> = {}): KafkaMessage {
  const plain = { key: Buffer.from('key'), value: Buffer.from('value'), headers: {}, attributes: 0 };
  return { ...plain, offset: '7', timestamp: '1773480600000', ...overrides } as KafkaMessage;
}

describe('records of Kafka', () => {
  it('are text where they are text', () => {
    const headers = { plain: Buffer.from('ख़बर'), empty: Buffer.alloc(0) };
    expect(fromMessage('topic', 3, message({ headers }))).toEqual({
      topic: 'topic',
      partition: 3,
      offset: 7n,
      appendedAt: '2026-03-14T09:30:00.000Z',
      key: 'key',
      headers: { plain: 'ख़बर', empty: '' },
      value: Buffer.from('value'),
    });
  });

  it('may have neither key nor value nor headers', () => {
    const record = fromMessage('topic', 0, message({ key: null, value: null, headers: undefined as never }));
    expect(record).toMatchObject({ key: null, value: null, headers: {} });
    expect(record.foreign).toBe(undefined);
  });

  it.each(['9223372036854775807', '-9223372036854775808'])('may claim the impossible time %s', (timestamp) => {
    expect(Number.isNaN(Date.parse(fromMessage('topic', 0, message({ timestamp })).appendedAt))).toBe(false);
  });

  it.each([
    ['a key that is no text', { key: NOT_UTF8 }],
    ['a header that is no text', { headers: { odd: NOT_UTF8 } }],
    ['several headers of one name', { headers: { twice: [Buffer.from('a'), NOT_UTF8, Buffer.from('b')] } }],
  ])('come through with %s as they were', (_, overrides) => {
    const original = message(overrides);
    const { key, value, headers } = toMessage(fromMessage('topic', 0, original), 0);
    expect(Buffer.from(key!)).toEqual(original.key);
    expect(value).toEqual(original.value);
    for (const [name, found] of Object.entries(original.headers!)) {
      expect([headers![name]].flat().map((each) => Buffer.from(each!))).toEqual([found].flat());
    }
  });
});
