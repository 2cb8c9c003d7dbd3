import { Parser } from 'htmlparser2';

const PARAGRAPHS = new Set(['p', 'h2', 'h3', 'h4']);

/**
 * The `body` of an article whose `html` this is. The two always agree, for the parser makes its bodies with this function:
 *
 * - paragraphs, headings, quotations' paragraphs, lists, tables and code are apart by an empty line;
 * - white space is one space, and `br` a line feed; in `pre` everything stays as it is;
 * - an item of a list is a line that begins with `- `, or with its number and `. `; those of a list within an item are two spaces
 *   further in, and so is what follows a `br` in an item;
 * - a row of a table is a line, its cells apart by ` | ` without the empty ones; in cells `br` is a space;
 * - a figure has no text.
 */
export function bodyOfHtml(html: string): string {
  const blocks: string[] = [];
  const lists: { nextNumber: number | null }[] = [];
  let lines: string[] = [];
  let cells: string[] = [];
  let text = '';
  let marker = '';
  let figures = 0;
  let isCode = false;

  const take = () => {
    const taken = text;
    text = '';
    return taken;
  };
  const endParagraph = () => {
    const paragraph = paragraphOf(take());
    if (paragraph !== '') blocks.push(paragraph);
  };
  const endItem = () => {
    const item = paragraphOf(take());
    const indent = '  '.repeat(Math.max(0, lists.length - 1));
    if (item !== '') lines.push(`${indent}${marker}${item.replaceAll('\n', `\n${indent}  `)}`);
  };
  const endLines = () => {
    if (lines.length > 0) blocks.push(lines.join('\n'));
    lines = [];
  };

  const open = (name: string, attributes: Readonly<Record<string, string>>) => {
    if (name === 'br') text += '\n';
    else if (name === 'li') {
      endItem();
      const list = lists.at(-1);
      const number = list?.nextNumber ?? null;
      marker = number === null ? '- ' : `${number}. `;
      if (list && number !== null) list.nextNumber = number + 1;
    } else if (name === 'ul' || name === 'ol') {
      if (lists.length > 0) endItem();
      else endParagraph();
      lists.push({ nextNumber: name === 'ul' ? null : Number(attributes['start'] ?? 1) });
    } else if (name === 'pre') {
      endParagraph();
      isCode = true;
    } else if (name === 'figure') {
      endParagraph();
      figures += 1;
    } else if (name === 'tr') cells = [];
    else if (name === 'table' || name === 'blockquote' || PARAGRAPHS.has(name)) endParagraph();
  };

  const close = (name: string) => {
    if (name === 'li') endItem();
    else if (name === 'ul' || name === 'ol') {
      lists.pop();
      if (lists.length === 0) endLines();
    } else if (name === 'td' || name === 'th') cells.push(oneLine(take()));
    else if (name === 'tr') {
      const row = cells.filter((cell) => cell !== '').join(' | ');
      if (row !== '') lines.push(row);
    } else if (name === 'table') endLines();
    else if (name === 'pre') {
      const code = take().replace(/^\n/, '').trimEnd();
      if (code !== '') blocks.push(code);
      isCode = false;
    } else if (name === 'figure') figures -= 1;
    else if (name === 'blockquote' || PARAGRAPHS.has(name)) endParagraph();
  };

  const parser = new Parser({
    onopentag: open,
    onclosetag: close,
    ontext(data) {
      if (figures === 0) text += isCode ? data : data.replace(/[ \t\n\f\r]+/g, ' ');
    },
  });
  parser.end(html);
  endParagraph();
  return blocks.join('\n\n');
}

function paragraphOf(text: string): string {
  return text.replace(/ *\n */g, '\n').replace(/ {2,}/g, ' ').trim(); // prettier-ignore
}

function oneLine(text: string): string {
  return text.replace(/[ \n]+/g, ' ').trim();
}
