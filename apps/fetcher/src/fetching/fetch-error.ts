import { KhabarError } from '@khabar/contracts';

/** Code, and words for an operator, of what Node, OpenSSL and undici call a failed fetch. */
const FAULTS: readonly [pattern: RegExp, code: string, words: string][] = [
  [/^ENOTFOUND$|^EAI_NODATA$/, 'dns-failed', 'has no address: the name is misspelled or gone'],
  [/^EAI_|^ENODATA$|^ESERVFAIL$/, 'dns-failed', 'could not be looked up: the name server does not answer'],
  [/^ECONNREFUSED$/, 'connection-refused', 'refuses connections'],
  [/^(?:EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL)$/, 'unreachable', 'cannot be reached from here'],
  [/^(?:UND_ERR_CONNECT_TIMEOUT|ETIMEDOUT)$/, 'timeout', 'takes no connection in time'],
  [/^UND_ERR_HEADERS_TIMEOUT$/, 'timeout', 'took the request and did not begin to answer in time'],
  [/^UND_ERR_BODY_TIMEOUT$/, 'timeout', 'stopped in the middle of its answer'],
  [
    /^(?:CERT_|ERR_TLS_|ERR_SSL_|EPROTO$|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH$)/,
    'tls-failed',
    'has no valid certificate or speaks no TLS that we know',
  ],
  [/^UND_ERR_HEADERS_OVERFLOW$|^HPE_HEADER_OVERFLOW$/, 'malformed-response', 'answers with headers beyond measure'],
  [
    /^HPE_|^HTTPParserError$|^UND_ERR_(?:RES|REQ)_CONTENT_LENGTH|^UND_ERR_INVALID/,
    'malformed-response',
    'answers with what is no HTTP',
  ],
  [/^(?:UND_ERR_SOCKET|ECONNRESET|EPIPE)$/, 'connection-lost', 'broke the connection off'],
];

/** A failed request as a KhabarError in plain words. All of them may heal by themselves, so all are retriable. */
export function toFetchError(thrown: unknown, url: string): KhabarError {
  if (thrown instanceof KhabarError) return thrown;
  const host = new URL(url).host;
  const codes = codesOf(thrown);
  for (const [pattern, code, words] of FAULTS) {
    if (codes.some((found) => pattern.test(found))) {
      return new KhabarError(code, `${host} ${words}`, { retriable: true, cause: thrown });
    }
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new KhabarError('fetch-failed', `${host} could not be fetched: ${message}`, {
    retriable: true,
    cause: thrown,
  });
}

/** Code and name of the error, of what it wraps, and of each address that was tried. */
function codesOf(thrown: unknown, depth = 0): string[] {
  if (!(thrown instanceof Error) || depth > 3) return [];
  const own = [thrown.name, ...('code' in thrown && typeof thrown.code === 'string' ? [thrown.code] : [])];
  const tried = thrown instanceof AggregateError ? thrown.errors.flatMap((error) => codesOf(error, depth + 1)) : [];
  return [...own, ...tried, ...codesOf(thrown.cause, depth + 1)];
}
