import { articleExample } from '@khabar/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Block, type Run, plainRun } from '../block.ts';
import { bodyOfHtml } from './body-of-html.ts';
import { cleanBlock } from './clean-block.ts';
import { renderHtml } from './render-html.ts';
import { sanitiseHtml } from './sanitise-html.ts';
import { faultsOf } from './strict-reader.fixture.ts';

describe('bodyOfHtml', () => {
  it.each([
    ['paragraphs and headings', '<p>It rained.</p><h2>Relief</h2><p>A lot.</p>', 'It rained.\n\nRelief\n\nA lot.'],
    ['a line break', '<p>Red sky<br />at night</p>', 'Red sky\nat night'],
    ['white space', '<p> It\n  <em>rained </em> a\tlot. </p>\n\n<p>Yes.</p>', 'It rained a lot.\n\nYes.'],
    ['a list', '<p>Bring:</p><ul><li>boots</li><li>a hat</li></ul>', 'Bring:\n\n- boots\n- a hat'],
    ['numbers', '<ol start="9"><li>nine</li><li>ten</li></ol>', '9. nine\n10. ten'],
    [
      'lists in a list',
      '<ul><li>a<ol><li>b</li><li>c<br />d</li></ol></li><li>e</li></ul>',
      '- a\n  1. b\n  2. c\n    d\n- e',
    ],
    ['a quotation', '<blockquote><p>It rained.</p><p>A lot.</p></blockquote>', 'It rained.\n\nA lot.'],
    ['code', '<p>Run:</p><pre>if wet:\n    stay()\n\ngo()</pre>', 'Run:\n\nif wet:\n    stay()\n\ngo()'],
    [
      'a table',
      '<table><thead><tr><th>Day</th><th>mm</th></tr></thead><tbody><tr><td>Mon</td><td></td></tr></tbody></table>',
      'Day | mm\nMon',
    ],
    ['a figure', '<p>a</p><figure><img src="x" alt="y" /><figcaption>z</figcaption></figure><p>b</p>', 'a\n\nb'],
    ['characters that are escaped', '<p>1 &lt; 2 &amp; &quot;3&quot;</p>', '1 < 2 & "3"'],
    ['nothing', '', ''],
  ])('keeps %s', (_, html, body) => {
    expect(bodyOfHtml(html)).toBe(body);
  });
});

describe('the example of the contract', () => {
  it('has the body that its HTML says', () => {
    expect(faultsOf(articleExample.html!)).toEqual([]);
    expect(bodyOfHtml(articleExample.html!)).toBe(articleExample.body);
  });
});

const words = fc
  .array(fc.constantFrom('rain', 'fell', '&', '<b>', '"x"', 'ख़बर', '雨', 'a>b', "it's", '&amp;', '1.', '-'), {
    minLength: 1,
    maxLength: 4,
  })
  .map((some) => some.join(' '));
const href = fc.option(fc.constantFrom('https://a.example/?a=1&b="2"', 'mailto:a@a.example'), { nil: null });
const run: fc.Arbitrary<Run> = fc.record({ text: words, strong: fc.boolean(), emphasis: fc.boolean(), href });
const runs = fc
  .array(run, { minLength: 1, maxLength: 4 })
  .map((some) => some.flatMap((each, at) => (at === 0 ? [each] : [plainRun(at % 3 === 0 ? '\n' : ' '), each])));
const flatRuns = fc.array(run, { minLength: 1, maxLength: 2 });
const depths = fc.array(fc.integer({ min: 0, max: 8 }), { minLength: 1, maxLength: 6 });
const image = fc.record({
  url: fc.constant('https://a.example/i.jpg?a=1&b=2'),
  width: fc.option(fc.constant(640), { nil: null }),
  height: fc.constant(null),
  alt: fc.option(words, { nil: null }),
  caption: fc.option(words, { nil: null }),
});
const block: fc.Arbitrary<Block> = fc.oneof(
  fc.record({ kind: fc.constant('paragraph'), runs }),
  fc.record({ kind: fc.constant('heading'), level: fc.constantFrom(2, 3, 4), runs: flatRuns }),
  fc.record({ kind: fc.constant('quote'), paragraphs: fc.array(runs, { minLength: 1, maxLength: 3 }) }),
  fc.record({ kind: fc.constant('code'), text: fc.constantFrom('a', '  a\n\n\tb && c', '<script>\n</pre>') }),
  fc.record({
    kind: fc.constant('list'),
    items: depths.chain((some) =>
      fc.tuple(
        ...some.map((depth) => fc.record({ runs, depth: fc.constant(depth), number: fc.constantFrom(null, 1, 7) })),
      ),
    ),
  }),
  fc.record({
    kind: fc.constant('table'),
    rows: fc.array(fc.array(fc.record({ runs: flatRuns, isHeader: fc.boolean() }), { minLength: 2, maxLength: 3 }), {
      minLength: 1,
      maxLength: 3,
    }),
  }),
  fc.record({ kind: fc.constant('figure'), image }),
) as fc.Arbitrary<Block>;

