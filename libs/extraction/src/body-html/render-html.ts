import { type Block, type Cell, type ListItem, type Run } from '../block.ts';

/** Lists within lists, of which a page may have as many as it likes, are shown as deep as this. */
const DEEPEST_LIST = 5;

/** Clean blocks as HTML of the article's vocabulary, with nothing between them. */
export function renderHtml(blocks: readonly Block[]): string {
  return blocks.map(renderBlock).join('');
}

function renderBlock(block: Block): string {
  switch (block.kind) {
    case 'paragraph':
      return `<p>${renderRuns(block.runs)}</p>`;
    case 'heading':
      return `<h${block.level}>${renderRuns(block.runs)}</h${block.level}>`;
    case 'list':
      return renderList(block.items);
    case 'quote':
      return `<blockquote>${block.paragraphs.map((runs) => `<p>${renderRuns(runs)}</p>`).join('')}</blockquote>`;
    case 'code':
      return `<pre>${escapeText(block.text)}</pre>`;
    case 'table':
      return renderTable(block.rows);
    case 'figure':
      return renderFigure(block);
  }
}

function renderFigure({ image }: Extract<Block, { kind: 'figure' }>): string {
  const { url, alt, width, height, caption } = image;
  const size = `${width === null ? '' : ` width="${width}"`}${height === null ? '' : ` height="${height}"`}`;
  const shown = `<img src="${escapeAttribute(url)}" alt="${escapeAttribute(alt ?? '')}"${size} />`;
  return `<figure>${shown}${caption === null ? '' : `<figcaption>${escapeText(caption)}</figcaption>`}</figure>`;
}

/** Rows of nothing but header cells that begin a table are its head. */
function renderTable(rows: readonly (readonly Cell[])[]): string {
  const found = rows.findIndex((row) => !row.every(({ isHeader }) => isHeader));
  const headRows = found < 0 ? 0 : found;
  const part = (name: string, some: readonly (readonly Cell[])[]) =>
    some.length === 0 ? '' : `<${name}>${some.map(renderRow).join('')}</${name}>`;
  return `<table>${part('thead', rows.slice(0, headRows))}${part('tbody', rows.slice(headRows))}</table>`;
}

function renderRow(row: readonly Cell[]): string {
  const cells = row.map(({ runs, isHeader }) => {
    const name = isHeader ? 'th' : 'td';
    return `<${name}>${renderRuns(runs)}</${name}>`;
  });
  return `<tr>${cells.join('')}</tr>`;
}

function renderList(items: readonly ListItem[]): string {
  let html = '';
  const open: string[] = [];
  const least = items.reduce((depth, item) => Math.min(depth, item.depth), Infinity);
  for (const { depth, number, runs } of items) {
    const name = number === null ? 'ul' : 'ol';
    const above = Math.min(depth - least, DEEPEST_LIST, open.length); // a list stands in an item, never in a list
    while (open.length > above + 1 || (open.length === above + 1 && open.at(-1) !== name)) {
      html += `</li></${open.pop()!}>`;
    }
    if (open.length === above + 1) html += '</li>';
    else {
      html += number === null || number === 1 ? `<${name}>` : `<ol start="${number}">`;
      open.push(name);
    }
    html += `<li>${renderRuns(runs)}`;
  }
  return html + open.reverse().map((name) => `</li></${name}>`).join(''); // prettier-ignore
}

/** Links hold strong text, strong text holds emphasised: styles of neighbouring runs are opened once. */
function renderRuns(runs: readonly Run[]): string {
  let html = '';
  let link: string | null = null;
  let strong = false;
  let emphasis = false;
  for (const run of runs) {
    const newLink = run.href !== link;
    const newStrong = newLink || run.strong !== strong;
    const newEmphasis = newStrong || run.emphasis !== emphasis;
    if (newEmphasis && emphasis) html += '</em>';
    if (newStrong && strong) html += '</strong>';
    if (newLink && link !== null) html += '</a>';
    if (newLink && run.href !== null) html += `<a href="${escapeAttribute(run.href)}">`;
    if (newStrong && run.strong) html += '<strong>';
    if (newEmphasis && run.emphasis) html += '<em>';
    html += escapeText(run.text).replaceAll('\n', '<br />');
    ({ href: link, strong, emphasis } = run);
  }
  return `${html}${emphasis ? '</em>' : ''}${strong ? '</strong>' : ''}${link === null ? '' : '</a>'}`;
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function escapeAttribute(text: string): string {
  return escapeText(text).replaceAll('"', '&quot;');
}
