import type { Page } from '@playwright/test';
import type { House, Person, Server } from '../house.ts';
import { answer, bubble, composer, DELIVERED, expect, openChat, test, unique, visit } from '../app.ts';

/** A house whose replies can be taken back for a while. */
async function holding(house: House, pause: string): Promise<{ server: Server; owner: Person }> {
  house.env.AGENTIQ_UNDO_PAUSE = pause;
  const owner = await house.addPerson('owner', 'Мария Ветрова');
  const server = await house.serve();
  await house.addSeller();
  return { server, owner };
}

const picker = (page: Page) => page.getByRole('combobox', { name: 'Найти быстрый ответ' });
const finding = (page: Page, severity: string) => page.locator(`.finding[data-severity="${severity}"]`);

test('a quick reply is written once and put in with «/» by keyboard', async ({ app, browserOf }) => {
  const title = unique('Где трек');
  const page = await browserOf(app.server, app.owner);

  await test.step('it is written on its page, with a variable and a preview', async () => {
    await visit(page, '/settings/quick-replies');
    await page.getByRole('button', { name: 'Новый быстрый ответ' }).click();
    const dialog = page.getByRole('dialog', { name: 'Новый быстрый ответ' });
    await dialog.getByLabel('Название').fill(title);
    await dialog.getByLabel('Код после «/»').fill('трек');
    await dialog.getByTestId('quick-reply-body').fill('{{заказ: Заказ № *|Ваш заказ}} уже едет. {{оператор}}, магазин');
    await expect(dialog.getByTestId('preview-known')).toHaveText('Заказ № 12345678-0001 уже едет. Мария, магазин');
    await expect(dialog.getByTestId('preview-missing')).toContainText('Ваш заказ уже едет.');
    await dialog.getByTestId('attach-input').setInputFiles({
      name: 'инструкция.txt',
      mimeType: 'text/plain',
      buffer: Buffer.from('Как отследить заказ'),
    });
    await expect(dialog.getByTestId('chosen-file')).toHaveAttribute('data-state', 'ready');
    await dialog.getByRole('button', { name: 'Сохранить' }).click();
    await expect(page.getByRole('listitem').filter({ hasText: title })).toContainText('1 файл');
  });

  const chat = await app.house.sandbox.buyerWrites(unique('Где заказ?'));
  await visit(page, '/inbox');
  await openChat(page, chat);

  await test.step('not within a word, and Esc leaves nothing behind', async () => {
    await composer(page).pressSequentially('и/или ');
    await expect(composer(page)).toHaveValue('и/или ');
    await composer(page).press('/');
    await expect(picker(page)).toBeFocused();
    await picker(page).press('Escape');
    await expect(composer(page)).toBeFocused();
    await expect(composer(page)).toHaveValue('и/или ');
    await composer(page).fill('');
  });

  await test.step('found by its code, put in by Enter', async () => {
    await composer(page).press('/');
    await page.keyboard.type('трек');
    const option = page.getByRole('option').filter({ hasText: title });
    await expect(option).toHaveAttribute('aria-selected', 'true');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    await expect(composer(page)).toHaveValue('Ваш заказ уже едет. Мария, магазин');
    await expect(composer(page)).toBeFocused();
    await expect(page.getByTestId('chosen-file')).toContainText('инструкция.txt');
    await page.getByTestId('chosen-file').getByRole('button', { name: /Убрать/ }).click();
    await expect(page.getByTestId('chosen-file')).toHaveCount(0);
  });
  await composer(page).press('Control+Enter');
  await expect.poll(() => app.house.sandbox.sent(chat)).toEqual(['Ваш заказ уже едет. Мария, магазин']);
});

test('a variable that nobody can fill in keeps the answer from being sent', async ({ app, browserOf }) => {
  const chat = await app.house.sandbox.buyerWrites(unique('Когда?'));
  const page = await browserOf(app.server, app.owner);
  await visit(page, '/inbox');
  await openChat(page, chat);
  await answer(page, 'Ждите {{срок}}');
  await expect(page.locator('#composer-problem')).toContainText('{{срок}}');
  // It is selected: the next key takes its place.
  await page.keyboard.type('завтра');
  await expect(composer(page)).toHaveValue('Ждите завтра');
  expect(await app.house.sandbox.sent(chat)).toEqual([]);
});

test('a warning is named and can be sent over; a block cannot', async ({ app, browserOf }) => {
  const chat = await app.house.sandbox.buyerWrites(unique('Верните деньги!'));
  const page = await browserOf(app.server, app.owner);
  await visit(page, '/inbox');
  await openChat(page, chat);
  const promise = unique('Мы вернём вам деньги');
  await composer(page).pressSequentially(promise);
  await expect(finding(page, 'warn')).toContainText('Лишнее обещание: «вернём вам деньги»');
  await composer(page).press('Control+Enter');
  await expect(page.locator('#composer-problem')).toContainText('отправьте ещё раз (Ctrl + Enter)');
  await expect(composer(page)).toHaveValue(promise);
  expect(await app.house.sandbox.sent(chat)).toEqual([]);
  await composer(page).press('Control+Enter');
  await expect(bubble(page, promise, 'out')).toHaveAttribute('data-status', DELIVERED);

  const away = unique('Пишите в телегу @shop');
  await composer(page).fill(away);
  await expect(finding(page, 'block')).toContainText('Увод с площадки');
  for (let tries = 0; tries < 2; tries += 1) {
    await composer(page).press('Control+Enter');
    await expect(page.locator('#composer-problem')).toContainText('с ними ответ не уйдёт');
    await expect(composer(page)).toHaveValue(away);
  }
  expect(await app.house.sandbox.sent(chat)).toEqual([promise]);
});

