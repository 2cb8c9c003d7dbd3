import { KhabarError } from '@khabar/contracts';
import { QueryFailedError } from 'typeorm';
import { describe, expect, it } from 'vitest';
import { databaseError, readingError, storingError } from './database-error.ts';

const failed = (code?: string) =>
  new QueryFailedError('SELECT secret', ['a whole article'], Object.assign(new Error('said'), { code }));

describe('an error of the database', () => {
  it.each(['08006', '25P03', '53100', '53300', '57P01', '57P03', '58030', 'ECONNREFUSED', 'EPIPE', undefined])(
    'is nobody’s fault but the database’s when it is away: %s',
    (code) => expect(databaseError(failed(code))).toMatchObject({ code: 'database-unavailable', dependency: true }),
  );

  it.each(['40001', '40P01', '55P03'])(
    'is worth another try when transactions stood in each other’s way: %s',
    (code) => {
      expect(databaseError(failed(code))).toMatchObject({
        code: 'database-conflict',
        retriable: true,
        dependency: false,
      });
    },
  );

  it.each(['22021', '22P05', '23502', '54000'])('is the article’s own when it cannot be stored: %s', (code) => {
    expect(storingError(failed(code))).toMatchObject({ code: 'unstorable-article', retriable: false });
  });

  it.each(['22008', '22021', '54000'])('blames no article where none is stored: %s', (code) => {
    expect(databaseError(failed(code))).toMatchObject({ code: 'unexpected' });
    expect(readingError(failed(code))).toMatchObject({ message: 'said', code });
  });

  it('is the same for readers and writers when the database is away', () => {
    expect(readingError(failed('08006'))).toMatchObject({ code: 'database-unavailable' });
    expect(storingError(failed('08006'))).toMatchObject({ code: 'database-unavailable' });
  });

  it('is tried again, a limited number of times, when it is anything else', () => {
    expect(databaseError(failed('42P01'))).toMatchObject({ code: 'unexpected', retriable: true, dependency: false });
    expect(databaseError(new TypeError('ours'))).toMatchObject({ code: 'unexpected', dependency: false });
  });

  it('carries no statement and no parameters', () => {
    const { cause } = databaseError(failed('40001'));
    expect(cause).not.toHaveProperty('parameters');
    expect(cause).toHaveProperty('message', 'said');
  });

  it('stays what it is when it is one of ours', () => {
    const error = new KhabarError('bus-closed', 'closed');
    expect(databaseError(error)).toBe(error);
  });
});
