import { createServer } from 'node:net';

/** Below every system's ephemeral ports (Linux from 32768, macOS and Windows from 49152). */
const FIRST_PORT = 20_000;
const PORT_COUNT = 12_000;

/**
 * A TCP port of 127.0.0.1 on which nothing listens. It lies below the ephemeral ports: a client that keeps trying a
 * stopped server's ephemeral port is now and then given that very port for its own end, connects to itself, and
 * the server can then not be started again.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST_PORT + Math.floor(Math.random() * PORT_COUNT);
    if (await canListen(port)) return port;
  }
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
