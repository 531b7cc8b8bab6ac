import { answer, bubble, composer, DELIVERED, expect, haveRead, mark, openChat, row, test, unique, visit } from '../app.ts';

// While nobody answers, browsers say so in their consoles.
test.use({ allowedErrors: /status of 422|ERR_(CONNECTION_REFUSED|CONNECTION_RESET|INCOMPLETE_CHUNKED_ENCODING|EMPTY_RESPONSE)/ });

test('a server that dies and comes back loses nothing', async ({ empty, browserOf }) => {
  test.slow();
  const owner = await empty.addPerson('owner');
  const server = await empty.serve();
  await empty.addSeller();
  const chat = await empty.sandbox.buyerWrites(unique('Есть ли доставка в Тверь?'));
  const other = await empty.sandbox.buyerWrites(unique('Ещё вопрос'));
  const page = await browserOf(server, owner);
  await visit(page, '/inbox');
  await openChat(page, other);
  await openChat(page, chat);
  const connection = page.getByTestId('connection');
  await expect(connection).toHaveAttribute('data-state', 'online');
  const stayed = await mark(page);

  await server.process.kill();
  await expect(connection).toHaveAttribute('data-state', /^(connecting|offline)$/);

  // Which of the two comes first would be chance: the reply waits for the buyer's message.
  let letGo = () => {};
  const held = new Promise<void>((resolve) => (letGo = resolve));
  await page.route('**/api/inbox/reply', async (route) => {
    await held;
    await route.continue();
  });
  const reply = unique('Доставка в Тверь есть.');
  await answer(page, reply);
  await expect(bubble(page, reply, 'out')).toBeVisible();
  const typed = unique('Недописанный ответ');
  await composer(page).fill(typed);
  const missed = unique('А сколько стоит?');
  await empty.sandbox.buyerWrites(missed, chat);

  await empty.serve(`127.0.0.1:${server.port}`);
  await expect(connection).toHaveAttribute('data-state', 'online', { timeout: 45_000 });
  await expect(bubble(page, missed, 'in')).toBeVisible();
  letGo();
  // The buyer has written meanwhile: the reply comes back to its author and nothing of it is lost.
  await expect(page.locator('#composer-problem')).toContainText('Покупатель написал, пока вы отвечали', { timeout: 45_000 });
  await expect(composer(page)).toHaveValue(`${reply}\n${typed}`);
  await expect(bubble(page, reply, 'out')).toHaveCount(0);
  expect(await empty.sandbox.sent(chat)).toEqual([]);
  await haveRead(page);
  await answer(page, reply);
  await expect(bubble(page, reply, 'out')).toHaveAttribute('data-status', DELIVERED, { timeout: 45_000 });
  await expect(bubble(page, reply, 'out')).toHaveCount(1);
  await expect.poll(() => empty.sandbox.sent(chat)).toEqual([reply]);
  await stayed();
});

test('a marketplace that is down for a while gets the reply once', async ({ app, browserOf }) => {
  const chat = await app.house.sandbox.buyerWrites(unique('Когда отправите?'));
  const page = await browserOf(app.server, app.owner);
  await visit(page, '/inbox');
  await openChat(page, chat);
  const text = unique('Отправим завтра утром.');
  await app.house.sandbox.faults({ accept_then_reset: 1, times: 1, only: '/v1/chat/send/message' });
  try {
    await answer(page, text);
    // Taken, but the answer got lost: the history tells.
    await expect(bubble(page, text, 'out')).toHaveAttribute('data-status', DELIVERED, { timeout: 45_000 });
    expect(await app.house.sandbox.sent(chat)).toEqual([text]);
  } finally {
    await app.house.sandbox.faults();
  }
});

test('a chat that is asked for while nobody answers opens when the server is back', async ({ empty, browserOf }) => {
  test.slow();
  const owner = await empty.addPerson('owner');
  const server = await empty.serve();
  await empty.addSeller();
  const question = unique('Можно примерить?');
  const [first, second] = [await empty.sandbox.buyerWrites(unique('Здравствуйте')), await empty.sandbox.buyerWrites(question)];
  const page = await browserOf(server, owner);
  await visit(page, '/inbox');
  await openChat(page, first);
  await expect(row(page, second)).toBeVisible();

  await server.process.kill();
  await expect(page.getByTestId('connection')).toHaveAttribute('data-state', /^(connecting|offline)$/);
  await row(page, second).click();
  await expect(page.locator('.window-failed')).toBeVisible();

  await empty.serve(`127.0.0.1:${server.port}`);
  await expect(bubble(page, question, 'in')).toBeVisible({ timeout: 45_000 });
  await expect(composer(page)).toBeVisible();
});
