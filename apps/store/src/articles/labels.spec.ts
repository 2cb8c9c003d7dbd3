import { describe, expect, it } from 'vitest';
import { type AskedLabels, labelsAsked, labelsOf } from './labels.ts';

const article = {
  sources: ['3050b85a-7895-5194-938f-701e6d0151bc', '092ef7ab-6e00-5f0e-a45b-9750fecbedaf'],
  authors: ['Asha Verma'],
  tags: ['rain', 'Asha'],
  kind: 'article',
  language: 'zh-Hant-TW',
};

const nothing: AskedLabels = { source: null, author: null, tag: null, kind: null, language: null };
const isFound = (asked: Partial<AskedLabels>) => {
  const labels = new Set(labelsOf(article));
  return labelsAsked({ ...nothing, ...asked }).every((label) => labels.has(label));
};

describe('the labels of an article', () => {
  it('hold for each of its sources, authors and tags, and its kind', () => {
    expect(isFound({ source: article.sources[1]!, author: 'Asha Verma', tag: 'rain', kind: 'article' })).toBe(true);
    expect(isFound({ tag: 'Asha' })).toBe(true);
  });

  it('do not hold for what it has not, nor for a name in another place', () => {
    expect(isFound({ author: 'Asha' })).toBe(false);
    expect(isFound({ tag: 'Asha Verma' })).toBe(false);
    expect(isFound({ kind: 'video', tag: 'rain' })).toBe(false);
  });

  it('hold for its language and all that is less special, in any case', () => {
    for (const language of ['zh', 'zh-hant', 'ZH-Hant', 'zh-hant-tw']) expect(isFound({ language })).toBe(true);
    for (const language of ['z', 'zh-tw', 'hant', 'zh-hant-tw-x']) expect(isFound({ language })).toBe(false);
  });

  it('are numbers of 64 bits, of which no two are alike', () => {
    const labels = labelsOf(article);
    for (const label of labels) expect(BigInt.asIntN(64, BigInt(label))).toBe(BigInt(label));
    expect(new Set(labels).size).toBe(9);
  });
});