test('rules are tried out and changed, and hold at once', async ({ app, browserOf }) => {
  const page = await browserOf(app.server, app.owner);
  const chat = await app.house.sandbox.buyerWrites(unique('Вопрос'));
  await visit(page, '/inbox');
  await openChat(page, chat);
  const admin = await browserOf(app.server, app.owner);
  await visit(admin, '/settings/wording');
  await admin.getByRole('textbox', { name: 'Проверить фразу' }).fill('Обратитесь в поддержку');
  await expect(finding(admin, 'hint')).toContainText('Отписка');
  await admin.getByLabel(/Отписка: brush_off.support/).selectOption('block');
  await expect(finding(admin, 'block')).toContainText('Отписка');
  await admin.getByRole('button', { name: 'Сохранить' }).click();
  await expect(admin.getByTestId('wording-version')).toContainText(/Версия \d/);

  // The other page has heard of it.
  await composer(page).fill('Обратитесь в поддержку');
  await expect(finding(page, 'block')).toContainText('Отписка');
});

test('an answer is taken back within its pause', async ({ empty, browserOf }) => {
  const { server, owner } = await holding(empty, '60s');
  const chat = await empty.sandbox.buyerWrites(unique('Где заказ?'));
  const page = await browserOf(server, owner);
  await visit(page, '/inbox');
  await openChat(page, chat);
  const text = unique('Заказ в пути');
  await answer(page, text);
  await expect(composer(page)).toHaveValue('');
  await expect(page.getByTestId('undo')).toBeVisible();
  await page.getByTestId('undo').click();
  await expect(composer(page)).toHaveValue(text);
  await expect(bubble(page, text, 'out')).toHaveCount(0);

  await test.step('by keyboard too', async () => {
    await composer(page).press('Control+Enter');
    await expect(page.getByTestId('undo')).toBeVisible();
    await composer(page).press('Control+z');
    await expect(composer(page)).toHaveValue(text);
  });
  expect(await empty.sandbox.sent(chat)).toEqual([]);
});

test('an answer leaves after its pause although the tab is closed', async ({ empty, browserOf }) => {
  const { server, owner } = await holding(empty, '2s');
  const chat = await empty.sandbox.buyerWrites(unique('Где заказ?'));
  const page = await browserOf(server, owner);
  await visit(page, '/inbox');
  await openChat(page, chat);
  const text = unique('Заказ в пути');
  await answer(page, text);
  await expect(page.getByTestId('undo')).toBeVisible();
  await page.close();
  await expect.poll(() => empty.sandbox.sent(chat), { timeout: 20_000 }).toEqual([text]);
});

test('a planned answer is cancelled when the buyer writes first', async ({ app, browserOf }) => {
  const chat = await app.house.sandbox.buyerWrites(unique('Где заказ?'));
  const page = await browserOf(app.server, app.owner);
  await visit(page, '/inbox');
  await openChat(page, chat);
  const text = unique('Доброе утро');
  await composer(page).fill(text);
  await page.getByRole('button', { name: 'Отправить позже' }).click();
  await page.getByRole('button', { name: 'Через час' }).click();
  await expect(bubble(page, text, 'out')).toHaveAttribute('data-status', 'scheduled');
  await expect(bubble(page, text, 'out')).toContainText('Уйдёт');
  await expect(composer(page)).toHaveValue('');

  await app.house.sandbox.buyerWrites(unique('Уже не нужно'), chat);
  await expect(page.getByTestId('plan-cancelled')).toContainText('покупатель написал раньше');
  await expect(bubble(page, text, 'out')).toHaveAttribute('data-status', 'failed');
  await page.getByTestId('plan-cancelled').getByRole('button', { name: 'Изменить' }).click();
  await expect(composer(page)).toHaveValue(text);
  await expect(page.getByTestId('plan-cancelled')).toHaveCount(0);
  expect(await app.house.sandbox.sent(chat)).toEqual([]);
});

test('an answer closes its chat, and an emoji is found by its name', async ({ app, browserOf }) => {
  const chat = await app.house.sandbox.buyerWrites(unique('Спасибо'));
  const page = await browserOf(app.server, app.owner);
  await visit(page, '/inbox');
  const id = await openChat(page, chat);
  await composer(page).pressSequentially('Рады помочь ');
  await page.getByRole('button', { name: 'Вставить эмодзи' }).click();
  await page.keyboard.type('цветок');
  await page.keyboard.press('Enter');
  await expect(composer(page)).toHaveValue('Рады помочь 🌸');
  await composer(page).press('Control+Shift+Enter');
  await expect(bubble(page, 'Рады помочь 🌸', 'out')).toHaveAttribute('data-status', DELIVERED);
  const open = await page.request.post('/api/inbox/open', { data: { chat: id } });
  expect((await open.json()).row.work).toBe('closed');
});
