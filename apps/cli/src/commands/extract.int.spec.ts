import { describe, expect, it } from 'vitest';
import { runRecorded } from '../recorded-shell.ts';

describe('khabar extract', () => {
  it('answers each line with one line, in order, and a bad one with its error', async () => {
    const page = (title: string) =>
      `<html lang="en"><body><article><h1>${title}</h1><p>The first ferry left the harbour at dawn, with two hundred people on board.</p></article></body></html>`;
    const stdin = [
      { id: 'a', url: 'https://news.example.org/2026/ferry', html: page('The ferry runs again') },
      { id: 'b' },
      {
        id: 'c',
        text: 'Old bridge gets a new deck\n\nWorkers will replace the planks before the summer, the council said.',
      },
    ].map((line) => JSON.stringify(line));
    const { code, stdout, stderr } = await runRecorded(['extract', '--jsonl'], { stdin: `${stdin.join('\n')}\n` });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toMatchObject([
      { id: 'a', title: 'The ferry runs again', body: expect.stringContaining('at dawn'), authors: [], language: 'en' },
      { id: 'b', error: 'Line 2 has no html and no text' },
      { id: 'c', title: 'Old bridge gets a new deck', published: null },
    ]);
  });

  it('asks for the form to be said', async () => {
    expect(await runRecorded(['extract'])).toMatchObject({ code: 2, stderr: expect.stringContaining('--jsonl') });
  });
});
