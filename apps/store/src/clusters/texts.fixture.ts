import { seededRandom } from '@khabar/testing';

/** A paragraph of so many made-up words, another for each seed. */
export function paragraph(seed: number, words = 40): string {
  const next = seededRandom(seed);
  return Array.from({ length: words }, () => Math.floor(next() * 36 ** 5).toString(36)).join(' ');
}

/** Paragraphs of these seeds, one after the other. */
export function body(...seeds: number[]): string {
  return seeds.map((seed) => paragraph(seed)).join('\n\n');
}
