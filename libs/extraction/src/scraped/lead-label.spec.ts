import { describe, expect, it } from 'vitest';
import { splitLabel } from './lead-label.ts';

const HINDI = 'देवखाल की ढलानें फरवरी के आखिर में ही लाल हो गईं. आम तौर पर यहां बुरांश मार्च में खिलता है.';
const ENGLISH = 'The council voted on Monday to turn the old depot into a market. It opens in October.';

describe('splitLabel', () => {
  it.each([
    ['China Russia', HINDI],
    ['Buransh In March', HINDI],
    ['पहाड़ का मौसम', HINDI],
    ['Valley Of Flowers', ENGLISH],
    ['Explained', ENGLISH],
  ])('takes the label %j off a lead', (label, text) => {
    expect(splitLabel(`${label}: ${text}`, 'lead')).toEqual({ label, text });
  });

  it.each([
    'The verdict was short: no licence, no ferry.',
    'सवाल सीधा था: पानी कहां गया?',
    `नई दिल्ली: ${HINDI}`,
    `New Delhi: ${ENGLISH}`,
    `VALLEY CITY: ${ENGLISH}`,
    `उन्होंने कहा: ${HINDI}`,
    `Asha Verma: "${ENGLISH}"`,
    `The old town clock: ${ENGLISH}`,
    'रविवार सुबह 10: 30 बजे घड़ी की सुइयां फिर चल पड़ीं और लोगों ने मिठाई बांटी थी.',
    ENGLISH,
  ])('sees no label in %j', (text) => {
    expect(splitLabel(text, 'lead')).toEqual({ label: null, text });
  });
});
