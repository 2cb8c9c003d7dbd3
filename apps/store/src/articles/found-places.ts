import type { FoundAt } from './excerpt.ts';
import type { SearchQuery } from './search-query.ts';

/** Where what was searched for stands in an article, whose vector is in the writing of Postgres: lexemes in quotes with their places. */
export function placesIn(
  vector: string,
  { lexemes, beginnings }: Pick<SearchQuery, 'lexemes' | 'beginnings'>,
): FoundAt {
  const places = new Map<number, string>();
  for (const lexeme of lexemes) {
    const start = vector.indexOf(`'${lexeme}':`);
    if (start !== -1) take(vector, start, lexeme, places);
  }
  for (const beginning of beginnings) {
    const opening = `'${beginning}`;
    for (let start = vector.indexOf(opening); start !== -1; start = vector.indexOf(opening, start + 1)) {
      const end = vector.indexOf(`':`, start + opening.length);
      if (end === -1) break;
      take(vector, start, vector.slice(start + 1, end), places);
    }
  }
  return places;
}

/** A place has the letter of its weight behind it, but for the least. */
function take(vector: string, start: number, lexeme: string, places: Map<number, string>): void {
  const from = start + lexeme.length + 3;
  const space = vector.indexOf(' ', from);
  for (const place of vector.slice(from, space === -1 ? undefined : space).split(',')) {
    places.set(Number.parseInt(place, 10), lexeme);
  }
}
