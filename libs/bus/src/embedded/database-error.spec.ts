import { KhabarError } from '@khabar/contracts';
import { DatabaseError } from 'pg';
import { describe, expect, it } from 'vitest';
import { databaseError } from './database-error.ts';

const serverError = (code: string) => Object.assign(new DatabaseError('no', 2, 'error'), { code });
const systemError = (code: string) => Object.assign(new Error(`connect ${code}`), { code });

describe('an error of the database', () => {
  it.each([
    ['a refused connection', systemError('ECONNREFUSED')],
    ['a broken pipe, whose code looks like an SQLSTATE', systemError('EPIPE')],
    ['a connection that ended', new Error('Connection terminated unexpectedly')],
    ['a server that shuts down', serverError('57P01')],
    ['a server that starts', serverError('57P03')],
    ['too many connections', serverError('53300')],
    ['a full disk', serverError('53100')],
  ])('says of %s that the database is away', (_, thrown) => {
    expect(databaseError(thrown)).toMatchObject({
      code: 'database-unavailable',
      dependency: true,
      retriable: true,
      cause: thrown,
    });
  });

  it('names what was refused at every address of a name', () => {
    const thrown = Object.assign(new AggregateError([systemError('ECONNREFUSED')]), { code: 'ECONNREFUSED' });
    expect(databaseError(thrown).message).toBe('Postgres is away: ECONNREFUSED');
  });

  it.each([
    ['a wrong statement', serverError('42601')],
    ['a deadlock', serverError('40P01')],
    ['a mistake of ours', new TypeError('x is undefined')],
  ])('says of %s that it may be tried again, at the cost of a try', (_, thrown) => {
    expect(databaseError(thrown)).toMatchObject({ code: 'unexpected', dependency: false, retriable: true });
  });

  it('leaves ours as they are', () => {
    const ours = new KhabarError('schema-too-new', 'no');
    expect(databaseError(ours)).toBe(ours);
  });
});
