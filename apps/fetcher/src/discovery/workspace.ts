import { realpath, stat } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { KhabarError } from '@khabar/contracts';
import { isIgnoredPath } from './file-names.ts';

/**
 * The one folder of this machine in which sources may lie: whoever may add sources may read what lies in it, and nothing else. Of
 * it hidden files, what is installed and Khabar's own data (keys and passwords are in such) are kept out too.
 */
export class Workspace {
  readonly #root: string;
  readonly #dataFolder: string;

  /** `dataFolder`: of the embedded Postgres; it need not exist. */
  constructor(root: string, dataFolder: string) {
    this.#root = resolve(root);
    this.#dataFolder = resolve(dataFolder);
  }

  /**
   * A folder's or file's address as a source: its path relative to the workspace, with `/` between, `.` for the workspace itself.
   * It need not exist. @throws KhabarError `outside-workspace`, `forbidden-path`.
   */
  async addressOf(path: string): Promise<string> {
    const address = await this.#relativeToRoot(path);
    await this.#requireAllowed(address, resolve(this.#root, address));
    return address;
  }

  async #relativeToRoot(path: string): Promise<string> {
    const asGiven = inside(this.#root, resolve(this.#root, path));
    if (asGiven !== null) return asGiven;
    // It may be the same place by another name, such as /tmp and /private/tmp.
    const real = await realpath(resolve(this.#root, path)).catch(() => null);
    const found = real === null ? null : inside(await this.#realRoot(), real);
    if (found === null) throw outside(path);
    return found;
  }

  /** What lies at a path, as a source. @throws KhabarError as {@link addressOf} and {@link locate} do. */
  async find(path: string, kind?: 'folder' | 'file'): Promise<{ kind: 'folder' | 'file'; address: string }> {
    const address = await this.addressOf(path);
    const found = kind ?? ((await this.#isFile(address)) ? 'file' : 'folder');
    await this.locate(address, found);
    return { kind: found, address };
  }

  async #isFile(address: string): Promise<boolean> {
    const stats = await stat(resolve(this.#root, address)).catch(() => null);
    return stats?.isFile() ?? false;
  }

  /**
   * Where an address is, links resolved. @throws KhabarError `outside-workspace` when it leads out by a link, `forbidden-path`,
   * `path-missing`, `wrong-kind`.
   */
  async locate(address: string, kind: 'folder' | 'file'): Promise<string> {
    const real = await realpath(resolve(this.#root, address)).catch((cause: unknown) => {
      throw new KhabarError('path-missing', `There is no ${kind} ${address}`, { retriable: true, cause });
    });
    const found = inside(await this.#realRoot(), real);
    if (found === null) throw outside(address);
    await this.#requireAllowed(address, resolve(this.#root, address));
    await this.#requireAllowed(found, real);
    const stats = await stat(real);
    if (kind === 'folder' ? stats.isDirectory() : stats.isFile()) return real;
    throw new KhabarError('wrong-kind', `${address} is no ${kind}`);
  }

  /** Where Khabar's own data are, links resolved: a folder to pass over. */
  async dataFolder(): Promise<string> {
    return realpath(this.#dataFolder).catch(() => this.#dataFolder);
  }

  /** The same place as a path relative to the workspace and as an absolute one. */
  async #requireAllowed(address: string, path: string): Promise<void> {
    const isData = [this.#dataFolder, await this.dataFolder()].some((folder) => inside(folder, path) !== null);
    if (!isData && (address === '.' || !isIgnoredPath(address))) return;
    throw new KhabarError(
      'forbidden-path',
      `${address} is hidden, temporary or a part of Khabar: no source may lie there`,
    );
  }

  #realRoot(): Promise<string> {
    return realpath(this.#root).catch(() => this.#root);
  }
}

/** The path relative to the root; null where it leads out of it. */
function inside(root: string, path: string): string | null {
  const found = relative(root, path);
  if (found === '..' || found.startsWith(`..${sep}`) || isAbsolute(found)) return null;
  return found === '' ? '.' : found.split(sep).join('/');
}

function outside(path: string): KhabarError {
  return new KhabarError('outside-workspace', `${path} lies outside the workspace (FETCH_FOLDERS_ROOT)`);
}
