import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldText } from './fold-text.ts';

/** Letters and marks that are folded, alone and together. */
const ODD = [...'aIiıÉe\u0301\u0307\u0308ёЁеüﬁ½Ⅷ\u00ad\u200dकङ\u094dखन\u093cतऱंँ०أإاى\u0654یةہک\u0640\u064e٢ﷺガｶﾞ한ำ😀'];

describe('one spelling for texts and queries', () => {
  it.each([
    ['nukta, composed or not', ['ज़मीन', 'ज\u093cमीन', '\u095bमीन', 'जमीन']],
    ['a letter with nukta of its own', ['ऱ', 'र']],
    ['a nasal and the dot for it', ['हिन्दी', 'हिंदी']],
    ['moon and dot', ['पहुँच', 'पहुंच']],
    ['joiners between letters', ['क्\u200dष', 'क्ष', 'क्\u200cष']],
    ['the seats of hamza', ['أحمد', 'احمد']],
    ['alef with madda', ['آمن', 'امن']],
    ['yeh and alef maksura', ['مصطفى', 'مصطفي', 'مصطفی']],
    ['teh marbuta and heh', ['حكومة', 'حكومه']],
    ['vowel marks and stretching', ['مُحَمَّد', 'محـــمد', 'محمد']],
    ['Persian kaf', ['کتاب', 'كتاب']],
    ['digits', ['२०२६', '٢٠٢٦', '۲۰۲۶', '２０２６', '2026']],
    ['yo without dots', ['Королёв', 'Королев', 'Королё\u0308в']],
    ['ligatures', ['ﬁre', 'fire']],
    ['a hyphen that is not seen', ['Zei\u00adtung', 'Zeitung']],
  ])('knows %s', (_, spellings) => {
    expect(new Set(spellings.map(foldText)).size).toBe(1);
  });

  it.each([
    ['a nasal before a consonant of another place', ['जन्म', 'जंम']],
    ['letters with marks that make another word', ['año', 'ano']],
    ['conjuncts and their letters', ['क्ष', 'कष']],
  ])('keeps apart %s', (_, [one, other]) => {
    expect(foldText(one!)).not.toBe(foldText(other!));
  });

  it('leaves nothing to fold', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...ODD) }), (text) => {
        const folded = foldText(text);
        expect(foldText(folded)).toBe(folded);
      }),
    );
  });
});
