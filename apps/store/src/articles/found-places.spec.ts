import { describe, expect, it } from 'vitest';
import { placesIn } from './found-places.ts';

const VECTOR = `'coast':4A,17 'rain':1A,9B,23 'rainfal':30 'train':12`;
const inVector = (lexemes: string[], beginnings: string[] = []) => [...placesIn(VECTOR, { lexemes, beginnings })];

describe('places in a vector', () => {
  it('are those of a lexeme, whatever it weighs there', () => {
    expect(inVector(['rain'])).toEqual([
      [1, 'rain'],
      [9, 'rain'],
      [23, 'rain'],
    ]);
    expect(inVector(['train', 'coast', 'snow'])).toEqual([
      [12, 'train'],
      [4, 'coast'],
      [17, 'coast'],
    ]);
  });

  it('are those of all that begins so', () => {
    expect(inVector([], ['rain']).map(([place]) => place)).toEqual([1, 9, 23, 30]);
    expect(inVector([], ['snow'])).toEqual([]);
  });

  it('are none where there is nothing', () => {
    expect([...placesIn('', { lexemes: ['rain'], beginnings: ['ra'] })]).toEqual([]);
  });
});
