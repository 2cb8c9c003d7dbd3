import { KhabarError } from '@khabar/contracts';
import { inSpan } from '@khabar/runtime';
import { SpanKind } from '@opentelemetry/api';
import { Agent, type Dispatcher, request } from 'undici';
import { toFetchError } from './fetch-error.ts';
import { readBody } from './read-body.ts';
import { AddressGuard, type AddressPolicy, type Resolve, guardedConnector } from './ssrf-guard.ts';

/** How documents are fetched. Times in milliseconds. */
export interface FetchSettings extends AddressPolicy {
  readonly userAgent: string;
  /** Of one document, before decompression and after it. */
  readonly maxBytes: number;
  readonly connectTimeoutMs: number;
  /** Until the headers begin, and between two pieces of the body. */
  readonly idleTimeoutMs: number;
  /** From the first connection to the last byte, over all redirects. */
  readonly timeoutMs: number;
  readonly resolve?: Resolve;
}

/** One conditional GET. */
export interface DocumentRequest {
  readonly url: string;
  /** Validators of the copy at hand, as the server wrote them. */
  readonly etag: string | null;
  readonly lastModified: string | null;
  /** The Accept header. */
  readonly accept: string;
  /** Aborts when the service stops. */
  readonly signal: AbortSignal;
}

/** What the server answered. */
export interface DocumentResponse {
  readonly status: number;
  /** After redirects. */
  readonly finalUrl: string;
  /** Where permanent redirects (301, 308), and only such, led from the start; null where none did. */
  readonly movedTo: string | null;
  readonly etag: string | null;
  readonly lastModified: string | null;
  /** The header as it is; null where there is none. */
  readonly contentType: string | null;
  /** How long the server asks to stay away. */
  readonly retryAfterMs: number | null;
  /** Of an answer of class 2xx; null of any other. */
  readonly bytes: Buffer | null;
}

const MOST_REDIRECTS = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const PERMANENT = new Set([301, 308]);
const DISCARDED_BYTES = 16 * 1024;

/** Fetches documents over connections that are kept and guarded. */
export class DocumentFetcher implements AsyncDisposable {
  readonly #settings: FetchSettings;
  readonly #agent: Agent;

