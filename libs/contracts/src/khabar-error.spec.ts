import { describe, expect, it } from 'vitest';
import { KhabarError, toKhabarError } from './khabar-error.ts';

describe('KhabarError', () => {
  it('carries a code, whether a retry may help, and its cause', () => {
    const cause = new Error('connection refused');
    const error = new KhabarError('database-down', 'Postgres does not answer', { retriable: true, cause });
    expect(error).toMatchObject({ name: 'KhabarError', code: 'database-down', retriable: true, cause });
    expect(error).toBeInstanceOf(Error);
  });

  it('is not retriable unless it says so', () => {
    expect(new KhabarError('invalid-event', 'Not a valid article').retriable).toBe(false);
  });
});

describe('toKhabarError', () => {
  it('leaves a KhabarError as it is', () => {
    const error = new KhabarError('invalid-event', 'Not a valid article');
    expect(toKhabarError(error)).toBe(error);
  });

  it.each([new TypeError('x is not a function'), 'a text', 42, null, undefined, { odd: true }])(
    'takes what it does not know (%s) as worth a retry, and keeps it as the cause',
    (thrown) => {
      const error = toKhabarError(thrown);
      expect(error).toMatchObject({ code: 'unexpected', retriable: true });
      expect(error.cause).toBe(thrown);
    },
  );
});
