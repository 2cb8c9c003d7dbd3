import { createTestDatabase, type TestDatabase } from '@khabar/testing';
import { afterAll, beforeAll } from 'vitest';
import { busContract } from '../bus.contract.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

busContract('the embedded log', () => ({ kafkaBrokers: null, databaseUrl: database.url }), { foreignRecords: false });