describe('blocks as HTML', { timeout: 60_000 }, () => {
  const clean = (blocks: readonly Block[]) => blocks.map(cleanBlock).filter((found) => found !== null);
  const text = (some: readonly Run[]) => some.map((each) => each.text).join('');

  it('are of the vocabulary, and sanitising them changes nothing', () => {
    fc.assert(
      fc.property(fc.array(block, { maxLength: 5 }), (blocks) => {
        const html = renderHtml(clean(blocks));
        expect(faultsOf(html)).toEqual([]);
        expect(sanitiseHtml(html)).toBe(html);
      }),
      { numRuns: 150 },
    );
  });

  it('have the text of the blocks, in order, for their body', () => {
    const lineOf = (line: string) => line.trim();
    const linesOf = (each: Block): string[] => {
      if (each.kind === 'figure') return [];
      if (each.kind === 'code') return each.text.split('\n').map(lineOf);
      if (each.kind === 'quote') return each.paragraphs.flatMap((paragraph) => text(paragraph).split('\n'));
      if (each.kind === 'table') return each.rows.map((row) => row.map((cell) => text(cell.runs)).join(' | '));
      if (each.kind === 'list') return each.items.flatMap((item) => text(item.runs).split('\n'));
      return text(each.runs).split('\n');
    };
    fc.assert(
      fc.property(fc.array(block, { maxLength: 5 }), (blocks) => {
        const cleaned = clean(blocks);
        const body = bodyOfHtml(sanitiseHtml(renderHtml(cleaned)));
        const found = body.split('\n').map((line) => line.trim());
        const expected = cleaned.flatMap(linesOf).map(lineOf);
        expect(found.filter((line) => line !== '')).toHaveLength(expected.filter((line) => line !== '').length);
        let at = 0;
        for (const line of expected.filter((each) => each !== '')) {
          while (at < found.length && !found[at]!.endsWith(line)) at += 1;
          expect(at, `${line} in ${body}`).toBeLessThan(found.length);
          at += 1;
        }
      }),
      { numRuns: 150 },
    );
  });

  it('nest lists no deeper than a reader follows', () => {
    const items = Array.from({ length: 1_000 }, (_, depth) => ({ runs: [plainRun('rain')], depth, number: null }));
    const html = renderHtml([{ kind: 'list', items }]);
    expect(html.match(/<ul>/g)).toHaveLength(6);
    expect(faultsOf(html)).toEqual([]);
  });
});

describe('cleanBlock', () => {
  const cleaned = (...some: readonly Partial<Run>[]) =>
    cleanBlock({ kind: 'paragraph', runs: some.map((each) => ({ ...plainRun(''), ...each })) });

  it('gives the space between two styles to the plainer one', () => {
    expect(renderHtml([cleaned({ text: 'It' }, { text: ' rained ', strong: true }, { text: 'a lot' })!])).toBe(
      '<p>It <strong>rained</strong> a lot</p>',
    );
  });

  it('keeps the text rather than a style that would cut a letter in two', () => {
    expect(renderHtml([cleaned({ text: 'cafe' }, { text: '\u0301 noir', emphasis: true })!])).toBe(
      '<p>caf\u00e9 noir</p>',
    );
    expect(renderHtml([cleaned({ text: 'a' }, { text: '\u0338b', emphasis: true })!])).toBe('<p>a\u0338b</p>');
    expect(renderHtml([cleaned({ text: '\u0338b' })!])).toBe('<p>b</p>');
  });

  it('leaves nothing empty', () => {
    expect(cleaned({ text: ' \u200b\n' }, { text: '\u00a0', strong: true })).toBeNull();
    expect(cleanBlock({ kind: 'list', items: [{ runs: [], depth: 0, number: null }] })).toBeNull();
    expect(cleanBlock({ kind: 'table', rows: [[{ runs: [], isHeader: false }]] })).toBeNull();
    expect(cleanBlock({ kind: 'quote', paragraphs: [[plainRun(' ')]] })).toBeNull();
    expect(cleanBlock({ kind: 'code', text: '\n \t\n' })).toBeNull();
  });
});
