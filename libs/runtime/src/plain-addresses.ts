import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** What Node's HTTP server says of a request that it cannot parse. */
interface ClientError extends Error {
  readonly code?: unknown;
  /** The bytes at fault, a Buffer. */
  readonly rawPacket?: unknown;
}

const READ = /^(GET|HEAD) (\/\S*) HTTP\/1\.[01]\r?\n/;

/**
 * Answers a read whose address has letters of any script unescaped, as people type it to curl (`?q=पुतिन`): Node's parser refuses it, for a
 * URI is ASCII (RFC 3986, 2); what is meant is plain. Anything else that cannot be parsed is a bad request.
 */
export function answerPlainAddress(this: FastifyInstance, error: ClientError, socket: Socket): void {
  if (!socket.writable || socket.destroyed) return;
  const packet = Buffer.isBuffer(error.rawPacket) ? error.rawPacket.toString('utf8') : '';
  const line = error.code === 'HPE_INVALID_URL' ? READ.exec(packet) : null;
  if (line === null) {
    socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
    return;
  }
  const method = line[1] as 'GET' | 'HEAD';
  this.inject({ method, url: encodeURI(line[2]!.toWellFormed()).replaceAll('%25', '%') }).then(
    ({ statusCode, headers, rawPayload }) => {
      const lines = Object.entries({ ...headers, connection: 'close' }).map(
        ([name, value]) => `${name}: ${String(value)}`,
      );
      socket.write(`HTTP/1.1 ${statusCode} ${STATUS_CODES[statusCode] ?? ''}\r\n${lines.join('\r\n')}\r\n\r\n`);
      socket.end(method === 'HEAD' ? '' : rawPayload);
    },
    () => socket.destroy(),
  );
}
