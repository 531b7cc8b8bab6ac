import { composer, expect, openChat, test, unique, visit } from '../app.ts';

test('the order of a chat stands beside it', async ({ app, browserOf }) => {
  const { chat, order } = await app.house.sandbox.chatAboutOrder(
    { scheme: 'fbs', status: 'delivering', postings: 2, is_returned: true },
    unique('Когда привезут?'),
  );
  const page = await browserOf(app.server, app.owner);
  await visit(page, '/inbox');
  await openChat(page, chat);
  const pane = page.getByTestId('order-pane');
  await expect(pane.getByRole('heading', { name: 'Заказ', exact: true })).toBeVisible();
  await expect(pane.getByTestId('order-number')).toHaveText(order.number);
  await expect(pane.getByTestId('posting')).toHaveCount(2);
  await expect(pane.getByTestId('posting').first()).toContainText(order.postings[0]!.number);
  // The sandbox's parcels on their way are at different stages of it.
  await expect(pane.getByTestId('posting').first()).toContainText(/Доставляется|Ждёт получения/);
  await expect(pane.getByTestId('order-age')).toContainText('обновлено');
  await expect(pane.getByTestId('order-return')).toHaveCount(1);

  // The photo is really drawn, in a box whose size was known before.
  const photo = pane.getByTestId('order-item').first().locator('img');
  await photo.scrollIntoViewIfNeeded();
  await expect.poll(() => photo.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);
  expect(await photo.getAttribute('src')).toMatch(/^\/photos\//);
  expect(await photo.evaluate((image) => image.getBoundingClientRect().width)).toBe(56);

  await expect(page.getByTestId('send-window')).toContainText('пока заказ в пути');
});

test('a chat without an order says so and takes a number by hand', async ({ app, browserOf }) => {
  const order = await app.house.sandbox.order({ scheme: 'fbo' });
  const chat = await app.house.sandbox.buyerWrites(unique(`Мой заказ ${order.number}`));
  const page = await browserOf(app.server, app.owner);
  await visit(page, '/inbox');
  await openChat(page, chat);
  const pane = page.getByTestId('order-pane');
  await expect(pane.getByTestId('order-none')).toContainText('Ozon не сообщил, о каком заказе этот чат');
  const field = pane.getByLabel('Номер заказа или отправления');
  await field.fill('мой заказ');
  await pane.getByRole('button', { name: 'Найти' }).click();
  await expect(pane.getByRole('alert')).toContainText('не похоже на номер');
  await field.fill(order.number);
  await field.press('Enter');
  await expect(pane.getByTestId('order-number')).toHaveText(order.number);
  await expect(pane).toContainText('Номер вписан вручную: Мария Ветрова');
  await expect(pane.getByTestId('posting')).toHaveCount(1);
  await pane.getByRole('button', { name: 'Убрать номер' }).click();
  await expect(pane.getByTestId('order-none')).toBeVisible();
});

test('the pane opens and closes by its key, and the browser remembers it', async ({ app, browserOf }) => {
  const first = await app.house.sandbox.buyerWrites(unique('Первый вопрос'));
  const second = await app.house.sandbox.buyerWrites(unique('Второй вопрос'));
  const page = await browserOf(app.server, app.owner);
  await visit(page, '/inbox');
  await openChat(page, first);
  const pane = page.getByTestId('order-pane');
  await expect(pane).toBeVisible();
  await composer(page).fill('черновик');
  await composer(page).press('Alt+KeyO');
  await expect(pane).toBeHidden();
  await expect(composer(page)).toHaveValue('черновик');
  await openChat(page, second);
  await expect(pane).toBeHidden();
  await visit(page, page.url());
  await expect(pane).toBeHidden();
  await page.getByTestId('order-toggle').click();
  await expect(pane).toBeVisible();
});

test('on a phone the pane opens over the messages when it is asked for', async ({ app, browserOf }) => {
  const chat = await app.house.sandbox.buyerWrites(unique('Вопрос с телефона'));
  const page = await browserOf(app.server, app.owner);
  await page.setViewportSize({ width: 390, height: 844 });
  await visit(page, '/inbox');
  await openChat(page, chat);
  const pane = page.getByTestId('order-pane');
  await expect(pane).toBeHidden();
  await page.getByTestId('order-toggle').click();
  await expect(pane).toBeVisible();
  await expect(page.getByTestId('order-toggle')).toHaveAttribute('aria-expanded', 'true');
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(overflow, 'scrolls sideways').toBeLessThanOrEqual(0);
});
