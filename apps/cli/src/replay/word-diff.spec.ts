import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffWords } from './word-diff.ts';

const shown = (before: string, after: string) =>
  diffWords(before, after)
    .map(({ kind, text }) => (kind === 'same' ? text : kind === 'added' ? `{+${text}+}` : `[-${text}-]`))
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
        const without = (kind: string) => stretches.filter((each) => each.kind !== kind).map((each) => each.text);
        expect(without('added').join('')).toBe(before);
        expect(without('removed').join('')).toBe(after);
        if (before === after) expect(stretches.every(({ kind }) => kind === 'same')).toBe(true);
      }),
    );
  });

  it('of texts that have little in common and are long is two texts', () => {
    const words = (name: string) => Array.from({ length: 3_000 }, (_, at) => `${name}${at}`).join(' ');
    const stretches = diffWords(`begin ${words('x')}`, `begin ${words('y')}`);
    expect(stretches.map(({ kind }) => kind)).toEqual(['same', 'removed', 'added']);
  });
});
