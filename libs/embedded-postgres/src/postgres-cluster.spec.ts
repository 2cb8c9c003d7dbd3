import { describe, expect, it } from 'vitest';
import { sharedBuffersMb } from './postgres-cluster.ts';

const GIB = 2 ** 30;

describe('the memory that Postgres keeps for itself', () => {
  it('is an eighth of the machine, but for the smallest and the largest', () => {
    expect(sharedBuffersMb(4 * GIB)).toBe(512);
    expect(sharedBuffersMb(GIB / 4)).toBe(64);
    expect(sharedBuffersMb(64 * GIB)).toBe(1024);
  });
});
