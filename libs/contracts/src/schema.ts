import { Type, type Static, type TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { KhabarError } from './khabar-error.ts';

/** A UUID in its canonical lower-case form (RFC 9562). */
export function uuid(description?: string) {
  return Type.String({
    pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$',
    ...(description && { description }),
  });
}

/** An instant in UTC with milliseconds, `2026-03-14T09:30:00.000Z` (RFC 3339): of one form, so that text order is time order. No leap second, which `Date` does not know, and no year 0000, which Postgres does not. */
export function instant(description?: string) {
  return Type.String({
    format: 'date-time',
    pattern: '^(\\d{3}[1-9]|\\d{2}[1-9]\\d|\\d[1-9]\\d{2}|[1-9]\\d{3})-\\d{2}-\\d{2}T\\d{2}:\\d{2}:[0-5]\\d\\.\\d{3}Z$',
    ...(description && { description }),
  });
}

/** SHA-256 in lower-case hex. */
export function sha256(description?: string) {
  return Type.String({ pattern: '^[0-9a-f]{64}$', ...(description && { description }) });
}

/** The value, or null where it is not known; a contract has no absent fields but the optional ones. */
export function orNull<T extends TSchema>(schema: T) {
  return Type.Union([schema, Type.Null()]);
}

/** Checks data against one event's schema. */
export interface Validator<T> {
  readonly check: (data: unknown) => data is T;
  /** @throws KhabarError `invalid-event`, naming the first fields that are wrong and never their values. */
  readonly assert: (data: unknown) => T;
}

/** Compiles a schema once, at start. */
export function compileValidator<S extends TSchema>(name: string, schema: S): Validator<Static<S>> {
  const compiled = Compile(schema);
  const check = (data: unknown): data is Static<S> => compiled.Check(data);
  return {
    check,
    assert(data) {
      if (check(data)) return data;
      const faults = faultsByField(compiled.Errors(data));
      throw new KhabarError('invalid-event', `Not a valid ${name}: ${faults.slice(0, 3).join('; ')}`);
    },
  };
}

// A union reports each of its alternatives and then itself: one field, one fault.
function faultsByField(errors: Iterable<{ instancePath: string; keyword: string; message: string }>): string[] {
  const faults = new Map<string, string[]>();
  for (const { instancePath, keyword, message } of errors) {
    const ofField = faults.get(instancePath) ?? [];
    if (keyword !== 'anyOf' || ofField.length === 0) faults.set(instancePath, [...ofField, message]);
  }
  return [...faults].map(([path, messages]) => `${path || '/'} ${messages.join(' or ')}`);
}
