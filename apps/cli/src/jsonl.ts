import type { Readable } from 'node:stream';

const NEWLINE = 0x0a;

/** Lines of a byte stream as text, whatever the chunks; lines without content are passed over. Only a line feed ends a line, for JSON may hold U+2028. */
export async function* linesOf(input: Readable): AsyncGenerator<string> {
  let pending: Buffer[] = [];
  for await (const chunk of input as AsyncIterable<Buffer | string>) {
    let rest = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    for (let end = rest.indexOf(NEWLINE); end !== -1; end = rest.indexOf(NEWLINE)) {
      const line = Buffer.concat([...pending, rest.subarray(0, end)]).toString('utf8');
      pending = [];
      rest = rest.subarray(end + 1);
      if (line.trim() !== '') yield line;
    }
    if (rest.length > 0) pending.push(rest);
  }
  const last = Buffer.concat(pending).toString('utf8');
  if (last.trim() !== '') yield last;
}
