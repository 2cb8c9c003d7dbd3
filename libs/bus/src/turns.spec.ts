import { describe, expect, it } from 'vitest';
import { Turns } from './turns.ts';

describe('turns', () => {
  it('come in the order in which they were asked for, so many at once', async () => {
    const turns = new Turns(2);
    const { signal } = new AbortController();
    const came: string[] = [];
    const waiting = ['a', 'b', 'c', 'd'].map((name) => turns.take(signal).then(() => came.push(name)));
    await Promise.all(waiting.slice(0, 2));
    expect(came).toEqual(['a', 'b']);
    turns.give();
    await waiting[2];
    expect(came).toEqual(['a', 'b', 'c']);
    turns.give();
    await waiting[3];
  });

  it('pass over who waits no longer, and whom nothing may begin', async () => {
    const turns = new Turns(1);
    const [patient, impatient] = [new AbortController(), new AbortController()];
    expect(await turns.take(patient.signal)).toBe(true);
    const left = turns.take(impatient.signal);
    const next = turns.take(patient.signal);
    impatient.abort();
    expect(await left).toBe(false);
    expect(await turns.take(impatient.signal)).toBe(false);
    turns.give();
    expect(await next).toBe(true);
    turns.give();
    expect(await turns.take(patient.signal)).toBe(true);
  });
});
