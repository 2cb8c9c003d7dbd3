import { describe, expect, it } from 'vitest';
import { readDateline } from './dateline.ts';

describe('readDateline', () => {
  it.each([
    ['MERIDIAN FALLS, March 5 (NewsCircuit) - The railway bridge', 'NewsCircuit'],
    ['VALDEMORA, 3 may (EFE).- La campanilla sonó', 'EFE'],
    ['МУРМАНСК, 11 марта. /ТАСС/. Ледокол', 'ТАСС'],
    ['УЖГОРОД, 13 березня (Укрінформ). У селі', 'Укрінформ'],
    ['खोटाङ, १२ मार्च (रासस) – पुल', 'रासस'],
    ['عمّان (رويترز) - عادت نساء', 'رويترز'],
    ['新华社海口3月12日电 一架无人机', '新华社'],
    ['(솔섬=연합뉴스) 한도윤 기자 = 섬', '연합뉴스'],
    ['Berlin (dpa) - Die Laternen', 'dpa'],
  ])('finds the agency of %j', (lead, agency) => {
    expect(readDateline(lead)).toEqual({ agency });
  });

  it.each(['नई दिल्ली, 12 मार्च (एजेंसी): यमुना पर', 'VALLEY CITY: The city council', 'MONTEVERDE – Da lunedì'])(
    'sees that %j names none',
    (lead) => {
      expect(readDateline(lead)).toEqual({ agency: null });
    },
  );

  it.each([
    'The verdict was short: no licence, no ferry.',
    'The harbour board (elected in May) - and not the mayor - decides.',
    'Her owners said they would put everything right.',
    '',
  ])('sees no dateline in %j', (lead) => {
    expect(readDateline(lead)).toBeNull();
  });
});
