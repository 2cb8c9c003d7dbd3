import { describe, expect, it } from 'vitest';
import { articleChangeExample, articleChangeValidator } from './article-change.ts';

describe('the schema of a change', () => {
  const check = (changed: object) => articleChangeValidator.check({ ...articleChangeExample, ...changed });

  it.each(['created', 'revised', 'withdrawn', 'clustered'])('knows the kind %s', (kind) => {
    expect(check({ kind })).toBe(true);
  });

  it.each(['deleted', 'Created', '', null])('knows no kind %s', (kind) => {
    expect(check({ kind })).toBe(false);
  });

  it('takes the reason superseded of an article that moved, and null where there is none', () => {
    expect(check({ kind: 'withdrawn', reason: 'superseded' })).toBe(true);
    expect(check({ kind: 'created', reason: null })).toBe(true);
    for (const reason of ['', 'The text changed', 'Superseded']) expect(check({ reason })).toBe(false);
  });

  it('counts revisions from 1', () => {
    expect(check({ revision: 1 })).toBe(true);
    for (const revision of [0, -1, 1.5, '1', null]) expect(check({ revision })).toBe(false);
  });

  it('has no content hash once there is no content, and no cluster before one was formed', () => {
    expect(check({ kind: 'withdrawn', contentHash: null, clusterId: null })).toBe(true);
    expect(check({ kind: 'clustered', clusterId: articleChangeExample.id })).toBe(true);
  });
});
