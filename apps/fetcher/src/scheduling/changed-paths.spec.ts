import { describe, expect, it } from 'vitest';
import { ChangedPaths } from './changed-paths.ts';

const changed = (paths: number, changes = new ChangedPaths()) => {
  for (let at = 0; at < paths; at += 1) changes.add('one', `${at}.txt`);
  return changes;
};

describe('changed paths', () => {
  it('are kept by source, each once', () => {
    const changes = changed(2, changed(2));
    changes.add('two', '0.txt');
    expect(new Map(changes.bySource())).toEqual(
      new Map([
        ['one', new Set(['0.txt', '1.txt'])],
        ['two', new Set(['0.txt'])],
      ]),
    );
  });

  it('are forgotten over ten thousand of a source, but not that there were many', () => {
    expect([...changed(10_000).bySource()]).toEqual([['one', expect.objectContaining({ size: 10_000 })]]);
    const changes = changed(10_001);
    changes.add('one', 'another.txt');
    expect([...changes.bySource()]).toEqual([['one', 'many']]);
    changes.delete('one');
    changes.add('one', 'later.txt');
    expect([...changes.bySource()]).toEqual([['one', new Set(['later.txt'])]]);
  });
});
