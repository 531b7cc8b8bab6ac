/** A reverse proxy before several servers: HAProxy, with the configuration that the product ships. */
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import type { Server } from './house.ts';

const CONFIGURATION = fileURLToPath(new URL('../deploy/haproxy.cfg', import.meta.url));

/** A port of the loopback address that nobody listens on. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

export class Proxy {
  private constructor(
    readonly url: string,
    readonly child: ChildProcess,
  ) {}

  /** One address for three servers. */
  static async before([one, two, three]: [Server, Server, Server]): Promise<Proxy> {
    const port = await freePort();
    const child = spawn('haproxy', ['-db', '-q', '-f', CONFIGURATION], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        ...process.env,
        PATH: `${process.env.PATH}:/usr/sbin`,
        AGENTIQ_PROXY_ADDR: `127.0.0.1:${port}`,
        AGENTIQ_SERVER_ONE: `127.0.0.1:${one.port}`,
        AGENTIQ_SERVER_TWO: `127.0.0.1:${two.port}`,
        AGENTIQ_SERVER_THREE: `127.0.0.1:${three.port}`,
      },
    });
    const proxy = new Proxy(`http://127.0.0.1:${port}`, child);
    await proxy.#answers();
    return proxy;
  }

  /** Waits until a server is reached through it. */
  async #answers(): Promise<void> {
    const deadline = Date.now() + 15_000;
    for (;;) {
      const status = await fetch(`${this.url}/readyz`).then((response) => response.status, String);
      if (status === 200) return;
      if (this.child.exitCode !== null || Date.now() > deadline) throw new Error(`no way through the proxy: ${status}`);
      await pause(50);
    }
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    if (this.child.exitCode === null) {
      this.child.kill('SIGTERM');
      await ended;
    }
  }
}
