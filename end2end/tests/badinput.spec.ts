import type { APIResponse } from '@playwright/test';
import { OZON } from '../house.ts';
import { bubble, composer, expect, logIn, openChat, test, unique, visit } from '../app.ts';

// A refusal is an answer with status 422, which browsers note in their consoles.
test.use({ allowedErrors: /status of (422|404)/ });

test('the connect form says what is wrong, in words an owner understands', async ({ empty, browserOf }) => {
  const owner = await empty.addPerson('owner');
  const server = await empty.serve();
  const page = await browserOf(server, owner);
  await visit(page, '/sellers');
  const form = page.getByTestId('connect');
  const cases: [string, string, RegExp][] = [
    ['', OZON.key, /Укажите Client-Id/],
    ['12a', OZON.key, /только из цифр/],
    [OZON.good, '', /Вставьте ключ/],
    [OZON.good, 'ключ кириллицей', /не узнал эту пару/],
    [OZON.good, 'ffffffff-0000-0000-0000-000000000000', /не узнал эту пару/],
    ['999999', OZON.key, /не узнал эту пару/],
    [OZON.keyWithoutChats, OZON.key, /ему не разрешены чаты/],
    [OZON.noPremiumPlus, OZON.key, /Подписки магазина не хватает/],
    [OZON.deactivatedKey, OZON.key, /отключён/],
    [OZON.keyBoundElsewhere, OZON.key, /других IP-адресов/],
    [OZON.offerNotSigned, OZON.key, /оферту/],
  ];
  for (const [clientId, key, sentence] of cases) {
    await test.step(`${clientId}: ${sentence}`, async () => {
      await form.getByLabel('Client-Id').fill(clientId);
      await form.getByLabel('Api-Key').fill(key);
      await form.getByRole('button', { name: 'Подключить', exact: true }).click();
      await expect(form.getByText(sentence)).toBeVisible();
      // What was typed is still there.
      await expect(form.getByLabel('Client-Id')).toHaveValue(clientId);
      await expect(page.getByTestId('seller')).toHaveCount(0);
    });
  }

  await test.step('a marketplace that cannot be reached', async () => {
    await empty.sandbox.faults({ unavailable: true });
    await form.getByLabel('Client-Id').fill(OZON.good);
    await form.getByLabel('Api-Key').fill(OZON.key);
    await form.getByRole('button', { name: 'Подключить', exact: true }).click();
    await expect(form.getByText(/Маркетплейс сейчас не отвечает/)).toBeVisible({ timeout: 45_000 });
    await empty.sandbox.faults();
  });

  await test.step('and works when everything is right', async () => {
    await form.getByRole('button', { name: 'Подключить', exact: true }).click();
    await expect(page.getByTestId('seller')).toContainText(OZON.shop);
  });

  await test.step('the same account is not connected twice', async () => {
    if (!(await form.getByLabel('Client-Id').isVisible())) await form.locator('summary').click();
    await form.getByLabel('Client-Id').fill(OZON.good);
    await form.getByLabel('Api-Key').fill(OZON.key);
    await form.getByRole('button', { name: 'Подключить', exact: true }).click();
    await expect(form.getByText(/уже подключён/)).toBeVisible();
    await expect(page.getByTestId('seller')).toHaveCount(1);
  });
});

test('messages that cannot be sent are not sent, and nothing typed is lost', async ({ app, browserOf }) => {
  const chat = await app.house.sandbox.buyerWrites(unique('Вопрос'));
  const page = await browserOf(app.server, app.owner);
  await visit(page, '/inbox');
  const id = await openChat(page, chat);

  await composer(page).press('Control+Enter');
  await composer(page).fill('   \n ');
  await composer(page).press('Control+Enter');
  await expect(page.locator('[data-testid="message"][data-direction="out"]')).toHaveCount(0);

  const long = 'я'.repeat(1001);
  await composer(page).fill(long);
  await composer(page).press('Control+Enter');
  await expect(composer(page)).toHaveValue(long);
  await expect(page.getByText(/длиннее/).first()).toBeVisible();
  await expect(bubble(page, long, 'out')).toHaveCount(0);

  const reply = (text: unknown): Promise<APIResponse> =>
    page.request.post('/api/inbox/reply', { data: { chat: id, reply: crypto.randomUUID(), text } });
  for (const text of ['', ' \n ', long, 'звонок \u0007', 'нуль \u0000', 'стереть \u001b[2J']) {
    const response = await reply(text);
    expect(response.status(), JSON.stringify(text)).toBe(422);
  }
  for (const text of [null, 5, { a: 1 }]) {
    const response = await reply(text);
    expect(response.status(), JSON.stringify(text)).toBeLessThan(500);
    expect(response.status(), JSON.stringify(text)).toBeGreaterThanOrEqual(400);
  }
  expect((await reply('я'.repeat(1000))).status()).toBe(200);
  await expect.poll(() => app.house.sandbox.sent(chat)).toEqual(['я'.repeat(1000)]);
});

