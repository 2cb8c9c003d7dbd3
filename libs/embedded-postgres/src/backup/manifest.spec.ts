import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BACKUP_FORMAT, type BackupManifest, isBackupPath, parseManifest, requireRestorable } from './manifest.ts';

const MANIFEST: BackupManifest = {
  format: BACKUP_FORMAT,
  khabarVersion: '1.2.3',
  postgresMajor: 18,
  systemIdentifier: '7498230948230948123',
  startedAt: '2026-03-14T09:30:00.000Z',
  endedAt: '2026-03-14T09:31:00.000Z',
  schemas: { store: 20, bus: 5 },
  folders: ['postgres', 'postgres/base'],
  files: [{ path: 'postgres/base/1', bytes: 8192, sha256: 'ab'.repeat(32) }],
};
const known = { store: 20, fetcher: 10, bus: 5 };

describe('the manifest of a backup', () => {
  it('is read back as it was written', () => {
    expect(parseManifest(JSON.stringify(MANIFEST), 'FILE')).toEqual(MANIFEST);
  });

  it('is refused when it is of a newer format, whatever else it says', () => {
    expect(() => parseManifest(`{ "format": ${BACKUP_FORMAT + 1} }`, 'FILE')).toThrow(
      expect.objectContaining({ code: 'backup-too-new' }),
    );
  });

  it.each(Object.keys(MANIFEST))('is refused without %s', (key) => {
    const text = JSON.stringify({ ...MANIFEST, [key]: undefined });
    expect(() => parseManifest(text, 'FILE')).toThrow(expect.objectContaining({ code: 'backup-damaged' }));
  });

  it('is refused when it is anything else', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(() => parseManifest(text, 'FILE')).toThrow(/^FILE is damaged/);
      }),
    );
  });

  it('names nothing outside of the data folder, and nothing there but the database and its password', () => {
    const segment = fc.oneof(fc.constantFrom('..', '.', '', 'postgres', 'password', '~', 'a\\b'), fc.string());
    fc.assert(
      fc.property(fc.array(segment, { minLength: 1, maxLength: 5 }), (segments) => {
        const path = segments.join('/');
        if (!isBackupPath(path)) return;
        expect(path).toMatch(/^(?:password$|postgres(?:\/|$))/);
        expect(path.split('/')).not.toContain('..');
        expect(new URL(path, 'file:///data/').pathname).toBe(`/data/${path}`);
      }),
    );
    for (const path of [
      'password/x',
      'postgres.log',
      '/postgres/x',
      'postgres/../password',
      'postgres/',
      'postgres/.x',
    ]) {
      expect(isBackupPath(path)).toBe(false);
      const text = JSON.stringify({ ...MANIFEST, files: [{ ...MANIFEST.files[0], path }] });
      expect(() => parseManifest(text, 'FILE')).toThrow(/^FILE is damaged/);
    }
  });
});

describe('restoring', () => {
  it('takes what is as old as this program, or older', () => {
    expect(() => requireRestorable(MANIFEST, 18, known)).not.toThrow();
    expect(() => requireRestorable({ ...MANIFEST, schemas: { store: 19 } }, 18, known)).not.toThrow();
    expect(() => requireRestorable({ ...MANIFEST, schemas: {} }, 18)).not.toThrow();
  });

  it.each([17, 19])('refuses the data of Postgres %i', (postgresMajor) => {
    expect(() => requireRestorable({ ...MANIFEST, postgresMajor }, 18, known)).toThrow(
      expect.objectContaining({
        code: 'postgres-version',
        message: expect.stringContaining(`of Postgres ${postgresMajor}, this Khabar brings 18`),
      }),
    );
  });

  it.each<Record<string, number>>([{ store: 21 }, { store: 20, fetcher: 11 }, { bus: 6 }, { unheard_of: 1 }])(
    'refuses tables of a newer Khabar: %j',
    (schemas) => {
      expect(() => requireRestorable({ ...MANIFEST, schemas }, 18, known)).toThrow(
        expect.objectContaining({ code: 'backup-too-new', message: expect.stringContaining('newer Khabar (1.2.3)') }),
      );
    },
  );
});
