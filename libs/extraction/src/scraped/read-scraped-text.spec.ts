import { describe, expect, it } from 'vitest';
import { textOfBlock } from '../block.ts';
import { readScrapedText } from './read-scraped-text.ts';

const LEAD = 'The city council voted on Monday to turn the old tram depot into a covered night market.';
const SECOND = 'The market will open in October with eighty stalls, a small stage and a corner for children.';
const THIRD = 'Builders will begin work in April, and the tracks inside the hall stay where they are.';
const TITLE = 'Old tram depot will become a night market';

const read = (...groups: string[]) => {
  const { titles, kicker, summary, blocks, siteName, bylines, section } = readScrapedText(groups.join('\n\n'));
  return {
    title: titles[0] ?? null,
    kicker,
    summary,
    body: blocks.map(textOfBlock),
    kinds: blocks.map(({ kind }) => kind),
    siteName,
    bylines,
    section,
  };
};

describe('the title of a scraped text', () => {
  it('is its first line of text', () => {
    expect(read(`Skip to content\nMenu\n${TITLE}`, LEAD, SECOND)).toMatchObject({ title: TITLE, body: [LEAD, SECOND] });
  });

  it('is the line that is said twice, with the site its name behind it', () => {
    const found = read(`World\nValley weather today is fine\n${TITLE} - The Valley Post\n${TITLE}`, LEAD, SECOND);
    expect(found).toMatchObject({ title: TITLE, siteName: 'The Valley Post', body: [LEAD, SECOND] });
  });

  it('loses the name of the site that holds the rights', () => {
    expect(read(`${TITLE} - The Valley Post`, LEAD, '© 2026 The Valley Post. All rights reserved.').title).toBe(TITLE);
  });

  it('is not the menu above it', () => {
    expect(read('World\nSport\nCulture', TITLE, LEAD, SECOND).title).toBe(TITLE);
  });

  it('has the word right above it as kicker', () => {
    expect(read(`Night life\n${TITLE}\nBy Asha Verma`, LEAD, SECOND)).toMatchObject({
      title: TITLE,
      kicker: 'Night life',
    });
  });

  it('is missing where the text begins with a paragraph too long for one', () => {
    expect(read(`${LEAD} ${SECOND} ${THIRD} ${LEAD}`, SECOND).title).toBeNull();
  });
});

describe('the standfirst', () => {
  const standfirst = 'Eighty stalls and a stage are to bring people back into a street that is dark at night.';

  it.each([
    ['byline', 'By Asha Verma'],
    ['date', '12 March 2026'],
    ['buttons to share', 'Share\nFacebook'],
    ['title once more', TITLE],
    ['caption', 'The depot. Photo: Ravi Menon'],
  ])('is the paragraph between title and %s', (_, mark) => {
    expect(read(TITLE, standfirst, mark, LEAD, SECOND)).toMatchObject({ summary: standfirst, body: [LEAD, SECOND] });
  });

  it('stands before a lead with a dateline', () => {
    expect(read(TITLE, standfirst, `VALLEY CITY, March 9 (AP) - ${LEAD}`).summary).toBe(standfirst);
  });

  it('is not the lead that follows byline and date', () => {
    expect(read(`${TITLE}\nBy Asha Verma\n12 March 2026`, LEAD, 'Photo: Ravi Menon', SECOND)).toMatchObject({
      summary: null,
      body: [LEAD, SECOND],
    });
  });

  it('gives its label as kicker', () => {
    expect(read(TITLE, `Night Market Plan: ${standfirst}`, 'By Asha Verma', LEAD)).toMatchObject({
      kicker: 'Night Market Plan',
      summary: standfirst,
    });
  });
});

