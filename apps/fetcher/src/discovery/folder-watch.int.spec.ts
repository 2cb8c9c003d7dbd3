import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@khabar/runtime';
import { eventually } from '@khabar/testing';
import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { FetcherEvents } from '../events.ts';
import { FolderWatch } from './folder-watch.ts';

it('watches nothing any more once it is closed, lest a poll that is under way keeps the process alive', async () => {
  const path = await mkdtemp(join(tmpdir(), 'khabar-watch-'));
  const source = { id: 'x', kind: 'folder', address: '.' } as const;
  const place = { path, kind: 'folder', except: '/nowhere' } as const;
  const watch = (told: string[]) => {
    const logger = createLogger({ name: 'test', level: 'silent', format: 'json' });
    return new FolderWatch(new FetcherEvents(logger, new Registry()), (_, found) => told.push(found));
  };
  const [toldClosed, toldOpen]: [string[], string[]] = [[], []];
  const [closed, open] = [watch(toldClosed), watch(toldOpen)];
  try {
    await closed.close();
    await closed.ensure(source, place);
    await open.ensure(source, place);
    let files = 0;
    await eventually(async () => {
      files += 1;
      await writeFile(join(path, `${files}.txt`), 'Text');
      return toldOpen.length > 0;
    });
    expect(toldClosed).toEqual([]);
  } finally {
    await Promise.all([closed.close(), open.close()]);
    await rm(path, { recursive: true, force: true });
  }
});
