import type { GroupState } from '@khabar/bus';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { measureLag } from './lag-metrics.ts';

const NOW = Date.parse('2026-11-24T09:00:00Z');
const topic = 'news.raw.v1';
const group = 'khabar-parser';

let answers: { nextOffset: bigint; lag: bigint; waitingSince: string | null } | Error;
let asked: number;
let registry: Registry;

/** The three values of partition 3; undefined where there is no series. */
async function scrape(): Promise<Record<'events' | 'seconds' | 'commitAge', number | undefined>> {
  const text = await registry.metrics();
  const value = (name: string) => {
    const found = new RegExp(`^${name}\\{topic="${topic}",partition="3",group="${group}"\\} (.*)$`, 'm').exec(text);
    return found === null ? undefined : Number(found[1]);
  };
  return {
    events: value('khabar_bus_lag_events'),
    seconds: value('khabar_bus_lag_seconds'),
    commitAge: value('khabar_bus_commit_age_seconds'),
  };
}

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
  registry = new Registry();
  asked = 0;
  const groups = async (): Promise<GroupState[]> => {
    asked += 1;
    if (answers instanceof Error) throw answers;
    return [{ group, topic, members: 1, lag: answers.lag, partitions: [{ partition: 3, ...answers }] }];
  };
  measureLag(registry, { groups }, { group, topics: [{ name: topic }] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('lag', () => {
  it('is nothing, in events and in seconds, of a consumer that has committed all, however long ago', async () => {
    answers = { nextOffset: 10n, lag: 0n, waitingSince: null };
    expect(await scrape()).toEqual({ events: 0, seconds: 0, commitAge: 0 });
    vi.advanceTimersByTime(3_600_000);
    expect(await scrape()).toEqual({ events: 0, seconds: 0, commitAge: 0 });
  });

  it('grows in seconds while a consumer is stuck, though nothing new comes', async () => {
    answers = { nextOffset: 10n, lag: 2n, waitingSince: new Date(NOW - 5_000).toISOString() };
    expect(await scrape()).toEqual({ events: 2, seconds: 5, commitAge: 0 });
    vi.advanceTimersByTime(60_000);
    expect(await scrape()).toEqual({ events: 2, seconds: 65, commitAge: 60 });
  });

  it('has a commit age that begins anew with each commit, for a consumer that is behind but works', async () => {
    answers = { nextOffset: 10n, lag: 200n, waitingSince: new Date(NOW - 5_000).toISOString() };
    await scrape();
    vi.advanceTimersByTime(30_000);
    answers = { ...answers, nextOffset: 60n, lag: 180n };
    expect(await scrape()).toMatchObject({ seconds: 35, commitAge: 0 });
    vi.advanceTimersByTime(10_000);
    expect(await scrape()).toMatchObject({ seconds: 45, commitAge: 10 });
  });

  it('counts the commit age from when something came, not from the last commit of a consumer that had nothing to do', async () => {
    answers = { nextOffset: 10n, lag: 0n, waitingSince: null };
    await scrape();
    vi.advanceTimersByTime(3_600_000);
    answers = { nextOffset: 10n, lag: 1n, waitingSince: new Date(Date.now()).toISOString() };
    expect(await scrape()).toMatchObject({ events: 1, commitAge: 0 });
  });

  it('is not told while the log does not answer', async () => {
    answers = { nextOffset: 10n, lag: 2n, waitingSince: new Date(NOW).toISOString() };
    await scrape();
    vi.advanceTimersByTime(10_000);
    answers = new Error('away');
    expect(await scrape()).toEqual({ events: undefined, seconds: undefined, commitAge: undefined });
  });

  it('asks the log once for all values, and not again within seconds', async () => {
    answers = { nextOffset: 10n, lag: 0n, waitingSince: null };
    await Promise.all([scrape(), scrape()]);
    vi.advanceTimersByTime(1_000);
    await scrape();
    expect(asked).toBe(1);
    vi.advanceTimersByTime(5_000);
    await scrape();
    expect(asked).toBe(2);
  });
});
