import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

const READ = /^(GET|HEAD) (\/\S*) HTTP\/1\.[01]\r?\n/;

/**
 * Answers a read whose address has letters of any script unescaped, as people type it to curl (`?q=पुतिन`): Node's parser refuses it, for a
 * URI is ASCII (RFC 3986, 2); what is meant is plain. Anything else that cannot be parsed is a bad request.
 */
export function answerPlainAddress(this: FastifyInstance, error: Error & { rawPacket?: Buffer }, socket: Socket): void {
  if (!socket.writable || socket.destroyed) return;
  const line = READ.exec(error.rawPacket?.toString('utf8') ?? '');
  if (line === null || !('code' in error) || error.code !== 'HPE_INVALID_URL') {
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
