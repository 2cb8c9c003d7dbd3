import { type TestDatabase, createTestDatabase } from '@khabar/testing';
import { afterAll, beforeAll } from 'vitest';
import { busContract } from '../bus.contract.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

busContract('the embedded bus', () => ({ kafkaBrokers: null, databaseUrl: database.url }), { foreignRecords: false });
