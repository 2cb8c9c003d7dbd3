import { type Stretch, diffWords } from '@khabar/diff';
import { count, paint, table } from '../output.ts';
import type { Shell } from '../shell.ts';
import { oneLine } from '../text-width.ts';
import type { Field } from './fields.ts';
import type { Verdict } from './judge.ts';
import type { FieldExample, FieldTally, RefusalTally, Tally } from './tally.ts';

/** What a report has to know beside the tally. */
export interface ReportFrame {
  readonly parserVersion: number;
  /** Nothing was published: what differs is shown instead. */
  readonly diff: boolean;
  /** It was stopped before its end. */
  readonly stopped: boolean;
}

const SAME_VERSION =
  'left alone; they differ, but from a parser of the same version: another setting, or a build under work';

const MEANING: readonly (readonly [Verdict, whenPublished: string, inDiff: string])[] = [
  ['unchanged', 'the store shows this very text', 'the store shows this very text'],
  ['changed', 'published; they become revisions', 'would become revisions'],
  ['moved', 'published; their pages make other articles now', 'their pages would make other articles'],
  ['new', 'published; the store had no article of them', 'the store has no article of them'],
  ['gone', 'published; their pages were gone', 'their pages were gone, which the store does not know'],
  ['same-version', SAME_VERSION, SAME_VERSION],
  [
    'newer',
    'left alone; the store knows a newer fetch or parser',
    'left alone; the store knows a newer fetch or parser',
  ],
  ['outranked', 'left alone; a fuller or newer form is shown', 'left alone; a fuller or newer form is shown'],
  ['erased', 'left alone; their articles were erased', 'left alone; their articles were erased'],
];

/** The tally for a person: what was read, what it came to, and for a diff what would change. */
export function reportText(shell: Shell, tally: Tally, frame: ReportFrame): string {
  const { archive, topic } = tally.read;
  const { older, repeated, unreadable } = tally.skipped;
  const skipped = [
    older > 0 ? `${count(older, 'older fetch', 'older fetches')}` : '',
    repeated > 0 ? `${count(repeated, 'repetition')}` : '',
    unreadable > 0 ? `${count(unreadable, 'unreadable record')}` : '',
  ].filter((part) => part !== '');
  const from = archive > 0 ? ` (${archive.toLocaleString('en')} of them archived)` : '';
  const head = [
    `${count(archive + topic, 'raw event')}${from} through parser version ${frame.parserVersion}`,
    skipped.length > 0 ? `; passed over: ${skipped.join(', ')}` : '',
  ];
  const parts = [head.join(''), verdictTable(shell, tally, frame), refusalText(shell, tally.refusals)];
  if (frame.diff) parts.push(fieldTable(shell, tally), warningText(tally), exampleText(shell, tally.fields));
  parts.push(closing(tally, frame));
  return parts.filter((part) => part !== '').join('\n\n');
}

function verdictTable(shell: Shell, { verdicts, refusals }: Tally, { diff }: ReportFrame): string {
  const rows = MEANING.map(([verdict, published, inDiff]) => ({
    verdict: verdict as string,
    articles: verdicts.get(verdict) ?? 0,
    meaning: diff ? inDiff : published,
  })).filter(({ articles, verdict }) => articles > 0 || verdict === 'unchanged' || verdict === 'changed');
  const refused = [...refusals.values()].reduce((sum, each) => sum + each.count, 0);
  if (refused > 0)
    rows.push({ verdict: 'refused', articles: refused, meaning: 'they make no article that can be sent' });
  return table(shell, rows, [
    { head: 'raw articles', text: ({ articles }) => articles.toLocaleString('en'), align: 'right' },
    { head: '', text: ({ verdict }) => verdict },
    { head: '', text: ({ meaning }) => meaning, shrinks: true },
  ]);
}

function refusalText(shell: Shell, refusals: ReadonlyMap<string, RefusalTally>): string {
  const { dim } = paint(shell);
  return [...refusals]
    .map(([code, { count: times, examples }]) => {
      const lines = examples.map(({ where, message }) => `  ${oneLine(where)}  ${dim(oneLine(message))}`);
      return [`refused as ${code}: ${times.toLocaleString('en')}`, ...lines].join('\n');
    })
    .join('\n');
}

