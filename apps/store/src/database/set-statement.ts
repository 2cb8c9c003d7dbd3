import { binaryArray, type Element, type ElementType } from './binary-array.ts';

/** One column of a set of rows that goes into a statement as an array. */
export interface Column<T> {
  readonly name: string;
  /** Type of the array's elements on the way in. */
  readonly sent: ElementType;
  /** The column's value, made of what was sent: `x.name` unless it needs a conversion. */
  readonly stored: string;
  readonly of: (row: T) => Element;
}

/** A column that is stored as it is sent. */
export function column<T>(name: string, sent: Column<T>['sent'], of: Column<T>['of']): Column<T> {
  return { name, sent, stored: `x.${name}`, of };
}

/** A SHA-256 in hex, sent and stored as 32 bytes. */
export function hashColumn<T>(name: string, of: (row: T) => string): Column<T> {
  return column(name, 'bytea', of);
}

/** A list. `unnest` would flatten an array of arrays, so each list is sent as its literal. */
export function listColumn<T>(
  name: string,
  type: 'text' | 'uuid' | 'bigint',
  of: (row: T) => readonly string[],
): Column<T> {
  return { name, sent: 'text', stored: `x.${name}::${type}[]`, of: (row) => arrayLiteral(of(row)) };
}

/** A value that is stored as `jsonb`. */
export function jsonColumn<T>(name: string, of: (row: T) => unknown): Column<T> {
  return { name, sent: 'text', stored: `x.${name}::jsonb`, of: (row) => JSON.stringify(of(row)) };
}

/** The same columns for rows of which these are a part. */
export function columnsOf<T, P>(columns: readonly Column<P>[], part: (row: T) => P): Column<T>[] {
  return columns.map((found) => ({ ...found, of: (row) => found.of(part(row)) }));
}

/** `unnest(…) AS x(…)`: one row for each element of the arrays, which are the statement's parameters. */
export function unnest<T>(columns: readonly Column<T>[]): string {
  return `${call(columns)} AS x(${names(columns)})`;
}

/** As {@link unnest}, with `x.place`, from 1, as the arrays have it. */
export function unnestInOrder<T>(columns: readonly Column<T>[]): string {
  return `${call(columns)} WITH ORDINALITY AS x(${names(columns)}, place)`;
}

/** The parameters of {@link unnest}. */
export function arrays<T>(columns: readonly Column<T>[], rows: readonly T[]): Buffer[] {
  return columns.map(({ sent, of }) => binaryArray(sent, rows.map(of)));
}

/** `a, b, c`. */
export function names<T>(columns: readonly Column<T>[]): string {
  return columns.map(({ name }) => name).join(', ');
}

/** What is stored of each row of {@link unnest}, in the order of {@link names}. */
export function values<T>(columns: readonly Column<T>[]): string {
  return columns.map(({ stored }) => stored).join(', ');
}

/** `a = x.a, b = x.b`, for an UPDATE from {@link unnest}. */
export function assignments<T>(columns: readonly Column<T>[]): string {
  return columns.map(({ name, stored }) => `${name} = ${stored}`).join(', ');
}

function call<T>(columns: readonly Column<T>[]): string {
  return `unnest(${columns.map(({ sent }, at) => `$${at + 1}::${sent}[]`).join(', ')})`;
}

function arrayLiteral(list: readonly string[]): string {
  if (list.length === 0) return '{}';
  return `{${list.map((element) => `"${element.replace(/["\\]/g, '\\$&')}"`).join(',')}}`;
}
