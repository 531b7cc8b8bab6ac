// A shop with living buyers: the sandbox as the marketplace, a server that is told by push, somebody who is logged in.
import { get } from 'node:http';
import { ask, database, logIn, once, serve, sleep, start } from './measuring.mjs';

const OWNER = { email: 'bench@example.ru', password: 'a long password of the bench' };

/** Starts it. `env` is the environment of the server. */
export async function livingShop(env) {
  const { match } = await start(
    ['sandbox', '--addr', '127.0.0.1:0', '--buyers', 'off'],
    env,
    /sandbox listening on (http:\S+)[\s\S]*Client-Id (\S+)[\s\S]*?Api-Key (\S+)/,
  );
  const [, sandbox, client, key] = match;
  const house = {
    ...env,
    DATABASE_URL: database(),
    AGENTIQ_OZON_URL: sandbox,
    // What comes comes by push, or not at all.
    AGENTIQ_POLL_INTERVAL: '6h',
    AGENTIQ_URGENT_POLL_INTERVAL: '6h',
    AGENTIQ_UNDO_PAUSE: '0s',
  };
  once(['migrate'], house);
  once(['user', 'add', '--email', OWNER.email, '--name', 'Bench', '--role', 'owner'], house, `${OWNER.password}\n`);
  once(['seller', 'add', '--marketplace', 'ozon', '--name', 'Shop', '--client-id', client], house, `${key}\n`);
  const server = await serve(house);
  const cookie = await logIn(server.url, OWNER.email, OWNER.password);
  const [seller] = await ask(server.url, cookie, 'sellers/list', {});
  await ask(server.url, cookie, 'sellers/push_on', { seller: seller.id, if_taken: 'ask' });

  /** A buyer writes, in a new chat unless one is named. The chat's id at the marketplace. */
  const buyerWrites = async (text, chat) => {
    const answer = await fetch(`${sandbox}/_sandbox/buyer`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ text, chat_id: chat }),
    });
    if (!answer.ok) throw new Error(`sandbox: ${answer.status} ${await answer.text()}`);
    return (await answer.json()).chat_id;
  };
  const query = { view: 'all', sort: 'newest', seller: null, filter: null };
  /** The id here of a chat of the marketplace, once it has come. */
  const find = async (external) => {
    for (let look = 0; look < 400; look += 1) {
      const { page } = await ask(server.url, cookie, 'inbox/chats', { query, after: null });
      const row = page.items.find((item) => item.external_id === external);
      if (row) return row.id;
      await sleep(25);
    }
    throw new Error(`chat ${external} did not come`);
  };
  return { server, cookie, buyerWrites, find };
}

/** Live streams of one server, and who waits for what they hear. */
export class Streams {
  #open = [];
  #waiting = new Map();

  async more(url, cookie, many) {
    while (this.#open.length < many) {
      await Promise.all(Array.from({ length: Math.min(50, many - this.#open.length) }, () => this.#one(url, cookie)));
    }
  }

  #one(url, cookie) {
    return new Promise((done, broken) => {
      const request = get(`${url}/live?after=${2 ** 52}`, { headers: { cookie }, agent: false }, (answer) => {
        if (answer.statusCode !== 200) return broken(new Error(`/live: ${answer.statusCode}`));
        answer.setEncoding('utf8').on('data', (text) => this.#hear(text)).on('error', () => {});
        this.#open.push(request);
        done();
      });
      request.on('error', broken);
    });
  }

  #hear(text) {
    for (const [chat, waiting] of this.#waiting) {
      if (!text.includes(chat)) continue;
      waiting.left -= 1;
      if (waiting.left === 0) waiting.done(performance.now());
    }
  }

  /** When the last of them has heard of a chat. */
  async hear(chat) {
    return new Promise((done) => this.#waiting.set(chat, { left: this.#open.length, done }));
  }

  forget(chat) {
    this.#waiting.delete(chat);
  }

  close() {
    for (const request of this.#open) request.destroy();
  }
}
