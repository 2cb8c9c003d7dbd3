import { describe, expect, it } from 'vitest';
import { explainFileError, requireSpace } from './data-folder.ts';

const fileError = (code: string) => Object.assign(new Error(`${code}: refused`), { code });

describe('the data folder', () => {
  it('needs 200 MB of free space, and says how much there is', () => {
    expect(() => requireSpace(200_000_000, '/data')).not.toThrow();
    expect(() => requireSpace(123_999_999, '/data')).toThrow(
      'The disk of the data folder /data is full (only 123 MB are free, at least 200 MB are needed): free some space',
    );
  });

  it('needs as much more as is to come into it', () => {
    expect(() => requireSpace(1_200_000_000, '/data', 1_000_000_000)).not.toThrow();
    expect(() => requireSpace(1_199_999_999, '/data', 1_000_000_000)).toThrow(
      'only 1199 MB are free, at least 1200 MB are needed',
    );
  });

  it.each([
    ['ENOSPC', 'disk-full'],
    ['EDQUOT', 'disk-full'],
    ['EACCES', 'data-folder-unusable'],
    ['EROFS', 'data-folder-unusable'],
    ['ENOTDIR', 'data-folder-unusable'],
  ])('turns %s into one line that says what to do', (code, expected) => {
    const error = fileError(code);
    const explained = explainFileError(error, '/data');
    expect(explained).toMatchObject({ name: 'KhabarError', code: expected, cause: error });
    expect((explained as Error).message).toMatch(/^[^\n]*\/data[^\n]*: [^\n]* KHABAR_DATA [^\n]*$/);
  });

  it('leaves an error it does not know as it is', () => {
    const error = fileError('EIO');
    expect(explainFileError(error, '/data')).toBe(error);
  });
});
