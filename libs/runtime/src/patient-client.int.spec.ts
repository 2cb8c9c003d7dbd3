import { createTestDatabase } from '@khabar/testing';
import { Query } from 'pg';
import { describe, expect, it } from 'vitest';
import { PatientClient } from './patient-client.ts';

describe('a patient client', () => {
  it('tells of a connection that broke between two queries at the next one', async () => {
    await using database = await createTestDatabase();
    const [client, other] = [0, 1].map(() => new PatientClient({ connectionString: database.url }));
    await Promise.all([client!.connect(), other!.connect()]);
    const { rows } = await client!.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    const ended = new Promise((resolve) => client!.once('end', resolve));
    await other!.query('SELECT pg_terminate_backend($1)', [rows[0]!.pid]);
    await ended;
    await expect(client!.query('SELECT 1')).rejects.toThrow();
    await Promise.all([client!.end(), other!.end()]);
  });

  it('answers whichever way it is asked', async () => {
    await using database = await createTestDatabase();
    const client = new PatientClient({ connectionString: database.url });
    await client.connect();
    const called = new Promise((resolve, reject) => {
      client.query('SELECT 1 AS one', (error, { rows }) => (error ? reject(error) : resolve(rows)));
    });
    expect(await called).toEqual([{ one: 1 }]);
    expect((await client.query('SELECT $1::int AS one', [1])).rows).toEqual([{ one: 1 }]);
    expect((await client.query({ text: 'SELECT $1::int AS one', values: [1], name: 'one' })).rows).toEqual([
      { one: 1 },
    ]);
    expect((await client.query(new Query<{ one: number }>('SELECT 1 AS one'))) instanceof Query).toBe(true);
    await expect(client.query('SELECT one')).rejects.toMatchObject({ code: '42703' });
    await client.end();
  });
});
