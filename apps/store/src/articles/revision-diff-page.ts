import { escapeUTF8 } from 'entities';
import type { RevisionDiff } from './revision-diff.ts';

const STYLE = `body{font:1rem/1.5 system-ui,sans-serif;max-width:45rem;margin:2rem auto;padding:0 1rem}
.text{white-space:pre-wrap;overflow-wrap:anywhere}ins{background:#d4f7d4}del{background:#fbd5d5}
table{border-collapse:collapse}th,td{border:1px solid #bbb;padding:.25rem .5rem;text-align:start;vertical-align:top}`;

/** A diff as a page of HTML without script. Everything that came from elsewhere is escaped. `language` is that of the newer text, BCP 47. */
export function revisionDiffPage({ revision, against, texts, values }: RevisionDiff, language: string | null): string {
  const title = against === null ? `Revision ${revision}` : `Revision ${revision} against ${against}`;
  const lang = language === null ? '' : ` lang="${escapeUTF8(language)}"`;
  return [
    `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>${title}</title><style>${STYLE}</style></head>`,
    `<body><h1>${title}</h1>`,
    ...(texts.length + values.length === 0 ? ['<p>Nothing differs.</p>'] : []),
    ...texts.map(
      ({ field, changes }) =>
        `<section><h2>${field}</h2><div class="text" dir="auto"${lang}>${changes.map(stretchOf).join('')}</div></section>`,
    ),
    ...(values.length === 0 ? [] : [tableOf(values)]),
    '</body></html>\n',
  ].join('\n');
}

function stretchOf({ op, text }: RevisionDiff['texts'][number]['changes'][number]): string {
  const escaped = escapeUTF8(text);
  if (op === 'same') return escaped;
  return op === 'added' ? `<ins>${escaped}</ins>` : `<del>${escaped}</del>`;
}

function tableOf(values: RevisionDiff['values']): string {
  const rows = values.map(
    ({ field, before, after }) =>
      `<tr><th scope="row">${field}</th><td dir="auto">${valueOf(before, 'del')}</td><td dir="auto">${valueOf(after, 'ins')}</td></tr>`,
  );
  return `<table><tr><th>field</th><th>before</th><th>after</th></tr>\n${rows.join('\n')}\n</table>`;
}

function valueOf(value: unknown, element: 'ins' | 'del'): string {
  if (value === null || (Array.isArray(value) && value.length === 0)) return '';
  const isWords = Array.isArray(value) && value.every((each) => typeof each === 'string');
  const text = typeof value === 'string' ? value : isWords ? value.join(', ') : JSON.stringify(value);
  return `<${element}>${escapeUTF8(text)}</${element}>`;
}
