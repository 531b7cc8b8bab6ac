/**
 * Three servers and a worker on one database, behind a proxy: any of them may die or be replaced. With a build of an earlier
 * version (scripts/roll) they begin as that one.
 */
import { answer, bubble, DELIVERED, expect, haveRead, logIn, openChat, test, unique, visit } from '../app.ts';
import { BUILD, EARLIER, type Server } from '../house.ts';
import { Proxy } from '../proxy.ts';

// While a server dies under them, browsers say so in their consoles.
test.use({ allowedErrors: /status of 50[234]|ERR_(CONNECTION_REFUSED|CONNECTION_RESET|INCOMPLETE_CHUNKED_ENCODING|EMPTY_RESPONSE)/ });

/** People who look at the list without a pause: each question is asked at most twice. */
class Crowd {
  answered = 0;
  repeated = 0;
  readonly failed: string[] = [];
  #goesOn = true;
  readonly #people: Promise<void>[];

  constructor(url: string, cookie: string, people: number) {
    this.#people = Array.from({ length: people }, () => this.#look(`${url}/inbox`, cookie));
  }

  async #look(address: string, cookie: string): Promise<void> {
    const ask = async () => {
      try {
        const response = await fetch(address, { headers: { cookie } });
        const text = await response.text();
        return response.ok && text.includes('</html>') ? 'ok' : `status ${response.status}`;
      } catch (error) {
        return String(error);
      }
    };
    while (this.#goesOn) {
      let said = await ask();
      if (said !== 'ok') {
        this.repeated += 1;
        said = await ask();
      }
      if (said === 'ok') this.answered += 1;
      else this.failed.push(said);
    }
  }

  async leave(): Promise<void> {
    this.#goesOn = false;
    await Promise.all(this.#people);
  }
}

test('three servers behind a proxy die and are replaced one by one, and nobody loses anything', async ({ empty, browserOf }, info) => {
  test.slow();
  if (EARLIER) empty.build = EARLIER;
  const owner = await empty.addPerson('owner');
  const colleague = await empty.addPerson('operator', 'Олег Савин');
  const web = () => empty.serve('127.0.0.1:0', ['--no-jobs']);
  const servers: [Server, Server, Server] = [await web(), await web(), await web()];
  let worker = await empty.serve();
  await empty.addSeller();
  const proxy = await Proxy.before(servers);
  try {
    const door = { ...servers[0], url: proxy.url } as Server;
    const question = unique('Есть ли доставка в Псков?');
    const chat = await empty.sandbox.buyerWrites(question);
    const maria = await browserOf(door, owner);
    const oleg = await browserOf(door, colleague);
    const pages = [maria, oleg];
    for (const page of pages) {
      await expect(async () => visit(page, '/inbox')).toPass();
      await openChat(page, chat);
    }
    const cookie = (await logIn(maria.request, owner, proxy.url)).split(';')[0]!;
    const crowd = new Crowd(proxy.url, cookie, 4);
    const answers: string[] = [];
    const heard: string[] = [question];
    const away: number[] = [];

    /** The buyer writes, both see it; one of them answers, both see it delivered. */
    const goesOn = async (nth: number) => {
      const since = Date.now();
      const text = unique(`Ещё вопрос ${nth}`);
      await empty.sandbox.buyerWrites(text, chat);
      heard.push(text);
      for (const page of pages) await expect(bubble(page, text, 'in')).toBeVisible({ timeout: 30_000 });
      away.push(Date.now() - since);
      const writer = pages[nth % 2]!;
      await haveRead(writer);
      const reply = unique(`Ответ ${nth}`);
      await answer(writer, reply);
      answers.push(reply);
      for (const page of pages) {
        await expect(bubble(page, reply, 'out')).toHaveAttribute('data-status', DELIVERED, { timeout: 30_000 });
      }
    };

    await goesOn(0);
    for (const [place, server] of servers.entries()) {
      // Killed while an answer is on its way.
      const reply = unique(`На ходу ${place}`);
      const writer = pages[place % 2]!;
      await haveRead(writer);
      await answer(writer, reply);
      answers.push(reply);
      await server.process.kill();
      for (const page of pages) {
        await expect(bubble(page, reply, 'out')).toHaveAttribute('data-status', DELIVERED, { timeout: 30_000 });
      }
      await goesOn(place + 1);
      servers[place] = await empty.serve(`127.0.0.1:${server.port}`, ['--no-jobs']);
    }
    await worker.process.kill();
    worker = await empty.serve();
    await goesOn(4);
    // A new version: each is asked to go, and its successor stands in its place. In between both are there.
    empty.build = BUILD;
    for (const [place, server] of servers.entries()) {
      await server.process.stop();
      servers[place] = await empty.serve(`127.0.0.1:${server.port}`, ['--no-jobs']);
      await goesOn(5 + place);
    }
    await worker.process.stop();
    worker = await empty.serve();
    await goesOn(8);
    await crowd.leave();

    expect(crowd.failed, 'questions that failed twice').toEqual([]);
    expect(crowd.answered).toBeGreaterThan(50);
    expect(await empty.sandbox.sent(chat)).toEqual(answers);
    for (const page of pages) {
      for (const text of heard) await expect(bubble(page, text, 'in')).toHaveCount(1);
      for (const text of answers) await expect(bubble(page, text, 'out')).toHaveCount(1);
    }
    const longest = Math.max(...away);
    info.annotations.push({
      type: 'measured',
      description: `${crowd.answered} pages, ${crowd.repeated} asked twice; news in every browser within ${longest} ms of a death`,
    });
    console.log(`three servers: ${crowd.answered} pages answered, ${crowd.repeated} asked twice, ${longest} ms until news were seen`);
  } finally {
    await proxy.stop();
  }
});
