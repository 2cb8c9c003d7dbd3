import { KhabarError } from '@khabar/contracts';
import { describe, expect, it } from 'vitest';
import { kafkaError } from './client.ts';

const protocol = (type: string, cause?: unknown) => Object.assign(new Error(type, { cause }), { type });

describe('errors of Kafka', () => {
  it.each([
    ['MESSAGE_TOO_LARGE', 'record-too-large', false, false],
    ['RECORD_LIST_TOO_LARGE', 'record-too-large', false, false],
    ['UNKNOWN_TOPIC_OR_PARTITION', 'unknown-topic', true, true],
    ['INVALID_PRODUCER_EPOCH', 'fenced', true, true],
    ['NOT_ENOUGH_REPLICAS', 'broker-unavailable', true, true],
    ['TOPIC_AUTHORIZATION_FAILED', 'broker-unavailable', true, true],
  ])('are read out of %s', (type, code, retriable, dependency) => {
    expect(kafkaError(protocol(type))).toMatchObject({ code, retriable, dependency });
  });

  it('are found however deep kafkajs has wrapped them', () => {
    const wrapped = new Error('retries exceeded', {
      cause: new Error('again', { cause: protocol('MESSAGE_TOO_LARGE') }),
    });
    expect(kafkaError(wrapped)).toMatchObject({ code: 'record-too-large' });
    const listed = Object.assign(new Error('several'), { errors: [protocol('UNKNOWN_TOPIC_OR_PARTITION')] });
    expect(kafkaError(listed)).toMatchObject({ code: 'unknown-topic' });
  });

  it('blame the cluster for what is not known', () => {
    expect(kafkaError(new TypeError('undefined is no function'))).toMatchObject({
      code: 'broker-unavailable',
      dependency: true,
    });
  });

  it('leave our own errors as they are', () => {
    const error = new KhabarError('own', 'Ours');
    expect(kafkaError(error)).toBe(error);
  });
});
