import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { zstdDecompressSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BackupFile, type BackupSource, writeBackupFile } from './backup-file.ts';
import { BACKUP_FORMAT, type BackupManifest } from './manifest.ts';
import { TAR_END, tarHeader, tarPadding } from './tar-header.ts';

const STARTED = '2026-03-14T09:30:00.000Z';
const ENDLESS = new AbortController().signal;

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'khabar-backup-'));
  path = join(folder, 'one.khb');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A backup of these files. */
function sourceOf(contents: readonly Buffer[], format = BACKUP_FORMAT): BackupSource {
  const files = contents.map((content, at) => ({
    path: `postgres/${at}`,
    bytes: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
  }));
  async function* archive() {
    const at = new Date(STARTED);
    yield tarHeader('folder', 'postgres', 0, at);
    for (const [n, content] of contents.entries()) {
      yield tarHeader('file', `postgres/${n}`, content.length, at);
      yield content;
      yield tarPadding(content.length);
    }
    yield TAR_END;
  }
  const manifest: BackupManifest = {
    format,
    khabarVersion: '1.2.3',
    postgresMajor: 18,
    systemIdentifier: '1',
    startedAt: STARTED,
    endedAt: STARTED,
    schemas: {},
    folders: ['postgres'],
    files,
  };
  return { archive: archive(), manifest: () => manifest };
}

/** What a whole reading finds. */
async function read(file = path): Promise<Buffer[]> {
  await using backup = await BackupFile.open(file);
  const found: Buffer[] = [];
  await backup.read(async (_, content) => {
    const pieces: Buffer[] = [];
    for await (const piece of content) pieces.push(piece);
    found.push(Buffer.concat(pieces));
  }, ENDLESS);
  return found;
}

describe('the file of a backup', () => {
  it('gives back what was put in, whatever the sizes', async () => {
    const size = fc.oneof(fc.constantFrom(0, 1, 511, 512, 513, 8192, 300_000), fc.nat({ max: 2_000 }));
    await fc.assert(
      fc.asyncProperty(fc.array(size, { maxLength: 6 }), async (sizes) => {
        const contents = sizes.map((bytes, at) => Buffer.alloc(bytes, `content ${at} `));
        await writeBackupFile(path, sourceOf(contents), ENDLESS);
        expect(await read()).toEqual(contents);
        await rm(path);
      }),
      { numRuns: 30 },
    );
  });

  it('is for nobody else’s eyes', async () => {
    await writeBackupFile(path, sourceOf([]), ENDLESS);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('is read by tar, too', async () => {
    await writeBackupFile(path, sourceOf([Buffer.from('first'), Buffer.alloc(1_000, 'x')]), ENDLESS);
    const bytes = await readFile(path);
    const tar = join(folder, 'archive.tar');
    await writeFile(tar, zstdDecompressSync(bytes.subarray(16)));
    await promisify(execFile)('tar', ['-xf', tar, '-C', folder]);
    expect(await readFile(join(folder, 'postgres/0'), 'utf8')).toBe('first');
    expect(await readFile(join(folder, 'postgres/1'), 'utf8')).toBe('x'.repeat(1_000));
    expect((await stat(join(folder, 'postgres/1'))).mtime.toISOString()).toBe(STARTED);
  });

  it('is refused when any byte of it is another', async () => {
    await writeBackupFile(path, sourceOf([Buffer.from('some text'), Buffer.alloc(600, 'ab')]), ENDLESS);
    const whole = await readFile(path);
    for (let at = 0; at < whole.length; at++) {
      const altered = Buffer.from(whole);
      altered[at]! ^= 0x10;
      await writeFile(path, altered);
      const found = await read().catch((error: { code: string }) => error.code);
      // a zstd frame has bits that nobody reads: then it is all the same
      if (Array.isArray(found)) expect([at, Buffer.concat(found)]).toEqual([at, Buffer.concat(await readWhole(whole))]);
      else expect(['backup-foreign', 'backup-damaged']).toContain(found);
    }
  });

  async function readWhole(bytes: Buffer): Promise<Buffer[]> {
    const file = join(folder, 'whole.khb');
    await writeFile(file, bytes);
    return read(file);
  }

  it('is refused when it was cut short anywhere', async () => {
    await writeBackupFile(path, sourceOf([Buffer.from('some text')]), ENDLESS);
    const { size } = await stat(path);
    for (const left of [size - 1, size - 50, Math.floor(size / 2), 17, 16]) {
      await truncate(path, left);
      await expect(read()).rejects.toMatchObject({ code: 'backup-damaged' });
    }
    await truncate(path, 3);
    await expect(read()).rejects.toMatchObject({ code: 'backup-foreign' });
  });

  it.each(['', 'PK\u0003\u0004', 'a'.repeat(10_000)])('is told from another file', async (text) => {
    await writeFile(path, text);
    await expect(read()).rejects.toMatchObject({ code: 'backup-foreign', message: expect.stringContaining(path) });
  });

  it('is refused when it is of a newer format, before anything of it is read', async () => {
    await writeBackupFile(path, sourceOf([Buffer.from('text')], BACKUP_FORMAT + 1), ENDLESS);
    await expect(BackupFile.open(path)).rejects.toMatchObject({ code: 'backup-too-new' });
  });

  it('never takes the place of another, and says so before anything is read', async () => {
    await writeFile(path, 'mine');
    const untouched = { archive: neverAsked(), manifest: () => expect.unreachable() };
    await expect(writeBackupFile(path, untouched, ENDLESS)).rejects.toMatchObject({ code: 'file-exists' });
    expect(await readFile(path, 'utf8')).toBe('mine');
    await rm(path);
    await writeFile(`${path}.part`, 'of another');
    await expect(writeBackupFile(path, untouched, ENDLESS)).rejects.toMatchObject({ code: 'file-exists' });
    expect(await readFile(`${path}.part`, 'utf8')).toBe('of another');
  });

  async function* neverAsked(): AsyncGenerator<Buffer> {
    expect.unreachable();
  }

  it('leaves nothing when its making fails or is ended', async () => {
    const broken = async function* () {
      yield Buffer.alloc(100_000);
      throw new Error('the disk is on fire');
    };
    const failing = { archive: broken(), manifest: () => expect.unreachable() };
    await expect(writeBackupFile(path, failing, ENDLESS)).rejects.toThrow('the disk is on fire');
    const ending = new AbortController();
    const endless = async function* () {
      for (;;) {
        yield Buffer.alloc(100_000);
        ending.abort();
      }
    };
    const ended = { archive: endless(), manifest: () => expect.unreachable() };
    await expect(writeBackupFile(path, ended, ending.signal)).rejects.toMatchObject({ name: 'AbortError' });
    expect(await readdir(folder)).toEqual([]);
  });
});
