import { describe, expect, it } from 'vitest';
import { columns, readLines } from './lines.ts';

const texts = (text: string) => readLines(text).map((line) => line.text);

describe('readLines', () => {
  it('numbers what stands together, whatever the line ends', () => {
    expect(readLines('a\r\nb\r\n\r\n c \u2029\rd')).toEqual([
      { text: 'a', group: 0 },
      { text: 'b', group: 0 },
      { text: 'c', group: 1 },
      { text: 'd', group: 2 },
    ]);
  });

  it('joins the lines of a wrapped text, and leaves headings and items apart', () => {
    const wrapped = [
      'Bridge closed after crack is found',
      '',
      'The railway bridge over the gorge was closed on',
      'Thursday after an inspector walking the line found',
      'a crack as long as her arm in one of the girders.',
      '',
      'No train was on the bridge at the time of the first',
      'report, and two freight services were held back.',
      '',
      '  * Tickets for Friday are valid on any bus between',
      '    Coldwater and the city.',
      '  * Parcels will be late.',
    ].join('\n');
    expect(texts(wrapped)).toEqual([
      'Bridge closed after crack is found',
      'The railway bridge over the gorge was closed on Thursday after an inspector walking the line found a crack as long as her arm in one of the girders.',
      'No train was on the bridge at the time of the first report, and two freight services were held back.',
      '* Tickets for Friday are valid on any bus between Coldwater and the city.',
      '* Parcels will be late.',
    ]);
  });

  it('joins wrapped lines of Japanese without a space', () => {
    const lines = [
      '大雪で二週間にわたって埋もれていた山あいの無人駅',
      'が十三日、住民の手で再び姿を現した。列車は十四日',
      'の始発から運転を再開する。駅は利用者が一日平均六',
      '人と少なく、除雪車の順番は最後に回されていた。',
    ];
    expect(texts(lines.join('\n'))).toEqual([lines.join('')]);
  });

  it('leaves a text alone whose lines are paragraphs', () => {
    const paragraph =
      'The market will open in October with eighty stalls, a small stage and a corner for children, and rents are low.';
    const text = `Home\nShare\n${paragraph}\n${paragraph}\nMost read\nA short one\nAnother`;
    expect(texts(text)).toHaveLength(7);
  });

  it('finds no line where there is nothing to see', () => {
    expect(readLines(' \u200b\n\u00ad\r\n\ufeff')).toEqual([]);
  });
});

describe('columns', () => {
  it('counts East Asian letters twice', () => {
    expect(columns('ab駅カ섬')).toBe(8);
  });
});
