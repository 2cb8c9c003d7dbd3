import { appendFile, mkdir, mkdtemp, open, readFile, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rawArticleEvent, rawArticleExample } from '@khabar/contracts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ArchiveWriter } from './archive-writer.ts';
import type { ArchivedEvent } from './event-line.ts';
import { pruneArchive } from './prune-archive.ts';
import { type ArchiveFile, listArchive, readArchive } from './read-archive.ts';

const NOON = new Date('2026-03-14T12:00:00Z');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'khabar-archive-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function events(from: number, count: number, body = 'a page'): Omit<ArchivedEvent, 'partition'>[] {
  return Array.from({ length: count }, (_, at) => ({
    offset: BigInt(from + at),
    event: rawArticleEvent(
      { ...rawArticleExample, body: `${body} ${from + at}` },
      '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    ),
  }));
}

async function write(partition: number, ...batches: Omit<ArchivedEvent, 'partition'>[][]): Promise<ArchiveFile> {
  await using writer = new ArchiveWriter(folder);
  for (const batch of batches) await writer.append(partition, batch, NOON);
  return (await listArchive(folder)).find(({ path }) => path.includes(`/${String(partition).padStart(3, '0')}-`))!;
}

async function read(files?: readonly ArchiveFile[]) {
  const faults: string[] = [];
  const offsets: number[] = [];
  for await (const { offset } of readArchive(files ?? (await listArchive(folder)), (_, { code }) =>
    faults.push(code),
  )) {
    offsets.push(Number(offset));
  }
  return { offsets, faults };
}

