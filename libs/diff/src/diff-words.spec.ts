import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffWords } from './diff-words.ts';

const shown = (before: string, after: string) =>
  diffWords(before, after)
    .map(({ op, text }) => (op === 'same' ? text : op === 'added' ? `{+${text}+}` : `[-${text}-]`))
    .join('');

describe('a diff of words', () => {
  it.each([
    ['', '', ''],
    ['the same', 'the same', 'the same'],
    ['', 'all new', '{+all new+}'],
    ['all old', '', '[-all old-]'],
    ['Rain on the coast', 'Rain reaches the coast', 'Rain [-on-]{+reaches+} the coast'],
    ['one two three', 'one three', 'one [-two -]three'],
    ['one three', 'one two three', 'one {+two +}three'],
    ['a b c', 'x y z', '[-a b c-]{+x y z+}'],
    ['the coast', 'the coast at last', 'the coast{+ at last+}'],
    ['LIVE: the coast', 'the coast', '[-LIVE: -]the coast'],
    ['पुतिन ने फोन किया', 'पुतिन ने जिनपिंग को फोन किया', 'पुतिन ने {+जिनपिंग को +}फोन किया'],
  ])('of "%s" and "%s"', (before, after, diff) => {
    expect(shown(before, after)).toBe(diff);
  });

  it('has both texts in it', () => {
    const text = fc
      .array(fc.constantFrom('a ', 'b ', 'c\n\n', 'd. '), { maxLength: 30 })
      .map((words) => words.join(''));
    fc.assert(
      fc.property(text, text, (before, after) => {
        const stretches = diffWords(before, after);
        const without = (kind: string) => stretches.filter((each) => each.op !== kind).map((each) => each.text);
        expect(without('added').join('')).toBe(before);
        expect(without('removed').join('')).toBe(after);
        if (before === after) expect(stretches.every(({ op }) => op === 'same')).toBe(true);
      }),
    );
  });

  const words = (name: string, count: number) => Array.from({ length: count }, (_, at) => `${name}${at}`).join(' ');
  const ops = (before: string, after: string) => diffWords(before, after).map(({ op }) => op);

  it('of texts that have little in common and are long is that of their paragraphs', () => {
    const before = `begin ${words('x', 3_000)}\n\nIn both.\n\nThe end`;
    const after = `begin ${words('y', 3_000)}\n\nIn both.\n\nThe end`;
    expect(ops(before, after)).toEqual(['removed', 'added', 'same']);
  });

  it('of texts that are very long finds the paragraphs that differ', () => {
    const paragraphs = Array.from({ length: 4_000 }, (_, at) => words(`p${at} `, 20));
    const before = paragraphs.join('\n\n');
    const after = paragraphs.with(2_000, 'Another one.').join('\n\n');
    expect(before.length).toBeGreaterThan(200_000);
    expect(diffWords(before, after).filter(({ op }) => op === 'added')).toEqual([
      { op: 'added', text: 'Another one.\n\n' },
    ]);
  });

  it('of texts that have nothing in common and no end to it is two texts', () => {
    expect(ops(words('x\n', 9_000), words('y\n', 9_000))).toEqual(['removed', 'added']);
  });

  it('finds no more differences than there are', () => {
    const text = fc.array(fc.constantFrom('a ', 'b ', 'c '), { maxLength: 12 });
    const changed = (before: string, after: string) =>
      diffWords(before, after)
        .filter(({ op }) => op !== 'same')
        .reduce((sum, each) => sum + each.text.trim().split(/ +/).length, 0);
    fc.assert(
      fc.property(text, text, (head, tail) => {
        const before = [...head, 'removed ', ...tail].join('');
        expect(changed(before, [...head, ...tail].join(''))).toBe(1);
      }),
    );
  });
});
