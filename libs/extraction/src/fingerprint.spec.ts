import { describe, expect, it } from 'vitest';
import { fingerprint } from './fingerprint.ts';
import { countWords, isUnspaced } from './words.ts';

function distance(a: string, b: string): number {
  const bits = BigInt(`0x${a}`) ^ BigInt(`0x${b}`);
  return [...bits.toString(2)].filter((bit) => bit === '1').length;
}

const TEXT =
  'The railway bridge over the gorge was closed on Thursday after an inspector found a crack in one of its main girders. No train was on the bridge at the time, and two freight services were held while passengers went on by bus.';

describe('fingerprint', () => {
  // The store compares it with those of years ago: these never change.
  it.each([
    [TEXT, '985ad648537b9cd7'],
    ['海岛小学迎来第一架送书无人机，孩子们从此不必等渡船。', '916143326bbaa174'],
    ['खत उन कारीगरों ने लिखा था जिन्होंने पुल बनाया था.', 'c01ab1f320c95d22'],
    ['Rain', '8444964dd6e23a89'],
  ])('of %j is frozen', (text, frozen) => {
    expect(fingerprint(text)).toBe(frozen);
  });

  it('is near for texts that share most of their words, far for others', () => {
    const own = fingerprint(TEXT)!;
    expect(distance(own, fingerprint(TEXT.replace('Thursday', 'Friday'))!)).toBeLessThan(16);
    expect(
      distance(
        own,
        fingerprint(
          'Mil mudas foram plantadas no sábado na avenida central, num mutirão que reuniu mais de seiscentas pessoas.',
        )!,
      ),
    ).toBeGreaterThan(16);
  });

  it('cares for no case, punctuation or line break', () => {
    expect(fingerprint(TEXT.toUpperCase().replaceAll('.', '!\n\n'))).toBe(fingerprint(TEXT));
  });

  it('is null where nothing is to be compared', () => {
    expect(fingerprint('')).toBeNull();
    expect(fingerprint('— … !')).toBeNull();
  });
});

describe('countWords', () => {
  it.each([
    ['Rain reaches the coast.', 4],
    ['बारिश तट पर पहुंची', 4],
    ['', 0],
    ['— …', 0],
  ])('of %j is %i', (text, count) => {
    expect(countWords(text)).toBe(count);
  });

  it('finds words in scripts without spaces', () => {
    expect(countWords('海岛小学迎来无人机')).toBeGreaterThan(2);
    expect(countWords('สะพานเก่าซ่อมเสร็จแล้ว')).toBeGreaterThan(2);
  });

  it('counts a long text as the sum of its parts', () => {
    expect(countWords('word '.repeat(20_000))).toBe(20_000);
  });
});

describe('isUnspaced', () => {
  it('is so of Chinese, Japanese and Thai, not of Korean', () => {
    expect(['海岛小学', '雪に埋もれた駅', 'สะพาน'].every(isUnspaced)).toBe(true);
    expect(['섬마을 우체부', 'Rain', '12'].some(isUnspaced)).toBe(false);
  });
});