describe('an archive', () => {
  it('gives back every event as it was, with its place', async () => {
    await write(3, events(10, 2));
    const read: ArchivedEvent[] = [];
    for await (const archived of readArchive(await listArchive(folder), () => undefined)) read.push(archived);
    expect(read).toEqual(events(10, 2).map((event) => ({ partition: 3, ...event })));
  });

  it('reads all batches of all files, though each is a frame of its own', async () => {
    await write(0, events(0, 3), events(3, 1), events(4, 200));
    await write(1, events(1000, 2));
    const { offsets, faults } = await read();
    expect(offsets).toEqual([...Array(204).keys(), 1000, 1001]);
    expect(faults).toEqual([]);
  });

  it('cuts large batches into several frames, and takes a line of any size', async () => {
    await write(0, events(0, 12, 'x'.repeat(1024 * 1024)), events(12, 1, 'y'.repeat(7 * 1024 * 1024)));
    expect(await read()).toEqual({ offsets: [...Array(13).keys()], faults: [] });
  });

  it('has a folder a day, and a file for each partition, writer and day', async () => {
    await using one = new ArchiveWriter(folder);
    await using two = new ArchiveWriter(folder);
    for (const writer of [one, two]) {
      await writer.append(0, events(0, 1), NOON);
      await writer.append(0, events(1, 1), NOON);
      await writer.append(7, events(0, 1), NOON);
      await writer.append(0, events(2, 1), new Date('2026-03-15T00:00:00Z'));
    }
    expect((await readdir(folder)).sort()).toEqual(['2026-03-14', '2026-03-15']);
    const names = (await readdir(join(folder, '2026-03-14'))).sort();
    expect(names.map((name) => name.replace(/-[0-9a-f]{8}\./, '-*.'))).toEqual([
      '000-000000000000-*.ndjson.zst',
      '000-000000000000-*.ndjson.zst',
      '007-000000000000-*.ndjson.zst',
      '007-000000000000-*.ndjson.zst',
    ]);
  });

  it('leaves out a last frame that a crash cut short, wherever it was cut, and says nothing of it', async () => {
    await write(0, events(0, 5));
    const { bytes: whole } = (await listArchive(folder))[0]!;
    const { path, bytes } = await write(1, events(0, 5), events(5, 5));
    await rm(
      join(
        folder,
        '2026-03-14',
        (await readdir(join(folder, '2026-03-14'))).find((name) => name.startsWith('000'))!,
      ),
    );
    expect(whole).toBeLessThan(bytes);
    for (let cut = bytes - 1; cut >= whole; cut -= 7) {
      await truncate(path, cut);
      expect(await read()).toEqual({ offsets: [0, 1, 2, 3, 4], faults: [] });
    }
  });

  it('leaves out the zeros that a crash of the machine may leave', async () => {
    const { path } = await write(0, events(0, 5));
    await appendFile(path, Buffer.alloc(500));
    expect(await read()).toEqual({ offsets: [0, 1, 2, 3, 4], faults: [] });
  });

  it('tells of a damaged frame and reads on behind it', async () => {
    const { path, bytes: first } = await write(0, events(0, 5));
    await rm(path);
    const { path: damaged } = await write(0, events(0, 5), events(5, 5));
    const file = await open(damaged, 'r+');
    await file.write(Buffer.from([0xff, 0xff, 0xff]), 0, 3, first - 20);
    await file.close();
    expect(await read()).toEqual({ offsets: [5, 6, 7, 8, 9], faults: ['archive-damaged'] });
  });

  it('reads no further than it was when it was listed', async () => {
    await using writer = new ArchiveWriter(folder);
    await writer.append(0, events(0, 5), NOON);
    const listed = await listArchive(folder);
    await writer.append(0, events(5, 5), NOON);
    expect((await read(listed)).offsets).toEqual([0, 1, 2, 3, 4]);
    expect((await read()).offsets).toHaveLength(10);
  });

  it('passes over a file that is gone since', async () => {
    const file = await write(0, events(0, 5));
    const listed = await listArchive(folder);
    await rm(file.path);
    expect(await read(listed)).toEqual({ offsets: [], faults: [] });
  });

  it('is written by a writer that failed as soon as it can be again, in a file that is whole', async () => {
    await using writer = new ArchiveWriter(folder);
    const day = join(folder, '2026-03-14');
    await writeFile(day, 'in the way');
    const failed = expect(writer.append(0, events(0, 5), NOON)).rejects;
    await failed.toMatchObject({ code: 'archive-unwritable', dependency: true });
    await rm(day);
    await writer.append(0, events(0, 5), NOON);
    expect(await read()).toEqual({ offsets: [0, 1, 2, 3, 4], faults: [] });
  });

  it('is one text to any zstd tool', async () => {
    const { path } = await write(0, events(0, 2), events(2, 2));
    const bytes = await readFile(path);
    expect(bytes.subarray(0, 4)).toEqual(Buffer.from([0x50, 0x2a, 0x4d, 0x18])); // a skippable frame, RFC 8878 3.1.2
    expect(bytes.readUInt32LE(16)).toBe(0xfd2fb528); // and a frame, 3.1.1
  });

  it('begins with the day that is asked for', async () => {
    await using writer = new ArchiveWriter(folder);
    for (const day of [13, 14, 15]) await writer.append(0, events(day, 1), new Date(Date.UTC(2026, 2, day)));
    expect((await read(await listArchive(folder, '2026-03-14'))).offsets).toEqual([14, 15]);
  });

  it('says that there is none', async () => {
    await expect(listArchive(join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'no-archive' });
  });

  it('loses the days beyond those that are kept, and nothing that is not its own', async () => {
    for (const name of ['2026-03-10', '2026-03-12', '2026-03-14', '2020-notes']) await mkdir(join(folder, name));
    expect(await pruneArchive(folder, 2, NOON)).toEqual(['2026-03-10']);
    expect((await readdir(folder)).sort()).toEqual(['2020-notes', '2026-03-12', '2026-03-14']);
  });

  it('makes its folder, and says when it cannot be written to', async () => {
    const deep = join(folder, 'a', 'b');
    await new ArchiveWriter(deep).check();
    expect((await stat(deep)).isDirectory()).toBe(true);
    expect(await readdir(deep)).toEqual([]);
    await writeFile(join(folder, 'file'), '');
    await expect(new ArchiveWriter(join(folder, 'file')).check()).rejects.toMatchObject({ code: 'archive-unwritable' });
  });
});
