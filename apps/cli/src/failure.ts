/** The shortest true word on why a connection failed: the system's code (ECONNREFUSED, ENOTFOUND …) where there is one, else the message. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  if (!(error instanceof Error)) return String(error);
  if ('code' in error && typeof error.code === 'string' && /^E[A-Z]+$/.test(error.code)) return error.code;
  return error.cause === undefined ? error.message : reasonOf(error.cause);
}
