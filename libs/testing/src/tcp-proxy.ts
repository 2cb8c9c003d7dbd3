import { once } from 'node:events';
import { type Server, type Socket, connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port.ts';

/** What a network may do to the connections of one server, done on purpose. It listens on 127.0.0.1. */
export interface TcpProxy extends AsyncDisposable {
  /** Where clients connect in the server's place; it stays when connections are refused for a while. */
  readonly port: number;
  /** `127.0.0.1:PORT`. */
  readonly address: string;
  /** How many connections are open. */
  readonly connections: number;
  /** Resets all open connections, on both sides; new ones are taken. Returns how many it were. */
  cut(): number;
  /** Resets all open connections and refuses new ones, until {@link TcpProxy.accept}. */
  refuse(): Promise<void>;
  /** Takes connections again. */
  accept(): Promise<void>;
  /** Holds back each piece that comes through, in both directions, for so many milliseconds; 0 ends that. */
  delay(ms: number): void;
  /** Ends the server's half of all open connections: clients read an end, while what they send still arrives. */
  halfClose(): void;
  /** Resets all open connections and takes no more. */
  close(): Promise<void>;
}

/** Starts a proxy in front of a port of 127.0.0.1, on a free port; nothing need listen there yet. */
export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const proxy = new ListeningProxy(targetPort, await freePort());
  await proxy.accept();
  return proxy;
}

/** One client's connection and the one made for it. */
interface Pair {
  readonly client: Socket;
  readonly server: Socket;
}

class ListeningProxy implements TcpProxy {
  readonly port: number;
  readonly #targetPort: number;
  readonly #pairs = new Set<Pair>();
  #listener: Server | null = null;
  #delayMs = 0;

  constructor(targetPort: number, port: number) {
    this.port = port;
    this.#targetPort = targetPort;
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  get connections(): number {
    return this.#pairs.size;
  }

  async accept(): Promise<void> {
    if (this.#listener) return;
    const listener = createServer({ allowHalfOpen: true, noDelay: true }, (client) => this.#join(client));
    this.#listener = listener;
    listener.listen(this.port, '127.0.0.1');
    await once(listener, 'listening');
  }

  async refuse(): Promise<void> {
    const listener = this.#listener;
    this.#listener = null;
    if (!listener) return;
    const closed = once(listener, 'close');
    listener.close();
    this.cut();
    await closed;
  }

  cut(): number {
    const pairs = [...this.#pairs];
    for (const { client, server } of pairs) {
      client.resetAndDestroy();
      server.resetAndDestroy();
    }
    return pairs.length;
  }

  delay(ms: number): void {
    this.#delayMs = ms;
  }

  halfClose(): void {
    for (const { client } of this.#pairs) client.end();
  }

  async close(): Promise<void> {
    await this.refuse();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #join(client: Socket): void {
    const server = connect({ host: '127.0.0.1', port: this.#targetPort, allowHalfOpen: true, noDelay: true });
    const pair = { client, server };
    this.#pairs.add(pair);
    const reset = () => {
      client.resetAndDestroy();
      server.resetAndDestroy();
    };
    for (const socket of [client, server]) socket.on('error', reset);
    client.on('close', () => this.#pairs.delete(pair));
    // a broken connection ends its pumps as well: both sides are reset by then
    this.#pump(client, server).catch(reset);
    this.#pump(server, client).catch(reset);
  }

  /** Passes on what comes, no faster than it is taken, and its end. */
  async #pump(from: Socket, to: Socket): Promise<void> {
    for await (const piece of from) {
      if (this.#delayMs > 0) await sleep(this.#delayMs);
      if (to.writable && !to.write(piece as Buffer)) await Promise.race([once(to, 'drain'), once(to, 'close')]);
    }
    to.end();
  }
}
