import fc from 'fast-check';
import { KhabarError } from '@khabar/contracts';
import { describe, expect, it } from 'vitest';
import { decodeBody } from './decode.ts';

const bytes = (text: string, encoding: BufferEncoding = 'utf8') => Buffer.from(text, encoding);

describe('decodeBody', () => {
  it('takes UTF-8 for what it is, and a BOM off', () => {
    expect(decodeBody(bytes('\ufeffसमाचार'), null, 'text')).toEqual({ text: 'समाचार', broken: false });
  });

  it('makes a broken sequence a replacement character and says so', () => {
    const broken = Buffer.concat([bytes('कारी'), Buffer.from([0xe0, 0xa4]), bytes('रों')]);
    expect(decodeBody(broken, null, 'text')).toEqual({ text: 'कारी\ufffdरों', broken: true });
  });

  it('says so too where the break happened before us', () => {
    expect(decodeBody(bytes('कारी\ufffdरों'), null, 'text').broken).toBe(true);
  });

  it('goes by the declared charset', () => {
    const russian = Buffer.from([0xcf, 0xf0, 0xe8, 0xe2, 0xe5, 0xf2]);
    expect(decodeBody(russian, 'windows-1251', 'text').text).toBe('Привет');
  });

  it('goes by the charset that a page declares in itself', () => {
    const page = Buffer.concat([bytes('<meta charset="windows-1251"><p>'), Buffer.from([0xcf, 0xf0, 0xe8])]);
    expect(decodeBody(page, null, 'html').text).toContain('При');
  });

  it('believes valid UTF-8 more than a declaration', () => {
    expect(decodeBody(bytes('añil'), 'iso-8859-1', 'text').text).toBe('añil');
  });

  it('reads what is neither declared nor UTF-8 as windows-1252', () => {
    expect(decodeBody(bytes('El año pasado', 'latin1'), null, 'text')).toEqual({
      text: 'El año pasado',
      broken: false,
    });
  });

  it('knows UTF-16 with and without BOM', () => {
    expect(decodeBody(bytes('\ufeffRain came', 'utf16le'), null, 'text').text).toBe('Rain came');
    expect(decodeBody(bytes('Rain came at last', 'utf16le'), null, 'text').text).toBe('Rain came at last');
    expect(decodeBody(bytes('Rain came at last', 'utf16le').swap16(), null, 'text').text).toBe('Rain came at last');
  });

  it.each<[string, Buffer]>([
    ['a picture', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')],
    ['an archive', Buffer.from('504b0304140000000800', 'hex')],
    ['random bytes', Buffer.from(Array.from({ length: 512 }, (_, at) => (at * 167 + 13) % 256))],
  ])('refuses %s as no text, for good', (_, body) => {
    expect(() => decodeBody(body, null, 'text')).toThrow(
      expect.objectContaining({ name: 'KhabarError', code: 'not-text', retriable: false }) as Error,
    );
  });

  it('does not take an unknown or dangerous charset amiss', () => {
    for (const charset of ['no-such-charset', 'iso-2022-kr', 'x-user-defined', '']) {
      expect(decodeBody(bytes('Rain'), charset, 'text').text).toBe('Rain');
    }
  });

  it('throws nothing but KhabarError on any bytes', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.constantFrom('text' as const, 'html' as const),
        (body, format) => {
          try {
            expect(typeof decodeBody(body, null, format).text).toBe('string');
          } catch (error) {
            expect(error).toBeInstanceOf(KhabarError);
          }
        },
      ),
    );
  });
});