test('large, broken and foreign requests are refused without a fault of ours', async ({ app, request }) => {
  await logIn(request, app.owner, app.server.url);
  const huge = 'x'.repeat(5 * 1024 * 1024);
  const posts: [string, string, string | Buffer][] = [
    ['/api/inbox/reply', 'application/json', JSON.stringify({ text: huge })],
    ['/api/inbox/reply', 'application/json', '{"chat":'],
    ['/api/inbox/reply', 'application/json', Buffer.from([0xff, 0xfe, 0x00])],
    ['/api/inbox/open', 'application/json', '{"chat":"not-an-id"}'],
    ['/api/inbox/chats', 'application/json', '{"query":{"view":"nonsense","seller":null},"after":null}'],
    ['/api/no/such', 'application/json', '{}'],
    ['/login', 'application/x-www-form-urlencoded', `email=${huge}`],
    ['/login', 'application/x-www-form-urlencoded', 'email=%ff%fe&password=%00'],
    ['/setup', 'multipart/form-data; boundary=', 'nonsense'],
  ];
  for (const [address, type, data] of posts) {
    const what = `${address} ${String(data).slice(0, 40)}`;
    const response = await request
      .post(`${app.server.url}${address}`, { headers: { 'content-type': type }, data, maxRedirects: 0 })
      .catch((error: Error) => error);
    if (response instanceof Error) {
      // A server may hang up on somebody who goes on talking after it has refused.
      expect(data.length, what).toBeGreaterThan(1_000_000);
      expect(response.message, what).toMatch(/EPIPE|ECONNRESET/);
    } else {
      expect(response.status(), what).toBeLessThan(500);
    }
  }
  const missing = await request.get(`${app.server.url}/inbox/0199f3a0-0000-7000-8000-000000000000`);
  expect(missing.status()).toBeLessThan(500);
  for (const address of ['/inbox/nonsense', '/inbox?view=nonsense&seller=1', '/%ff%fe', '/no-such-page']) {
    expect((await request.get(`${app.server.url}${address}`)).status(), address).toBeLessThan(500);
  }
  expect((await request.get(`${app.server.url}/no-such-page`)).status()).toBe(404);
});

test('broken cookies lead to the log-in page', async ({ app, playwright }) => {
  const broken = ['agentiq=', 'agentiq=nonsense', `agentiq=${'A'.repeat(3000)}`, 'agentiq="; agentiq=%00', 'theme=; locale=xx; agentiq=..', ';;;=;'];
  const stranger = await playwright.request.newContext();
  for (const cookie of broken) {
    const response = await stranger.get(`${app.server.url}/inbox`, { headers: { cookie } });
    expect(response.status(), cookie).toBe(200);
    expect(new URL(response.url()).pathname, cookie).toBe('/login');
    const called = await stranger.post(`${app.server.url}/api/inbox/chats`, { headers: { cookie }, data: {} });
    expect(called.status(), cookie).toBeLessThan(500);
  }
  await stranger.dispose();
});

test('the command line says what is wrong', async ({ empty }) => {
  await empty.addPerson('owner');
  const add = (marketplace: string, clientId: string, key: string) =>
    empty.cli(['seller', 'add', '--marketplace', marketplace, '--name', 'Север', '--client-id', clientId], `${key}\n`);
  const unknown = await add('amazon', OZON.good, OZON.key);
  expect(unknown.code).not.toBe(0);
  expect(`${unknown.out}${unknown.err}`).toMatch(/ozon/i);
  for (const [clientId, key] of [[OZON.good, 'wrong'], [OZON.keyWithoutChats, OZON.key], [OZON.noPremiumPlus, OZON.key]] as const) {
    const refused = await add('ozon', clientId, key);
    expect(refused.code, clientId).not.toBe(0);
    expect(`${refused.out}${refused.err}`.trim(), clientId).not.toBe('');
    expect(`${refused.out}${refused.err}`, 'the key is not repeated').not.toContain(OZON.key);
  }
  const weak = await empty.cli(['user', 'add', '--email', 'a@example.ru', '--name', 'A', '--role', 'operator'], 'short\n');
  expect(weak.code).not.toBe(0);
});
