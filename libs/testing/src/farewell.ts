import { once } from 'node:events';
import { type AddressInfo, type Socket, createServer } from 'node:net';

/** One message of Postgres's protocol: type, length, content. */
function message(type: string, content: Buffer): Buffer {
  const head = Buffer.from(`${type}    `);
  head.writeInt32BE(content.length + 4, 1);
  return Buffer.concat([head, content]);
}

/** AuthenticationOk, ReadyForQuery and, in the same breath, what a server says that is being shut down. */
const FIRST_AND_LAST = Buffer.concat([
  message('R', Buffer.alloc(4)),
  message('Z', Buffer.from('I')),
  message('E', Buffer.from('SFATAL\0C57P01\0Mterminating connection due to administrator command\0\0')),
]);

/** A Postgres that lets everybody in and is shut down at that very moment: what comes in one piece is read before anybody can listen. */
export async function startFarewell(): Promise<{ url: string } & AsyncDisposable> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end(FIRST_AND_LAST));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `postgres://anybody@127.0.0.1:${(server.address() as AddressInfo).port}/anything`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
