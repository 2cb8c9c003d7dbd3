import { once } from 'node:events';
import { type AddressInfo, type Server, type Socket, connect, createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from './eventually.ts';
import { type TcpProxy, startTcpProxy } from './tcp-proxy.ts';

describe('a TCP proxy', () => {
  const heard: string[] = [];
  /** Says back what it is told. */
  let echo: Server;
  let proxy: TcpProxy;
  const sockets = new Set<Socket>();
  beforeEach(async () => {
    heard.length = 0;
    echo = createServer({ allowHalfOpen: true }, (socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('data', (piece) => {
        heard.push(String(piece));
        socket.write(piece);
      });
      socket.on('end', () => socket.end());
    }).listen(0, '127.0.0.1');
    await once(echo, 'listening');
    proxy = await startTcpProxy((echo.address() as AddressInfo).port);
  });
  afterEach(async () => {
    await proxy.close();
    for (const socket of sockets) socket.destroy();
    echo.close();
  });

  async function client(): Promise<Socket> {
    const socket = connect({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true });
    sockets.add(socket);
    await once(socket, 'connect');
    return socket;
  }

  async function said(socket: Socket, words: string): Promise<string> {
    socket.write(words);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    return String(answer);
  }

  it('passes on what is said, and its end, in both directions', async () => {
    const socket = await client();
    expect(await said(socket, 'ख़बर')).toBe('ख़बर');
    const rest = text(socket);
    socket.end('bye');
    expect(await rest).toBe('bye');
    await eventually(() => proxy.connections === 0);
  });

  it('passes on more than a socket holds', async () => {
    const socket = await client();
    const all = text(socket);
    socket.end('x'.repeat(8_000_000));
    expect((await all).length).toBe(8_000_000);
  });

  it('cuts what is open, and takes the next', async () => {
    const [one, other] = [await client(), await client()];
    await Promise.all([said(one, 'one'), said(other, 'other')]);
    const ends = Promise.all([once(one, 'error'), once(other, 'error')]);
    expect(proxy.cut()).toBe(2);
    expect((await ends).map(([error]) => (error as NodeJS.ErrnoException).code)).toEqual(['ECONNRESET', 'ECONNRESET']);
    expect(await said(await client(), 'again')).toBe('again');
  });

  it('refuses connections until it accepts again, at the same port', async () => {
    const socket = await client();
    await said(socket, 'one');
    const end = once(socket, 'error');
    await proxy.refuse();
    await end;
    await expect(client()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await proxy.accept();
    expect(await said(await client(), 'two')).toBe('two');
  });

  it('holds back what comes through', async () => {
    const socket = await client();
    proxy.delay(50);
    const before = performance.now();
    expect(await said(socket, 'slow')).toBe('slow');
    expect(performance.now() - before).toBeGreaterThanOrEqual(95);
  });

  it("ends the server's half alone", async () => {
    const socket = await client();
    await said(socket, 'one');
    const rest = text(socket);
    proxy.halfClose();
    expect(await rest).toBe('');
    socket.write('still there');
    await eventually(() => heard.includes('still there'));
  });

  it('resets a client whose server is not there', async () => {
    await using nowhere = await startTcpProxy(1);
    const socket = connect({ port: nowhere.port, host: '127.0.0.1' });
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNRESET');
  });
});
