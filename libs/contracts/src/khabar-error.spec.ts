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
    expect(new KhabarError('invalid-event', 'Not a valid article')).toMatchObject({
      retriable: false,
      dependency: false,
    });
  });

  it('is retriable when a part that the work depends on is away, unless it says otherwise', () => {
    expect(new KhabarError('x', 'x', { dependency: true })).toMatchObject({ retriable: true, dependency: true });
    expect(new KhabarError('x', 'x', { dependency: true, retriable: false }).retriable).toBe(false);
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
      expect(error).toMatchObject({ code: 'unexpected', retriable: true, dependency: false });
      expect(error.cause).toBe(thrown);
    },
  );

  it.each(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'ETIMEDOUT', '08006', '57P01', '53300'])(
    'takes %s as a dependency that is away',
    (code) => {
      const thrown = Object.assign(new Error('no answer'), { code });
      expect(toKhabarError(thrown)).toMatchObject({
        code: 'dependency-unavailable',
        message: 'no answer',
        retriable: true,
        dependency: true,
        cause: thrown,
      });
    },
  );

  it.each(['23505', '42P01', 'ENOENT', 'XECONNREFUSED', 57])('takes %s as no such thing', (code) => {
    expect(toKhabarError(Object.assign(new Error('no'), { code }))).toMatchObject({
      code: 'unexpected',
      dependency: false,
    });
  });
});
