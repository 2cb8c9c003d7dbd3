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
  /** True where a part that the work depends on is away (database, broker): no event's fault, so waiting for it costs no event a try. */
  readonly dependency: boolean;

  constructor(
    code: string,
    message: string,
    options: { retriable?: boolean; dependency?: boolean; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.dependency = options.dependency ?? false;
    this.retriable = options.retriable ?? this.dependency;
  }
}

/** System errors (errno(3)) and SQLSTATEs (classes 08 and 57P, and 53300) that say that the other side is away or does not let us in now. */
const AWAY =
  /^(E(CONNREFUSED|CONNRESET|CONNABORTED|PIPE|TIMEDOUT|HOSTUNREACH|NETUNREACH|HOSTDOWN|NOTFOUND|AI_AGAIN)|08[0-9A-Z]{3}|57P0[1-5]|53300)$/;

/** Any thrown value as a {@link KhabarError}; what we do not know is taken as retriable, for losing work is worse than repeating it. */
export function toKhabarError(thrown: unknown): KhabarError {
  if (thrown instanceof KhabarError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const { code } = (thrown ?? {}) as { code?: unknown };
  if (typeof code === 'string' && AWAY.test(code)) {
    return new KhabarError('dependency-unavailable', message, { dependency: true, cause: thrown });
  }
  return new KhabarError('unexpected', message, { retriable: true, cause: thrown });
}
