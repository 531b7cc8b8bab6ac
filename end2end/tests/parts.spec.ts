/** The program for browsers comes in parts: the list first, a chat and the other pages when they are needed. */
import { composer, expect, openChat, row, test, unique, visit } from '../app.ts';

// Browsers and the loader say in their consoles what was refused on purpose.
test.use({ allowedErrors: /ERR_FAILED|Failed to fetch/ });

test('the list needs neither the program for chats nor that of the other pages', async ({ app, browserOf }) => {
  const chat = await app.house.sandbox.buyerWrites(unique('Есть размер 44?'));
  const page = await browserOf(app.server, app.owner);
  await page.route('**/split_*', (route) => route.abort());
  await visit(page, '/inbox');
  await expect(row(page, chat)).toBeVisible();

  await row(page, chat).click();
  const told = page.locator('.window-failed').getByRole('alert');
  await expect(told).toContainText('Нет связи');
  await page.unroute('**/split_*');
  await told.getByRole('button', { name: 'Повторить' }).click();
  await expect(page.locator('article.window')).toBeVisible();
  await expect(composer(page)).toBeVisible();
});

test('a chat that is opened from another page waits for its program', async ({ app, browserOf }) => {
  const word = `самокат${[...'xxxxxx'].map(() => 'абвгдежз'[Math.floor(Math.random() * 8)]).join('')}`;
  const chat = await app.house.sandbox.buyerWrites(`Есть ли ${word}?`);
  const page = await browserOf(app.server, app.owner);
  await visit(page, '/inbox');
  await expect(row(page, chat)).toBeVisible();
  let letGo = () => {};
  const held = new Promise<void>((resolve) => (letGo = resolve));
  await page.route('**/split_chat_window*', async (route) => {
    await held;
    await route.continue();
  });
  await visit(page, `/search?q=${word}`);
  const asked = page.waitForRequest('**/split_chat_window*');
  await page.getByTestId('message-hit').first().click();
  await asked;
  await expect(page.locator('.window-failed')).toBeHidden();
  // What is said meanwhile is there too: the chat is asked for when it can be drawn.
  const later = unique('И ещё вопрос');
  await app.house.sandbox.buyerWrites(later, chat);
  letGo();
  await expect(page.locator('article.window')).toContainText(later);
  await expect(page.locator('.window-failed')).toBeHidden();
});

test('a tool says that its program did not come, and opens when it is asked for again', async ({ app, browserOf }) => {
  const page = await browserOf(app.server, app.owner);
  await page.route('**/split_*', (route) => route.abort());
  await visit(page, '/inbox');
  const [open, dialog] = [page.getByRole('button', { name: 'Фильтр', exact: true }), page.locator('#filter-builder')];
  await open.click();
  await expect(page.locator('.toast')).toContainText('Нет связи');
  await expect(dialog).toBeHidden();
  await page.unroute('**/split_*');
  await open.click();
  await expect(dialog).toBeVisible();
});

test('a page whose program does not come says so and can be loaded again', async ({ app, browserOf }) => {
  const chat = await app.house.sandbox.buyerWrites(unique('Где чек?'));
  const page = await browserOf(app.server, app.owner);
  await visit(page, '/inbox');
  await openChat(page, chat);
  await page.route('**/split_late*', (route) => route.abort());
  await page.getByRole('link', { name: 'Кабинеты' }).click();
  await expect(page.getByRole('heading', { name: 'Раздел не загрузился' })).toBeVisible();

  await page.unroute('**/split_late*');
  await page.getByRole('button', { name: 'Загрузить ещё раз' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Кабинеты' })).toBeVisible();
});

test('a page whose program comes late is taken over all the same', async ({ app, browserOf }) => {
  const page = await browserOf(app.server, app.owner);
  let asked = 0;
  // The link in the head and the first try of the program.
  await page.route('**/split_late*', (route) => ((asked += 1) <= 2 ? route.abort() : route.continue()));
  await visit(page, '/settings/tags');
  await page.getByRole('button', { name: 'Новая метка' }).click();
  await expect(page.getByRole('textbox', { name: 'Название' })).toBeVisible();
  expect(asked).toBeGreaterThan(2);
});

test('a chat that is the first page is fetched beside the list, not after it', async ({ app, browserOf }) => {
  const chat = await app.house.sandbox.buyerWrites(unique('Когда привезёте?'));
  const page = await browserOf(app.server, app.owner);
  await visit(page, '/inbox');
  const id = await row(page, chat).getAttribute('data-chat-id');
  const html = await (await page.request.get(`/inbox/${id}`)).text();
  expect(html.split('</head>')[0], 'the head names it').toMatch(/<link[^>]+split_chat_window/);
  const list = await (await page.request.get('/inbox')).text();
  expect(list.split('</head>')[0], 'and not where only the list is asked for').not.toContain('split_chat_window');
  const settings = await (await page.request.get('/settings/tags')).text();
  expect(settings.split('</head>')[0], 'so it is for other pages').toMatch(/<link[^>]+split_late_pages/);
});
