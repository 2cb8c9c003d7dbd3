/**
 * The one error that carries a decision: `code` names the reason in dead letters, metrics and problem details,
 * `retriable` says whether the same work may succeed later. Only the bus's delivery rules act on it.
 */
export class KhabarError extends Error {
  override readonly name = 'KhabarError';
  /** Kebab-case and of low cardinality: it is a metric label and a dead letter's reason. */
  readonly code: string;
  /** True where waiting may help (a database that is down), false where the input itself is at fault. */
  readonly retriable: boolean;

  constructor(code: string, message: string, options: { retriable?: boolean; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retriable = options.retriable ?? false;
  }
}

/** Any thrown value as a {@link KhabarError}; what we do not know is taken as retriable, for losing work is worse than repeating it. */
export function toKhabarError(thrown: unknown): KhabarError {
  if (thrown instanceof KhabarError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new KhabarError('unexpected', message, { retriable: true, cause: thrown });
}
