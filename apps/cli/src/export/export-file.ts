import { type FileHandle, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { KhabarError } from '@khabar/contracts';
import { refuse } from '../input.ts';

/** A place up to which an export is on disk. */
export interface Checkpoint {
  /** The store's cursor behind the last article. */
  readonly cursor: string;
  /** Length of the file up to there. */
  readonly bytes: number;
  /** Articles up to there. */
  readonly count: number;
  /** What the format has to know of the part since the checkpoint before. */
  readonly note?: string;
}

/** What an export is asked for: who goes on with it must ask for the same. */
export type Question = Readonly<Record<string, string | undefined>>;

/**
 * The file of an export that may be killed at any time. It grows as `FILE.part`; `FILE.part.log` has a line for what is asked, and one for
 * each {@link Checkpoint}, written after the bytes that it tells of are on disk. Whoever opens it again finds it cut back to the last of
 * them. `FILE` itself is there when it is whole, and a part in which there is nothing goes with its writer.
 */
export class ExportFile implements AsyncDisposable {
  readonly #path: string;
  readonly #part: FileHandle;
  readonly #log: FileHandle;
  /** Those that are on disk already, in their order. */
  readonly checkpoints: readonly Checkpoint[];
  #bytes: number;

  private constructor(path: string, part: FileHandle, log: FileHandle, checkpoints: readonly Checkpoint[]) {
    this.#path = path;
    this.#part = part;
    this.#log = log;
    this.checkpoints = checkpoints;
    this.#bytes = checkpoints.at(-1)?.bytes ?? 0;
  }

  /** @throws KhabarError `file-exists` for a whole file, `other-export` for a part of another export, `unwritable-file` */
  static async open(path: string, question: Question): Promise<ExportFile> {
    if (await exists(path)) {
      throw new KhabarError('file-exists', `${path} is there already: move it away, or name another file`);
    }
    const [partPath, logPath] = [`${path}.part`, `${path}.part.log`];
    const asked = JSON.stringify(question);
    const handles: FileHandle[] = [];
    try {
      const logged = await readFile(logPath, 'utf8').catch(() => '');
      const [first, ...lines] = wholeLines(logged);
      if (first !== undefined && first !== asked) {
        throw new KhabarError(
          'other-export',
          `${partPath} is of another export, ${first}: ask for the same to go on with it, remove it, or name another file`,
        );
      }
      const part = await open(partPath, 'a');
      handles.push(part);
      const { size } = await part.stat();
      const checkpoints = lines.map((line) => JSON.parse(line) as Checkpoint).filter(({ bytes }) => bytes <= size);
      await part.truncate(checkpoints.at(-1)?.bytes ?? 0);
      const kept = [asked, ...checkpoints.map((checkpoint) => JSON.stringify(checkpoint))];
      await replace(logPath, logged, `${kept.join('\n')}\n`);
      const log = await open(logPath, 'a');
      handles.push(log);
      return new ExportFile(path, part, log, checkpoints);
    } catch (error) {
      await Promise.all(handles.map((handle) => handle.close()));
      if (error instanceof KhabarError) throw error;
      return refuse('write', path, error);
    }
  }

  /** Appends what belongs to articles up to a place. @throws KhabarError `unwritable-file` */
  async append(bytes: Uint8Array, place: Omit<Checkpoint, 'bytes'>): Promise<void> {
    await this.#write(bytes);
    const checkpoint: Checkpoint = { ...place, bytes: this.#bytes };
    await this.#log.appendFile(`${JSON.stringify(checkpoint)}\n`).catch((cause: unknown) => this.#refuse(cause));
  }

  /** Appends the last bytes; from now on the file is there under its name. @throws KhabarError `unwritable-file` */
  async finish(bytes: Uint8Array): Promise<void> {
    await this.#write(bytes);
    await rename(`${this.#path}.part`, this.#path).catch((cause: unknown) => this.#refuse(cause));
    await rm(`${this.#path}.part.log`, { force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#part.close();
    await this.#log.close();
    if (this.#bytes > 0) return;
    await rm(`${this.#path}.part`, { force: true });
    await rm(`${this.#path}.part.log`, { force: true });
  }

  async #write(bytes: Uint8Array): Promise<void> {
    try {
      await this.#part.appendFile(bytes);
      await this.#part.datasync();
      this.#bytes += bytes.length;
    } catch (cause) {
      this.#refuse(cause);
    }
  }

  #refuse(cause: unknown): never {
    return refuse('write', `${this.#path}.part`, cause);
  }
}

/** The lines that end in a line feed: a kill may have cut the last one short. */
function wholeLines(text: string): string[] {
  return text.split('\n').slice(0, -1);
}

/** A kill meanwhile leaves the one text or the other. */
async function replace(path: string, before: string, after: string): Promise<void> {
  if (before === after) return;
  await writeFile(`${path}.new`, after);
  await rename(`${path}.new`, path);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
