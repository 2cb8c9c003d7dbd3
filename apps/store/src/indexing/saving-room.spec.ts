import { setImmediate } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { SavingRoom } from './saving-room.ts';

describe('room for what is to be saved', () => {
  let room: SavingRoom;
  let entered: number[];

  beforeEach(() => {
    room = new SavingRoom(60_000);
    entered = [];
    room.indexed(0, 0, true); // the index is kept
  });

  const enter = async (...counts: number[]) => {
    for (const count of counts) void room.enter(count).then(() => entered.push(count));
    await setImmediate();
  };
  const seen = async () => (await setImmediate(), entered);

  it('is there for one batch, however large, where nothing is ahead of it', async () => {
    await enter(10_000);
    expect(entered).toEqual([10_000]);
  });

  it('ends where what is being saved is as much as the index takes in within a second', async () => {
    await enter(300, 200, 100);
    expect(entered).toEqual([300, 200]);
    room.leave(300, 0);
    expect(await seen()).toEqual([300, 200, 100]);
  });

  it('is taken up by what the index lacks, and given back by what it took in', async () => {
    await enter(500);
    room.leave(500, 450);
    await enter(100);
    expect(entered).toEqual([500]);
    room.indexed(200, 500, false);
    expect(await seen()).toEqual([500, 100]);
  });

  it('follows the rate at which the index takes in', async () => {
    for (let round = 0; round < 30; round++) room.indexed(200, 2_000, false);
    await enter(900, 900, 900);
    expect(entered).toEqual([900, 900]);
  });

  it('forgets what others took in, once nothing waits', async () => {
    await enter(500);
    room.leave(500, 500);
    await enter(400);
    room.indexed(0, 0, true);
    expect(await seen()).toEqual([500, 400]);
  });

  it('is there without end while the index fails', async () => {
    await enter(500, 500);
    room.open();
    await enter(500);
    expect(entered).toEqual([500, 500, 500]);
  });

  it('is there after a limited time, whatever waits', async () => {
    const hasty = new SavingRoom(1);
    hasty.indexed(0, 0, true);
    await hasty.enter(500);
    await hasty.enter(500);
    expect(hasty.isIdle).toBe(false);
  });
});