describe('the body of a scraped text', () => {
  it('has no part of a list of links, wherever it stands', () => {
    const body = read(
      TITLE,
      LEAD,
      'Read more\nWhy the river walk stays closed\nFive new bus lanes',
      SECOND,
      'Most read',
      'A ferry at last',
      'The lamp is lit',
    ).body;
    expect(body).toEqual([LEAD, SECOND]);
  });

  it('has the subhead that stands after such a list', () => {
    expect(read(TITLE, LEAD, 'Read more\nA ferry at last', 'What happens next', SECOND).body).toEqual([
      LEAD,
      'What happens next',
      SECOND,
    ]);
  });

  it('has no form for a newsletter, and what follows it', () => {
    expect(
      read(TITLE, LEAD, 'Sign up for our newsletter\nThe best of the coast, every Friday.\nSubscribe', SECOND).body,
    ).toEqual([LEAD, SECOND]);
  });

  it('does not say twice what the page calls its highlights', () => {
    expect(read(`${TITLE}\nBy Asha Verma`, 'Highlights\nEighty stalls\nA small stage', LEAD, SECOND).body).toEqual([
      LEAD,
      SECOND,
    ]);
  });

  it('has paragraphs of a script without full stops', () => {
    const thai = 'ครูใหญ่ของโรงเรียนบนเกาะบอกว่าเด็ก ๆ เดินเท้าเปล่าขึ้นเรือมาอ่านหนังสือทุกเย็น หนังสือส่วนใหญ่ได้รับบริจาคจากนักท่องเที่ยว';
    const found = read('ชาวบ้านเกาะเล็กสร้างห้องสมุดจากเรือ', thai, 'ก้าวต่อไปของชุมชน', `${thai} ${thai}`);
    expect(found.kinds).toEqual(['paragraph', 'heading', 'paragraph']);
  });

  it('ends before the comments of its readers', () => {
    const comment = 'Great to read something nice for once, my grandmother lives there.';
    expect(read(TITLE, LEAD, SECOND, 'Comments (2)', comment, comment).body).toEqual([LEAD, SECOND]);
  });

  it('goes on behind a mere count of comments', () => {
    expect(read(TITLE, 'By Asha Verma\n12 comments', LEAD, SECOND, THIRD).body).toEqual([LEAD, SECOND, THIRD]);
  });

  it('has headings where short lines stand before paragraphs, and none at its end', () => {
    const found = read(TITLE, LEAD, `What happens next?\n${SECOND}`, THIRD, 'A ferry at last', 'The lamp is lit');
    expect(found.body).toEqual([LEAD, 'What happens next?', SECOND, THIRD]);
    expect(found.kinds).toEqual(['paragraph', 'heading', 'paragraph', 'paragraph']);
  });

  it('has lists as one block each', () => {
    const found = read(
      TITLE,
      LEAD,
      'The rules',
      '• Half an hour each\n• All play alike',
      '1. First we meet.\n2. Then we play.',
      SECOND,
    );
    expect(found.body).toEqual([
      LEAD,
      'The rules',
      'Half an hour each\nAll play alike',
      'First we meet.\nThen we play.',
      SECOND,
    ]);
  });

  it('has lists with the numbers that its lines have, of other scripts as they are written', () => {
    const listOf = (...lines: string[]) =>
      readScrapedText([TITLE, LEAD, lines.join('\n'), SECOND].join('\n\n')).blocks.filter(
        ({ kind }) => kind === 'list',
      );
    expect(listOf('3. Meet.', '4. Play.', '7. Go.')).toMatchObject([
      { items: [{ number: 3 }, { number: 4 }] },
      { items: [{ number: 7 }] },
    ]);
    expect(listOf('१. पहले मिलें।', '२. फिर खेलें।')).toMatchObject([
      { items: [{ number: null, runs: [{ text: '१. पहले मिलें।' }] }, { number: null }] },
    ]);
  });

  it('has speech that begins with a dash', () => {
    expect(
      read(TITLE, LEAD, '— Why not here? asked the mayor, and nobody had an answer to that.', SECOND).kinds,
    ).toEqual(['paragraph', 'paragraph', 'paragraph']);
  });

  it('has a subhead that begins like a byline', () => {
    expect(read(TITLE, LEAD, SECOND, 'By Night Trains', THIRD)).toMatchObject({
      bylines: [],
      body: [LEAD, SECOND, 'By Night Trains', THIRD],
    });
  });
});

describe('the dates of a scraped text', () => {
  const dates = (...groups: string[]) => readScrapedText(groups.join('\n\n')).published;

  it('are those of its head, the day above the title last', () => {
    expect(dates(`Monday, 9 March 2026\n${TITLE}\n8 March 2026`, LEAD, SECOND)).toEqual([
      '8 March 2026',
      'Monday, 9 March 2026',
    ]);
  });

  it('are none of links and other things behind the text', () => {
    expect(
      dates(TITLE, LEAD, SECOND, THIRD, 'A ferry at last\n2 hours ago', 'Most read\nThe lamp is lit\n9 March 2026'),
    ).toEqual([]);
    expect(dates(TITLE, LEAD, SECOND, THIRD, 'Published: 9 March 2026')).toEqual(['9 March 2026']);
  });
});

describe('limits', () => {
  it('refuses a text of more lines than any article has', () => {
    expect(() => readScrapedText('a line\n'.repeat(300_000))).toThrow(
      expect.objectContaining({ code: 'too-many-lines', retriable: false }) as Error,
    );
  });
});
