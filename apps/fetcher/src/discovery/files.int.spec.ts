import { createHash, randomBytes } from 'node:crypto';
import { appendFile, mkdir, mkdtemp, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rawArticleIdOfFile, sourceId } from '@khabar/contracts';
import { type TestDatabase, createTestDatabase, eventually } from '@khabar/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type FetcherUnderTest, startFetcher } from '../fetcher.fixture.ts';
import type { AnnouncedForm } from '../frontier/announced.ts';
import { type FileSettings, discoverFiles } from './files.ts';
import type { Finding } from './finding.ts';

const sha256 = (bytes: string | Buffer) => createHash('sha256').update(bytes).digest('hex');

describe('a folder as a source', () => {
  let database: TestDatabase;
  let root: string;
  let fetcher: FetcherUnderTest;
  let name: string;
  let folder: string;
  let folders = 0;

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'khabar-files-'));
    await mkdir(join(root, 'seeds'));
    await writeFile(join(root, 'seeds/one.txt'), 'A seed');
    database = await createTestDatabase();
    fetcher = await startFetcher(database.url, {
      FETCH_FOLDERS_ROOT: root,
      SEED_FOLDERS: 'seeds,not/there/yet',
      FETCH_MAX_BYTES: '100KiB',
    });
  });
  beforeEach(async () => {
    folders += 1;
    name = `folder ${folders} ख़बर`;
    folder = join(root, name);
    await mkdir(folder);
  });
  afterAll(async () => {
    await fetcher?.close();
    await database?.drop();
    await rm(root, { recursive: true, force: true });
  });

  const addFolder = () => fetcher.add({ path: name });
  const polled = (id: string, polls: number) =>
    eventually(async () => {
      const source = await fetcher.source(id);
      return source.counters.polls >= polls ? source : null;
    });
  const pollAgain = async (id: string) => {
    const { counters } = await fetcher.source(id);
    await fetcher.poll(id);
    return polled(id, counters.polls + 1);
  };
  const published = async (id: string) => (await fetcher.published()).filter(({ sourceId: of }) => of === id);
  const paths = async (id: string) => (await published(id)).map(({ path }) => path).sort();
  const rejected = async (id: string) => (await fetcher.rejected()).filter(({ input }) => input.sourceId === id);

  it('publishes its files and those in its folders, each once', async () => {
    await writeFile(join(folder, 'एक.txt'), 'पहला\r\n');
    await mkdir(join(folder, 'inner/deep'), { recursive: true });
    await writeFile(join(folder, 'inner/deep/page.html'), '<p>Second</p>');
    const source = await addFolder();
    expect(source).toMatchObject({ kind: 'folder', path: name, url: null, id: sourceId('folder', name) });
    await polled(source.id, 1);
    const again = await pollAgain(source.id);
    expect(again.counters).toMatchObject({ published: 2, unchanged: 1 });
    const raws = await published(source.id);
    expect(raws.find(({ path }) => path === 'एक.txt')).toMatchObject({
      id: rawArticleIdOfFile(source.id, 'एक.txt'),
      url: null,
      http: null,
      entry: null,
      mediaType: 'text/plain',
      charset: null,
      body: 'पहला\r\n',
      bodyEncoding: 'utf8',
      contentHash: sha256('पहला\r\n'),
    });
    expect(raws.find(({ path }) => path === 'inner/deep/page.html')).toMatchObject({ mediaType: 'text/html' });
  });

  it('has folders of the settings from the start, those too that are not there yet', async () => {
    const [seeds, missing] = [sourceId('folder', 'seeds'), sourceId('folder', 'not/there/yet')];
    await polled(seeds, 1);
    expect(await paths(seeds)).toEqual(['one.txt']);
    expect(await polled(missing, 1)).toMatchObject({
      state: 'failing',
      lastError: { code: 'path-missing', message: 'There is no folder not/there/yet' },
    });
    await mkdir(join(root, 'not/there/yet'), { recursive: true });
    await writeFile(join(root, 'not/there/yet/late.txt'), 'Late');
    expect(await pollAgain(missing)).toMatchObject({ state: 'active', counters: { published: 1 } });
  });

  it('sees new and changed files without being asked, and publishes a change under the same id', async () => {
    const { id } = await addFolder();
    await polled(id, 1);
    await writeFile(join(folder, 'new.txt'), 'One');
    await eventually(async () => (await published(id)).length === 1);
    await mkdir(join(folder, 'later'));
    await writeFile(join(folder, 'later/moved in.tmp'), 'Two');
    await rename(join(folder, 'later/moved in.tmp'), join(folder, 'later/moved in.txt'));
    await eventually(async () => (await published(id)).length === 2);
    await appendFile(join(folder, 'new.txt'), ' and more');
    await eventually(async () => (await published(id)).length === 3);
    const forms = (await published(id)).filter(({ path }) => path === 'new.txt');
    expect(forms.map(({ body }) => body)).toEqual(['One', 'One and more']);
    expect(new Set(forms.map(({ id: rawId }) => rawId)).size).toBe(1);
    expect((await fetcher.source(id)).state).toBe('active');
  });

  it('finds at its next poll what no watch told of', async () => {
    await writeFile(join(folder, 'a.txt'), 'One');
    const { id } = await addFolder();
    await polled(id, 1);
    await fetcher.call('PATCH', `/api/v1/sources/${id}`, { paused: true });
    await writeFile(join(folder, 'a.txt'), 'Two');
    await writeFile(join(folder, 'b.txt'), 'Three');
    await fetcher.call('PATCH', `/api/v1/sources/${id}`, { paused: false });
    await eventually(async () => (await published(id)).length === 3);
    expect(await paths(id)).toEqual(['a.txt', 'a.txt', 'b.txt']);
  });

  it('publishes nothing for a file that was only touched', async () => {
    const file = join(folder, 'a.txt');
    await writeFile(file, 'Same');
    const { id } = await addFolder();
    await polled(id, 1);
    await utimes(file, new Date(), new Date(Date.now() - 60_000));
    const touched = await pollAgain(id);
    expect(touched.counters).toMatchObject({ published: 1 });
  });

  it('ignores hidden and temporary files and leads out by no symbolic link', async () => {
    await writeFile(join(root, 'secret.txt'), 'Not yours');
    await symlink(join(root, 'secret.txt'), join(folder, 'link.txt'));
    await symlink(root, join(folder, 'root'));
    await mkdir(join(folder, '.git'));
    for (const file of [
      '.hidden.txt',
      '.git/config.txt',
      'draft.txt~',
      '#auto#',
      'x.part',
      'x.txt.tmp',
      'x.swp',
      'good.txt',
    ]) {
      await writeFile(join(folder, file), file);
    }
    const { id } = await addFolder();
    await polled(id, 1);
    await pollAgain(id);
    expect(await paths(id)).toEqual(['good.txt']);
  });

  it('puts an empty file among the dead letters, once', async () => {
    await writeFile(join(folder, 'empty.txt'), '');
    const { id } = await addFolder();
    await polled(id, 1);
    const source = await pollAgain(id);
    expect(source.counters).toMatchObject({ published: 0, rejected: 1 });
    expect(await rejected(id)).toMatchObject([
      {
        reason: { code: 'empty-file', message: 'empty.txt is empty' },
        input: { path: 'empty.txt', url: null, bytes: 0, sha256: sha256(''), head: '' },
      },
    ]);
  });

  it('puts a file over the limit among the dead letters with its size, hash and beginning, once per content', async () => {
    const huge = Buffer.alloc(3_000_000, 'one line without end ');
    await writeFile(join(folder, 'huge.txt'), huge);
    await writeFile(join(folder, 'limit.txt'), Buffer.alloc(100 * 1024, 'x'));
    await writeFile(join(folder, 'beyond.txt'), Buffer.alloc(100 * 1024 + 1, 'x'));
    const { id } = await addFolder();
    await polled(id, 1);
    await utimes(join(folder, 'huge.txt'), new Date(), new Date(0));
    expect((await pollAgain(id)).counters).toMatchObject({ published: 1, rejected: 2 });
    const dead = (await rejected(id)).find(({ input }) => input.path === 'huge.txt')!;
    expect(dead.reason.code).toBe('too-large');
    expect(dead.input).toMatchObject({ bytes: huge.length, sha256: sha256(huge) });
    expect(Buffer.from(dead.input.head, 'base64')).toEqual(huge.subarray(0, 65_536));
    await writeFile(join(folder, 'huge.txt'), 'Small now');
    await eventually(async () => (await paths(id)).includes('huge.txt'));
  });

  it('leaves it to the parser to judge binary rubbish', async () => {
    const rubbish = Buffer.concat([Buffer.from([0xff, 0xfe, 0x00]), randomBytes(1000)]);
    await writeFile(join(folder, 'rubbish.txt'), rubbish);
    const { id } = await addFolder();
    await polled(id, 1);
    expect(await published(id)).toMatchObject([
      { bodyEncoding: 'base64', body: rubbish.toString('base64'), contentHash: sha256(rubbish) },
    ]);
  });
});

