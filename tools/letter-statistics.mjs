import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { constants, brotliCompressSync } from 'node:zlib';

/**
 * `node tools/letter-statistics.mjs` makes the letter statistics of the extraction library from the package eld, whose own form of them, an
 * object an n-gram, takes 160 MB of memory and a second to load. To be run when eld has another version; a test compares the scores.
 */
const TARGET = join(import.meta.dirname, '../libs/extraction/src/lexicon/letter-statistics.ts');

// what the package has inside and does not export
const inside = (file) => new URL(file, import.meta.resolve('eld/small'));
const { dictionary } = await import(inside('../dictionary.js').href);
const { ngramsData } = await import(inside('../ngrams/small.js').href);
const { version } = JSON.parse(readFileSync(inside('../../package.json'), 'utf8'));

// eld writes a byte beyond ASCII as a character that no text in lower case has, or as a space where it knows no such byte
const byteOf = new Map(
  dictionary.flatMap((character, byte) => (byte < 0x80 || character === ' ' ? [] : [[character, byte]])),
);
const bytesOf = (text) => Buffer.from([...text].map((character) => byteOf.get(character) ?? character.charCodeAt(0)));

const grams = Object.entries(ngramsData.ngrams).map(([text, scores]) => ({ bytes: bytesOf(text), scores }));
grams.sort((a, b) => Buffer.compare(a.bytes, b.bytes));
const table = Buffer.from(
  grams.flatMap(({ bytes, scores }) => {
    const pairs = Object.entries(scores).flatMap(([language, score]) => [Number(language), score]);
    return [bytes.length, ...bytes, pairs.length / 2, ...pairs];
  }),
);
const packed = brotliCompressSync(table, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: table.length } });
const languages = Object.values(ngramsData.languages).map((each) => `'${each}'`);

writeFileSync(
  TARGET,
  `/*
 * Made by tools/letter-statistics.mjs of eld ${version}, Efficient Language Detector. Copyright 2023 Nito T.M., Apache License 2.0
 * (https://www.apache.org/licenses/LICENSE-2.0), https://github.com/nitotm/efficient-language-detector-js.
 * Changed: its small database in another form.
 */

/** The languages by the numbers that {@link LETTER_STATISTICS} has for them. */
export const STATISTICS_LANGUAGES: readonly string[] = [
  ${languages.join(', ')},
];

/**
 * N-grams of UTF-8 bytes, sorted, and how far each speaks for which language: its length, its bytes, a count, and so many pairs of language
 * and score. Compressed with Brotli, in base64.
 */
export const LETTER_STATISTICS: string =
  '${packed.toString('base64')}';
`,
);
