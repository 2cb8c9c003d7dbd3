import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isOffice, knownAgency, looksLikeName, namesOf } from './authors.ts';

describe('namesOf', () => {
  it.each<[string, string[]]>([
    ['By Amara Whitlock and Desmond Oyelaran', ['Amara Whitlock', 'Desmond Oyelaran']],
    ['By Teodora Marsh, transport correspondent', ['Teodora Marsh']],
    ['Story by Priya Nair & Tom Halloran | Edited by Sana Qureshi', ['Priya Nair', 'Tom Halloran']],
    ['AMARA WHITLOCK', ['Amara Whitlock']],
    ['asha@example.org (Asha Verma)', ['Asha Verma']],
    ['Von Katrin Bölling und Jens Maiwald', ['Katrin Bölling', 'Jens Maiwald']],
    ['Por Lucía Arredondo, corresponsal', ['Lucía Arredondo']],
    ['Joana Siqueira — Santa Rita', ['Joana Siqueira']],
    ['Автор: Арина Колосова', ['Арина Колосова']],
    ['लेखक: सुमित्रा टोप्पो और रवि कुजूर', ['सुमित्रा टोप्पो', 'रवि कुजूर']],
    ['किरण रावत, नई दिल्ली', ['किरण रावत']],
    ['بقلم: هالة النجدي وكريم عيتاني', ['هالة النجدي', 'كريم عيتاني']],
    ['بقلم: وليد النجدي', ['وليد النجدي']],
    ['نویسنده: نیلوفر شکیبا', ['نیلوفر شکیبا']],
    ['记者：林书航、何雨桐', ['林书航', '何雨桐']],
    ['松浦遥記者', ['松浦遥']],
    ['한도윤 기자', ['한도윤']],
    ['Vincent van der Berg', ['Vincent van der Berg']],
  ])('finds the people of %j', (byline, people) => {
    expect(namesOf([byline]).people).toEqual(people);
  });

  it.each([
    'By Staff Reporter',
    'Par la rédaction',
    'वेब डेस्क',
    'HT Correspondent',
    '编辑部',
    'ویب ڈیسک',
    'admin',
    '12 March 2026',
  ])('knows that %j is nobody', (byline) => {
    expect(namesOf([byline])).toEqual({ people: [], agencies: [] });
  });

  it('tells agencies from people', () => {
    expect(namesOf(['Asha Verma, PTI', 'Reuters', 'नई दिल्ली, भाषा'])).toEqual({
      people: ['Asha Verma'],
      agencies: ['PTI', 'Reuters', 'भाषा'],
    });
  });

  it('names nobody twice', () => {
    expect(namesOf(['By Asha Verma', 'Asha Verma', 'ASHA VERMA']).people).toEqual(['Asha Verma']);
  });

  it('takes any text', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), (bylines) => {
        for (const name of namesOf(bylines).people) expect(name).toMatch(/\p{L}/u);
      }),
    );
  });
});

describe('knownAgency', () => {
  it('knows an agency in brackets, slashes and other scripts', () => {
    expect(['(EFE)', '/ТАСС/', '新华社', 'रासस', 'Asha Verma'].map(knownAgency)).toEqual([
      'EFE',
      'ТАСС',
      '新华社',
      'रासस',
      null,
    ]);
  });
});

describe('looksLikeName', () => {
  it('tells a name from a headline or sentence', () => {
    expect(['Asha Verma', 'R. K. Rao', 'Maria de la Cruz'].every(looksLikeName)).toBe(true);
    expect(['Rain reaches the coast', 'Verma.', 'Asha', 'Room 12'].some(looksLikeName)).toBe(false);
  });
});

describe('isOffice', () => {
  it('knows an office without a name', () => {
    expect(['Staff Reporter', 'Correspondent', 'REDACCIÓN'].every(isOffice)).toBe(true);
    expect(['Asha Verma, reporter', 'Reporter without fear'].some(isOffice)).toBe(false);
  });
});