describe('reading files', () => {
  let folder: string;
  const source = { id: sourceId('folder', 'x') };
  const running = new AbortController().signal;
  const nothingKnown = async () => new Map<string, AnnouncedForm>();

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'khabar-reading-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function read(paths: string[], settings: Partial<FileSettings> = {}, known = nothingKnown, signal = running) {
    const limits = { maxBytes: 1000, settleMs: 0, ...settings };
    const discovery = discoverFiles(source, { folder, paths: () => paths }, limits, known, signal);
    const batches: Finding[][] = [];
    for (;;) {
      const step = await discovery.next();
      if (step.done) return { batches, bodies: batches.flat().map(bodyOf), end: step.value };
      batches.push(step.value);
    }
  }
  const bodyOf = ({ announcement }: Finding) => (announcement?.kind === 'raw' ? announcement.event.data.body : null);

  it('waits for a file that is being written, and leaves one that does not come to rest', async () => {
    const file = join(folder, 'slow.txt');
    await writeFile(file, 'The beg');
    let looks = 0;
    const whileItIsWritten = async () => {
      looks += 1;
      if (looks === 2) await appendFile(file, 'inning');
      return new Map<string, AnnouncedForm>();
    };
    const meanwhile = await read(['slow.txt'], { settleMs: 50 }, whileItIsWritten);
    expect(meanwhile).toMatchObject({ batches: [], end: { kind: 'read', unsettled: true } });
    expect(looks).toBe(2);
    const afterwards = await read(['slow.txt'], { settleMs: 50 });
    expect(afterwards).toMatchObject({ bodies: ['The beginning'], end: { unsettled: false } });
  });

  it('waits for so many files only, and leaves the others to the next poll', async () => {
    await writeFile(join(folder, 'fresh.txt'), 'Fresh');
    await utimes(join(folder, 'fresh.txt'), new Date(), new Date(Date.now() + 86_400_000));
    const names = Array.from({ length: 1_002 }, (_, at) => `${at}/../fresh.txt`);
    const { bodies, end } = await read(names, { settleMs: 1 });
    expect(bodies).toHaveLength(1_000);
    expect(end).toMatchObject({ kind: 'read', unsettled: true });
  });

  it('reads a file whose time lies in the future', async () => {
    await writeFile(join(folder, 'future.txt'), 'From tomorrow');
    await utimes(join(folder, 'future.txt'), new Date(), new Date(Date.now() + 86_400_000));
    expect((await read(['future.txt'], { settleMs: 20 })).bodies).toEqual(['From tomorrow']);
  });

  it('passes over what is no file any more', async () => {
    await mkdir(join(folder, 'inner'));
    await writeFile(join(folder, 'plain'), '');
    const { batches, end } = await read(['gone.txt', 'inner', 'plain/inside.txt']);
    expect(batches).toEqual([]);
    expect(end).toMatchObject({ kind: 'read', unsettled: false });
  });

  it('tells of a file that cannot be read when it has read the others', async () => {
    await writeFile(join(folder, 'sound.txt'), 'Sound');
    const { bodies, end } = await read(['x'.repeat(300), 'sound.txt']);
    expect(bodies).toEqual(['Sound']);
    expect(end).toMatchObject({ kind: 'failed', reason: { code: 'unreadable-file', retriable: true } });
  });

  it('hands out batches of bounded number and size', async () => {
    const names = Array.from({ length: 250 }, (_, at) => `many-${at}.txt`);
    await Promise.all(names.map((file) => writeFile(join(folder, file), file)));
    expect((await read(names)).batches.map((batch) => batch.length)).toEqual([100, 100, 50]);
    await Promise.all(names.slice(0, 5).map((file) => writeFile(join(folder, file), Buffer.alloc(2_000_000, 'x'))));
    const large = await read(names.slice(0, 5), { maxBytes: 3_000_000 });
    expect(large.batches.map((batch) => batch.length)).toEqual([3, 2]);
  });

  it('ends when the service stops', async () => {
    const stop = new AbortController();
    stop.abort();
    await expect(read(['sound.txt'], {}, nothingKnown, stop.signal)).rejects.toMatchObject({ code: 'stopping' });
  });
});
