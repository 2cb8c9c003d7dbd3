import { basename, dirname, relative, sep } from 'node:path';
import { type FSWatcher, watch } from 'chokidar';
import type { FetcherEvents } from '../events.ts';
import type { Source } from '../sources/source.entity.ts';
import { isIgnoredName, isIgnoredPath } from './file-names.ts';

/** What is watched for a source. */
export interface WatchedPlace {
  /** Absolute, links resolved: a folder, or a file. */
  readonly path: string;
  readonly kind: 'folder' | 'file';
  /** A folder that is passed over, absolute, links resolved. */
  readonly except: string;
}

/**
 * Tells of files that were written or changed. Only a help: each poll looks through the whole folder, so that what a watch misses
 * (on a network share, or for lack of watches) is found all the same.
 */
export class FolderWatch {
  readonly #watches = new Map<string, { readonly path: string; readonly watcher: FSWatcher }>();
  readonly #report: FetcherEvents;
  readonly #changed: (sourceId: string, path: string) => void;
  #isClosed = false;

  /** `changed` is told the path relative to the source's folder. */
  constructor(report: FetcherEvents, changed: (sourceId: string, path: string) => void) {
    this.#report = report;
    this.#changed = changed;
  }

  /** Watches a source from now on, if it is not watched there already; does nothing once closed. */
  async ensure(source: Pick<Source, 'id' | 'kind' | 'address'>, { path, kind, except }: WatchedPlace): Promise<void> {
    if (this.#watches.get(source.id)?.path === path) return;
    await this.forget(source.id);
    if (this.#isClosed) return;
    const folder = kind === 'folder' ? path : dirname(path);
    const watcher = watch(path, {
      ignoreInitial: true,
      followSymlinks: false,
      ignorePermissionErrors: true,
      ignored: (found) => found !== path && (found === except || isIgnoredName(basename(found))),
    });
    const changed = (found: string) => {
      const inner = relative(folder, found).split(sep).join('/');
      if (!isIgnoredPath(inner)) this.#changed(source.id, inner);
    };
    watcher.on('add', changed).on('change', changed);
    watcher.on('error', (error) => this.#report.watchFailed(source, error));
    this.#watches.set(source.id, { path, watcher });
  }

  /** Watches a source no more. */
  async forget(sourceId: string): Promise<void> {
    const watched = this.#watches.get(sourceId);
    this.#watches.delete(sourceId);
    await watched?.watcher.close();
  }

  /** Ends every watch, for good. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#watches.keys()].map((sourceId) => this.forget(sourceId)));
  }
}
