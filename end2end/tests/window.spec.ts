import { answer, bubble, composer, DELIVERED, expect, openChat, test, unique, visit } from '../app.ts';

test('the time runs out while the operator types: the text stays and the page says what is possible', async ({
  app,
  browserOf,
}) => {
  const chat = await app.house.sandbox.buyerWrites(unique('Можно вернуть?'));
  const page = await browserOf(app.server, app.owner);
  // The buyer seems to have written 48 hours before the chat is opened, less a few seconds.
  let wroteAt: string | undefined;
  await page.route('**/api/inbox/open', async (route) => {
    const response = await route.fetch();
    const view = await response.json();
    wroteAt ??= new Date(Date.now() - 48 * 3_600_000 + 6_000).toISOString();
    if (view.row.external_id === chat) view.window.buyer_wrote_at = wroteAt;
    await route.fulfill({ response, json: view });
  });
  await visit(page, '/inbox');
  await openChat(page, chat);
  const note = page.getByTestId('send-window');
  await expect(note).toHaveAttribute('data-state', 'open');
  await expect(note).toContainText('Можно писать ещё');
  await expect(note.locator('[data-urgency="soon"]')).toBeVisible();
  const text = unique('Конечно, оформите возврат в приложении.');
  await composer(page).fill(text);

  await expect(note).toHaveAttribute('data-state', 'closed');
  await expect(note).toContainText('прошло 48 часов');
  await expect(note).toContainText('Как только покупатель напишет');
  await expect(composer(page)).toHaveValue(text);
  await expect(composer(page)).toBeFocused();

  await composer(page).press('Control+Enter');
  await expect(page.locator('#composer-problem')).toContainText('Текст остаётся здесь');
  await expect(composer(page)).toHaveValue(text);
  expect(await app.house.sandbox.sent(chat)).toEqual([]);

  await note.getByRole('button', { name: 'Всё равно отправить' }).click();
  await expect(bubble(page, text, 'out')).toHaveAttribute('data-status', DELIVERED);
  await expect.poll(() => app.house.sandbox.sent(chat)).toEqual([text]);
});

test('a refusal of the marketplace closes the window until the buyer writes', async ({ app, browserOf }) => {
  const chat = await app.house.sandbox.buyerWrites(unique('Где мой заказ?'));
  const page = await browserOf(app.server, app.owner);
  await visit(page, '/inbox');
  await openChat(page, chat);
  const note = page.getByTestId('send-window');
  await expect(note).toHaveAttribute('data-state', 'open');
  await app.house.sandbox.closeWindow(chat);
  const text = unique('Заказ в пути.');
  await answer(page, text);
  const typed = unique('Добавлю ещё');
  await composer(page).fill(typed);

  await expect(bubble(page, text, 'out')).toHaveAttribute('data-status', 'failed');
  await expect(note).toHaveAttribute('data-state', 'closed');
  await expect(note).toContainText('время ответа прошло');
  await expect(note.getByRole('button', { name: 'Всё равно отправить' })).toHaveCount(0);
  await expect(composer(page)).toHaveValue(typed);

  await app.house.sandbox.buyerWrites(unique('Ау?'), chat);
  await expect(note).toHaveAttribute('data-state', 'open');
  await expect(composer(page)).toHaveValue(typed);
});
