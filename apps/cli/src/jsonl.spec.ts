import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linesOf } from './jsonl.ts';

async function linesOfChunks(...chunks: readonly (string | Uint8Array)[]): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of linesOf(Readable.from(chunks))) lines.push(line);
  return lines;
}

describe('linesOf', () => {
  it('gives the same lines however the bytes are cut, characters included', async () => {
    const text = '{"id":"क"}\n{"id":"東京"}\n\n{"id":"👍"}';
    const bytes = Buffer.from(text);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 5 }), async (cuts) => {
        const points = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
        const chunks = points.slice(1).map((end, at) => bytes.subarray(points[at], end));
        expect(await linesOfChunks(...chunks)).toEqual(['{"id":"क"}', '{"id":"東京"}', '{"id":"👍"}']);
      }),
    );
  });

  it('takes a line separator (U+2028) inside JSON for a character', async () => {
    expect(await linesOfChunks('{"text":"a\u2028b"}\n')).toEqual(['{"text":"a\u2028b"}']);
  });

  it('gives nothing for nothing', async () => {
    expect(await linesOfChunks('', '\n \r\n')).toEqual([]);
  });
});
