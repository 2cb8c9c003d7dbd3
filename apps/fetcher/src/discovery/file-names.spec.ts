import { describe, expect, it } from 'vitest';
import { isIgnoredPath, mediaTypeOfFile } from './file-names.ts';

describe('the name of a file', () => {
  it.each([
    ['a.txt', 'text/plain'],
    ['A.TXT', 'text/plain'],
    ['no extension', 'text/plain'],
    ['v1.2/readme', 'text/plain'],
    ['page.htm', 'text/html'],
    ['feed.xml', 'application/xml'],
    ['photo.jpeg', 'image/jpeg'],
    ['data.bin', 'application/octet-stream'],
  ])('%j says %s', (path, mediaType) => {
    expect(mediaTypeOfFile(path)).toBe(mediaType);
  });

  it.each([
    '.hidden',
    '.git/x.txt',
    'a/.b/c.txt',
    'draft~',
    '~$doc.docx',
    '#x#',
    'x.part',
    'X.TMP',
    'x.crdownload',
    '.x.swp',
    'a/node_modules/b.txt',
  ])('%j is passed over', (path) => {
    expect(isIgnoredPath(path)).toBe(true);
  });

  it.each(['a.txt', 'a.b/c.txt', 'temp', 'part.txt', 'x.tmp.txt', 'ख़बर.txt'])('%j is read', (path) => {
    expect(isIgnoredPath(path)).toBe(false);
  });
});