  constructor(settings: FetchSettings) {
    this.#settings = settings;
    this.#agent = new Agent({
      connect: guardedConnector(new AddressGuard(settings), {
        timeoutMs: settings.connectTimeoutMs,
        ...(settings.resolve && { resolve: settings.resolve }),
      }),
      headersTimeout: settings.idleTimeoutMs,
      bodyTimeout: settings.idleTimeoutMs,
      keepAliveTimeout: 10_000,
      keepAliveMaxTimeout: 60_000,
    });
  }

  /**
   * One conditional GET, redirects followed by hand so that each hop is checked like the first.
   * @throws BodyTooLarge, KhabarError `timeout`, `address-forbidden`, `too-many-redirects`, `dns-failed` … (see fetch-error.ts); `stopping`
   * when the signal aborts.
   */
  fetch(wanted: DocumentRequest): Promise<DocumentResponse> {
    return inSpan('GET', { kind: SpanKind.CLIENT }, async (span) => {
      span.setAttributes({ 'http.request.method': 'GET', 'url.full': withoutSecrets(wanted.url) });
      const response = await this.#fetch(wanted);
      span.setAttributes({
        'http.response.status_code': response.status,
        'url.full': withoutSecrets(response.finalUrl),
        ...(response.bytes && { 'http.response.body.size': response.bytes.length }),
      });
      return response;
    });
  }

  async #fetch(wanted: DocumentRequest): Promise<DocumentResponse> {
    const { timeoutMs } = this.#settings;
    const deadline = AbortSignal.timeout(timeoutMs);
    const signal = AbortSignal.any([wanted.signal, deadline]);
    let url = checkedUrl(wanted.url, null);
    let movedTo: string | null = null;
    let onlyPermanent = true;
    try {
      for (let redirects = 0; ; redirects += 1) {
        const response = await this.#get(url, wanted, signal);
        const location = headerOf(response, 'location');
        if (!REDIRECTS.has(response.statusCode) || location === null) {
          return await this.#read(response, url, movedTo);
        }
        await response.body.dump({ limit: DISCARDED_BYTES });
        if (redirects === MOST_REDIRECTS) {
          throw new KhabarError('too-many-redirects', `${wanted.url} redirects more than ${MOST_REDIRECTS} times`);
        }
        url = checkedUrl(location, url);
        onlyPermanent &&= PERMANENT.has(response.statusCode);
        if (onlyPermanent) movedTo = url;
      }
    } catch (error) {
      if (wanted.signal.aborted) {
        throw new KhabarError('stopping', 'The service stops', { retriable: true, cause: error });
      }
      if (deadline.aborted) {
        const seconds = Math.round(timeoutMs / 1000);
        throw new KhabarError('timeout', `${new URL(url).host} did not finish within ${seconds} s`, {
          retriable: true,
          cause: error,
        });
      }
      throw toFetchError(error, url);
    }
  }

  #get(url: string, wanted: DocumentRequest, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
    return request(url, {
      dispatcher: this.#agent,
      signal,
      headers: {
        'user-agent': this.#settings.userAgent,
        accept: wanted.accept,
        'accept-encoding': 'gzip, deflate, br, zstd',
        ...(wanted.etag !== null && { 'if-none-match': wanted.etag }),
        ...(wanted.lastModified !== null && { 'if-modified-since': wanted.lastModified }),
      },
    });
  }

  async #read(response: Dispatcher.ResponseData, url: string, movedTo: string | null): Promise<DocumentResponse> {
    const { maxBytes } = this.#settings;
    let bytes: Buffer | null = null;
    if (response.statusCode >= 200 && response.statusCode < 300) {
      const contentEncoding = headerOf(response, 'content-encoding');
      const contentLength = headerOf(response, 'content-length');
      bytes = await readBody({ body: response.body, contentEncoding, contentLength }, maxBytes);
    } else {
      await response.body.dump({ limit: DISCARDED_BYTES });
    }
    return {
      status: response.statusCode,
      finalUrl: url,
      movedTo,
      etag: headerOf(response, 'etag'),
      lastModified: headerOf(response, 'last-modified'),
      contentType: headerOf(response, 'content-type'),
      retryAfterMs: retryAfterMs(headerOf(response, 'retry-after'), new Date()),
      bytes,
    };
  }

  /** Ends every connection. */
  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** An address for those who look at traces: keys of subscribers stand in the query or before the host. */
function withoutSecrets(url: string): string {
  if (!URL.canParse(url)) return url;
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}

/** RFC 9110, 10.2.3: seconds, or an HTTP date; null where it is neither. */
export function retryAfterMs(found: string | null, now: Date): number | null {
  if (found === null) return null;
  if (/^\d{1,9}$/.test(found.trim())) return Number(found) * 1000;
  const at = /^[a-z]{3}/i.test(found) ? Date.parse(found) : Number.NaN;
  return Number.isNaN(at) ? null : Math.max(0, at - now.getTime());
}

/** An absolute http(s) address without a fragment. @throws KhabarError `bad-redirect` or `invalid-url`. */
function checkedUrl(found: string, base: string | null): string {
  const url = URL.canParse(found, base ?? undefined) ? new URL(found, base ?? undefined) : null;
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw base === null
      ? new KhabarError('invalid-url', `${found} is no http or https address`)
      : new KhabarError('bad-redirect', `${base} redirects to what is no http or https address`);
  }
  url.hash = '';
  url.username = '';
  url.password = '';
  return url.href;
}

function headerOf(response: Dispatcher.ResponseData, name: string): string | null {
  const found = response.headers[name];
  // A list may be split over several headers; of what is no list the first counts.
  const text = Array.isArray(found) ? (name === 'content-encoding' ? found.join(',') : found[0]) : found;
  return text?.trim() || null;
}
