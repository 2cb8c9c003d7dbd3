import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** One request as it arrived. */
export interface SeenRequest {
  readonly method: string;
  /** Path and query, as in the request line. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** An ordinary response. `Content-Length` is set; a GET that presents the same validator is answered with 304. */
export interface FakeResponse {
  /** 200 unless told. */
  status?: number;
  headers?: Record<string, string | string[]>;
  body?: string | Uint8Array;
  /** With its quotes, as in the header. */
  etag?: string;
  /** An HTTP date, as in the header. */
  lastModified?: string;
  /** The response is held back until this settles. */
  after?: Promise<unknown>;
}

/** A response that no HTTP library would send: the connection itself, after the request has been read. */
export interface RawAnswer {
  raw: (socket: Socket, request: SeenRequest) => void;
}

/** A response, or a function of the request that gives one, now or later. */
export type FakeAnswer =
  FakeResponse | RawAnswer | ((request: SeenRequest) => FakeResponse | RawAnswer | Promise<FakeResponse | RawAnswer>);

/** A web server on 127.0.0.1 whose pages the test scripts. What has no route is a 404. */
export interface FakeWeb extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`, without a slash at its end. */
  readonly origin: string;
  /** Every request so far, in order of arrival. */
  readonly requests: readonly SeenRequest[];
  /** The address of a path, which begins with a slash. */
  url(path: string): string;
  /**
   * Scripts a path (with a query: that query only), in place of what was scripted before. Several answers are given
   * one a request, the last one again and again.
   */
  route(path: string, ...answers: [FakeAnswer, ...FakeAnswer[]]): void;
  /** The requests for a path so far, whatever their query unless the path has one. */
  requestsFor(path: string): SeenRequest[];
  /** Resolves with the request when the path has been asked for so many times (1 unless told); see the test's timeout. */
  whenRequested(path: string, count?: number): Promise<SeenRequest>;
  /** Ends every connection, those in the middle of an answer too. */
  close(): Promise<void>;
}

/** Starts a web server of the test's own on a free port. */
export async function startFakeWeb(): Promise<FakeWeb> {
  const requests: SeenRequest[] = [];
  const routes = new Map<string, FakeAnswer[]>();
  const sockets = new Set<Socket>();
  const waiting = new Set<() => void>();

  const server = createServer((message, response) => {
    answer(message, response).catch((error: unknown) => response.destroy(error as Error));
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });

  async function answer(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of message) chunks.push(chunk as Buffer);
    const path = message.url ?? '/';
    const request = { method: message.method ?? 'GET', path, headers: message.headers, body: Buffer.concat(chunks) };
    requests.push(request);
    for (const look of waiting) look();

    const answers = routes.get(path) ?? routes.get(withoutQuery(path));
    if (!answers) {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('no such page');
      return;
    }
    const next = answers.length > 1 ? answers.shift()! : answers[0]!;
    const given = typeof next === 'function' ? await next(request) : next;
    if ('raw' in given) {
      given.raw(message.socket, request);
      return;
    }
    await given.after;
    send(given, request, response);
  }

  const requestsFor = (path: string) =>
    requests.filter((request) => request.path === path || withoutQuery(request.path) === path);

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const close = async () => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return {
    origin,
    requests,
    url: (path) => origin + path,
    route: (path, ...answers) => void routes.set(path, [...answers]),
    requestsFor,
    whenRequested: (path, count = 1) =>
      new Promise((resolve) => {
        const look = () => {
          const request = requestsFor(path)[count - 1];
          if (!request) return;
          waiting.delete(look);
          resolve(request);
        };
        waiting.add(look);
        look();
      }),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function send(given: FakeResponse, request: SeenRequest, response: ServerResponse): void {
  const { etag, lastModified, body = '' } = given;
  const headers = {
    ...(etag === undefined ? {} : { etag }),
    ...(lastModified === undefined ? {} : { 'last-modified': lastModified }),
    ...given.headers,
  };
  if (isUnchanged(given, request)) {
    response.writeHead(304, headers).end();
    return;
  }
  const bytes = Buffer.from(body);
  response.writeHead(given.status ?? 200, { ...headers, 'content-length': bytes.length });
  response.end(request.method === 'HEAD' ? undefined : bytes);
}

/** RFC 9110 section 13.2.2: If-None-Match goes before If-Modified-Since. */
function isUnchanged({ etag, lastModified }: FakeResponse, { method, headers }: SeenRequest): boolean {
  if (method !== 'GET' && method !== 'HEAD') return false;
  const known = headers['if-none-match'];
  if (known !== undefined) {
    const opaque = (tag: string) => tag.trim().replace(/^W\//, '');
    return known.trim() === '*' || (etag !== undefined && known.split(',').map(opaque).includes(opaque(etag)));
  }
  const since = headers['if-modified-since'];
  return since !== undefined && lastModified !== undefined && Date.parse(lastModified) <= Date.parse(since);
}

function withoutQuery(path: string): string {
  return path.replace(/\?.*$/s, '');
}
