import { opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { KhabarError } from '@khabar/contracts';

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  ...{ '': 'text/plain', txt: 'text/plain', text: 'text/plain', md: 'text/plain' },
  ...{ html: 'text/html', htm: 'text/html', xhtml: 'text/html' },
  ...{ xml: 'application/xml', rss: 'application/xml', atom: 'application/xml', rdf: 'application/xml' },
  ...{ json: 'application/json', pdf: 'application/pdf', jpg: 'image/jpeg', jpeg: 'image/jpeg', png: 'image/png' },
};

/** A file's media type by its extension. */
export function mediaTypeOfFile(path: string): string {
  const extension = /\.([^./]+)$/.exec(path)?.[1]?.toLowerCase() ?? '';
  return MEDIA_TYPES[extension] ?? 'application/octet-stream';
}

/** Hidden files and folders, what editors, browsers and copying programs put beside the file that they are about to write, and what npm installs. */
export function isIgnoredName(name: string): boolean {
  return /^[.~#]|~$|^node_modules$|\.(?:tmp|temp|part|partial|filepart|crdownload|download|swp|swx|swo|lock|bak)$/i.test(
    name,
  );
}

/** Whether a path relative to its folder has an ignored name anywhere in it. */
export function isIgnoredPath(path: string): boolean {
  return path.split('/').some(isIgnoredName);
}

/**
 * The files in a folder and the folders in it, as they come, in paths relative to it, without those in the folder `except`. Symbolic links are not followed: inside the folder
 * they lead to what is found anyway, and outside is not the source's. Folders that cannot be read are told of and passed over.
 * @throws KhabarError `path-missing`, `unreadable-folder` for the folder itself.
 */
export async function* filesIn(
  { path: folder, except }: { readonly path: string; readonly except: string },
  unreadable: (path: string) => void,
): AsyncGenerator<string> {
  const waiting = [''];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    try {
      for await (const entry of await opendir(join(folder, path), { bufferSize: 256 })) {
        if (isIgnoredName(entry.name) || join(folder, path, entry.name) === except) continue;
        const inner = path === '' ? entry.name : `${path}/${entry.name}`;
        if (entry.isDirectory()) waiting.push(inner);
        else if (entry.isFile()) yield inner;
      }
    } catch (cause) {
      const isAway = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
      if (path !== '') {
        if (!isAway) unreadable(path);
        continue;
      }
      throw isAway
        ? new KhabarError('path-missing', `There is no folder ${folder}`, { retriable: true, cause })
        : new KhabarError('unreadable-folder', `The folder ${folder} cannot be read`, { retriable: true, cause });
    }
  }
}
