import { describe, expect, it } from 'vitest';
import { comparable } from './clean-text.ts';
import { withoutSiteName } from './title.ts';

describe('withoutSiteName', () => {
  it.each([
    ['Rain reaches the coast | The Harbour Ledger', null, 'Rain reaches the coast'],
    ['海岛小学迎来第一架送书无人机_望潮新闻网', null, '海岛小学迎来第一架送书无人机'],
    ['Rain reaches the coast - The Harbour Ledger', 'The Harbour Ledger', 'Rain reaches the coast'],
    ['Ледокол стал школой — Северный вестник', 'Северный вестник', 'Ледокол стал школой'],
    ['The Harbour Ledger: Rain reaches the coast', null, 'The Harbour Ledger: Rain reaches the coast'],
    ['The Harbour Ledger - Rain reaches the coast', 'the harbour ledger', 'Rain reaches the coast'],
    ['Rain - and then more rain', null, 'Rain - and then more rain'],
    ['Rain reaches the coast', 'The Harbour Ledger', 'Rain reaches the coast'],
    ['Sport | Live', null, 'Sport | Live'.split(' | ')[0]],
  ])('of %j with the site %j leaves %j', (title, siteName, bare) => {
    expect(withoutSiteName(title, siteName).title).toBe(bare);
  });

  it('takes off what the same title elsewhere has not', () => {
    const said = new Set([comparable('Rain reaches the coast')]);
    expect(withoutSiteName('Rain reaches the coast - El Faro', null, said)).toEqual({
      title: 'Rain reaches the coast',
      siteName: 'El Faro',
    });
  });

  it('leaves alone what is no headline by its length', () => {
    const long = `${'a | '.repeat(400)}b`;
    expect(withoutSiteName(long, null)).toEqual({ title: long, siteName: null });
  });
});
