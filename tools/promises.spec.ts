import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

const page = read('docs/consumers/README.md');
const promised = page.slice(page.indexOf('## What is promised'), page.indexOf('## The same event twice'));
const promises = [...promised.matchAll(/^- \*\*(.+?)\*\*/gm)].map(([, name]) => name!);

const rows = [...read('docs/promises.md').matchAll(/^\| (.*?) +\| \[(.+?)\]\(\.\.\/(.+?)\) +\| (.+?) +\|$/gm)].map(
  ([, name, file, link, test]) => ({ name: name!.trim(), file: file!, link: link!, test: test! }),
);

describe('docs/promises.md', () => {
  it('has each promise of the page for consumers, in its order', () => {
    expect(promises.length).toBeGreaterThan(9);
    expect(rows.map(({ name }) => name).filter((name) => name !== '')).toEqual(promises);
  });

  it.each(rows)('$file has the test "$test"', ({ file, link, test }) => {
    expect(link).toBe(file);
    const titles = read(file)
      .split('\n')
      .filter((line) => /^\s*(?:(?:it|test)\b|\]\)\(|['"`])/.test(line));
    expect(titles.filter((line) => line.includes(test))).toHaveLength(1);
  });
});