function fieldTable(shell: Shell, tally: Tally): string {
  const rows = [...tally.fields].filter(([, { changed, gained, lost }]) => changed + gained + lost > 0);
  if (rows.length === 0) return '';
  const number = (of: 'changed' | 'gained' | 'lost' | 'unchanged') => ({
    head: of,
    text: ([, counts]: [Field, FieldTally]) => counts[of].toLocaleString('en'),
    align: 'right' as const,
  });
  return table(shell, rows, [
    { head: 'field', text: ([field]) => field },
    ...(['changed', 'gained', 'lost', 'unchanged'] as const).map(number),
  ]);
}

function warningText({ warnings: { came, went } }: Tally): string {
  const list = (counts: ReadonlyMap<string, number>) =>
    [...counts].map(([code, times]) => `${code} ${times}`).join(', ');
  return [
    came.size > 0 ? `warnings that came: ${list(came)}` : '',
    went.size > 0 ? `warnings that went: ${list(went)}` : '',
  ]
    .filter((line) => line !== '')
    .join('\n');
}

/** Fields that are long: of them only what is around a change is shown. */
const LONG: ReadonlySet<Field> = new Set<Field>(['summary', 'body', 'html', 'headings', 'images']);
const CONTEXT_CHARACTERS = 40;
const LONGEST_EXAMPLE = 800;

function exampleText(shell: Shell, fields: ReadonlyMap<Field, FieldTally>): string {
  const { dim, bold } = paint(shell);
  return [...fields]
    .filter(([, { examples }]) => examples.length > 0)
    .map(([field, { examples }]) => {
      const shown = examples.map(
        (example) => `  ${dim(oneLine(example.where))}\n    ${exampleLine(shell, field, example)}`,
      );
      return [bold(field), ...shown].join('\n');
    })
    .join('\n\n');
}

function exampleLine(shell: Shell, field: Field, { before, after }: FieldExample): string {
  const stretches = diffWords(before, after);
  const shown = LONG.has(field) ? stretches.map((stretch, at) => shortened(stretch, at, stretches.length)) : stretches;
  return shown.map((stretch) => stretchText(shell, stretch)).join('');
}

function shortened({ op, text }: Stretch, at: number, of: number): Stretch {
  if (op !== 'same') {
    const cut = text.length > LONGEST_EXAMPLE;
    return { op, text: cut ? `${text.slice(0, LONGEST_EXAMPLE)} … (${text.length} characters)` : text };
  }
  const head = at === 0 ? '' : text.slice(0, CONTEXT_CHARACTERS);
  const tail = at === of - 1 ? '' : text.slice(-CONTEXT_CHARACTERS);
  return { op, text: head.length + tail.length < text.length ? `${head} … ${tail}` : text };
}

/** On a terminal in colours, elsewhere in the marks of `wdiff`. A line that ends is a `¶`. */
function stretchText(shell: Shell, { op, text }: Stretch): string {
  const [, before, words, after] = /^( ?)(.*?)( ?)$/s.exec(text.replace(/\s*\n\s*/g, ' ¶ '))!;
  const plain = `${before}${oneLine(words!)}${after}`;
  const colours = paint(shell);
  if (op === 'same') return plain;
  if (colours.isColorSupported)
    return op === 'added' ? colours.green(plain) : colours.red(colours.strikethrough(plain));
  return op === 'added' ? `{+${plain}+}` : `[-${plain}-]`;
}

function closing({ published, verdicts }: Tally, { diff, stopped, parserVersion }: ReportFrame): string {
  const again = stopped ? 'Stopped before its end; run it again to go on.' : '';
  const version =
    (verdicts.get('same-version') ?? 0) > 0
      ? `What differs under version ${parserVersion} is published by no replay: the store keeps the first reading of a version. A new version of the parser raises its number.`
      : '';
  const done = diff
    ? 'Nothing was written.'
    : `${count(published, 'article')} published on news.articles.v1${published > 0 ? '; the store may need a moment to show them' : ''}.`;
  return [version, again, done].filter((line) => line !== '').join('\n');
}

/** The tally for a program. */
export function reportJson(tally: Tally, { parserVersion, diff, stopped }: ReportFrame): Record<string, unknown> {
  return {
    parserVersion,
    complete: !stopped,
    read: tally.read,
    skipped: tally.skipped,
    verdicts: Object.fromEntries(MEANING.map(([verdict]) => [verdict, tally.verdicts.get(verdict) ?? 0])),
    refused: Object.fromEntries(tally.refusals),
    published: tally.published,
    ...(diff && {
      fields: Object.fromEntries(tally.fields),
      warnings: { came: Object.fromEntries(tally.warnings.came), went: Object.fromEntries(tally.warnings.went) },
    }),
  };
}
