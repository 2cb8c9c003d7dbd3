/** What may stand directly in an element; `#text` is text. The empty name is the document. */
const MAY_HOLD: Readonly<Record<string, readonly string[]>> = {
  '': ['p', 'h2', 'h3', 'h4', 'ul', 'ol', 'blockquote', 'pre', 'table', 'figure'],
  p: ['#text', 'br', 'a', 'strong', 'em'],
  h2: ['#text', 'a'],
  h3: ['#text', 'a'],
  h4: ['#text', 'a'],
  ul: ['li'],
  ol: ['li'],
  li: ['#text', 'br', 'a', 'strong', 'em', 'ul', 'ol'],
  blockquote: ['p'],
  pre: ['#text'],
  table: ['thead', 'tbody'],
  thead: ['tr'],
  tbody: ['tr'],
  tr: ['th', 'td'],
  th: ['#text', 'a', 'strong', 'em'],
  td: ['#text', 'a', 'strong', 'em'],
  figure: ['img', 'figcaption'],
  figcaption: ['#text'],
  a: ['#text', 'br', 'strong', 'em'],
  strong: ['#text', 'br', 'em'],
  em: ['#text', 'br'],
};
const MAY_BE_EMPTY = new Set(['td', 'th']);
const VOID = new Set(['br', 'img']);

const ATTRIBUTES: Readonly<Record<string, Readonly<Record<string, (value: string) => boolean>>>> = {
  a: { href: (value) => hasScheme(value, ['http:', 'https:', 'mailto:']) },
  img: {
    src: (value) => hasScheme(value, ['http:', 'https:']),
    alt: () => true,
    width: (value) => /^\d{1,5}$/.test(value),
    height: (value) => /^\d{1,5}$/.test(value),
  },
  ol: { start: (value) => /^\d{1,6}$/.test(value) && value !== '1' },
};
const NEEDED: Readonly<Record<string, readonly string[]>> = { a: ['href'], img: ['src', 'alt'] };

const TOKEN = /<\/([a-z0-9]+)>|<([a-z0-9]+)((?: [a-z]+="[^"<>]*")*)( \/)?>|([^<>]+)/y;

/**
 * What is wrong with an article's HTML; nothing when there is nothing. Reads by itself and not by the parser that the code reads with: it
 * knows only text that every parser reads alike (each bracket and ampersand escaped, each attribute quoted, each element closed, none where
 * HTML would move it), so what it accepts is the same in every browser.
 */
export function faultsOf(html: string): string[] {
  const faults: string[] = [];
  const open: { name: string; isEmpty: boolean }[] = [{ name: '', isEmpty: html !== '' }];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < html.length) {
    const from = TOKEN.lastIndex;
    const token = TOKEN.exec(html);
    if (token === null) return [...faults, `no token: ${html.slice(from, from + 80)}`];
    const [, closed, opened, attributes = '', slash, text] = token;
    const around = open.at(-1)!;
    if (closed === undefined) around.isEmpty = false;
    if (closed !== undefined) {
      const { name, isEmpty } = open.pop()!;
      if (name !== closed || open.length === 0) return [...faults, `</${closed}> closes ${name}`];
      if (isEmpty && !MAY_BE_EMPTY.has(name)) faults.push(`empty ${name}`);
    } else {
      const name = opened ?? '#text';
      if (!MAY_HOLD[around.name]!.includes(name)) faults.push(`${name} in ${around.name || 'the document'}`);
      if (text !== undefined) faults.push(...faultsOfText(text));
      else {
        faults.push(...faultsOfAttributes(name, attributes));
        if ((slash !== undefined) !== VOID.has(name)) faults.push(`closing of ${name}`);
        if (!VOID.has(name)) open.push({ name, isEmpty: true });
      }
      if (MAY_HOLD[name] === undefined && !VOID.has(name) && name !== '#text') return [...faults, `element ${name}`];
    }
  }
  return open.length === 1 ? faults : [...faults, `${open.at(-1)!.name} is not closed`];
}

function faultsOfText(text: string): string[] {
  const stray = /&(?!(?:amp|lt|gt|quot);)/.exec(text);
  const control = /[\0-\x08\x0b-\x1f\x7f]/.exec(text);
  return [stray, control]
    .filter((found) => found !== null)
    .map(({ index }) => `text: ${text.slice(index, index + 20)}`);
}

function faultsOfAttributes(element: string, source: string): string[] {
  const found = [...source.matchAll(/ ([a-z]+)="([^"]*)"/g)].map(([, name = '', value = '']) => ({ name, value }));
  const names = found.map(({ name }) => name);
  const missing = (NEEDED[element] ?? []).filter((name) => !names.includes(name));
  const bad = found.filter(({ name, value }) => !ATTRIBUTES[element]?.[name]?.(decode(value)));
  return [
    ...missing.map((name) => `${element} without ${name}`),
    ...bad.map(({ name, value }) => `${element} ${name}="${value}"`),
    ...found.flatMap(({ value }) => faultsOfText(value)),
    ...(new Set(names).size < names.length ? [`${element} has an attribute twice`] : []),
  ];
}

function decode(value: string): string {
  return value.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');
}

function hasScheme(address: string, schemes: readonly string[]): boolean {
  // a parser of addresses passes over white space and controls; here none may be
  if (!/^[a-z]+:[\x21-\x7e]+$/.test(address) || !URL.canParse(address)) return false;
  const { protocol } = new URL(address);
  // nor may it lack what a parser of addresses makes up for
  return schemes.includes(protocol) && (protocol === 'mailto:' || /^[a-z]+:\/\/[a-z0-9[]/i.test(address));
}
