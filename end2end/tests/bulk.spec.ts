/** Many chats at once: chosen by keyboard and by mouse, all that fit, with progress, a report and a way back. */
import type { Page } from '@playwright/test';
import { expect, ready, row, test, unique, visit } from '../app.ts';
import { expectAccessible } from '../axe.ts';

const bar = (page: Page) => page.getByTestId('bulk-bar');
const strip = (page: Page) => page.getByTestId('bulk-strip').first();
const chosen = (page: Page) => page.getByTestId('bulk-chosen');
const count = (page: Page, view: string) => page.locator(`.list-tabs a[data-view="${view}"] .list-count`);
const dialog = (page: Page) => page.locator('#bulk-confirm');

test('all that fit are closed, told about, and brought back', async ({ empty, browserOf }) => {
  const server = await empty.serve();
  const owner = await empty.addPerson('owner', 'Мария Ветрова');
  await empty.addSeller();
  const chats = await empty.sandbox.burst(60, 1);
  const last = await empty.sandbox.buyerWrites(unique('Где мой заказ?'));
  const page = await browserOf(server, owner);
  await visit(page, '/inbox');
  const waiting = chats.length + 1;
  await expect(count(page, 'waiting')).toHaveText(String(waiting));

  await test.step('choosing moves nothing for who does not choose', async () => {
    await expect(page.getByTestId('row-box')).toHaveCount(0);
    const first = page.getByTestId('chat-row').first();
    const before = await first.boundingBox();
    await page.getByTestId('bulk-choose').click();
    await expect(bar(page)).toBeVisible();
    expect((await first.boundingBox())?.y, 'lines stay where they are').toBe(before?.y);
    await expect(chosen(page)).toHaveText('Отметьте чаты');
  });

  await test.step('by keyboard: a key, Shift with an arrow, Escape', async () => {
    const rows = page.getByTestId('chat-row');
    await rows.first().focus();
    await page.keyboard.press('KeyX');
    await expect(chosen(page)).toHaveText('Выбран 1');
    await page.keyboard.press('Shift+ArrowDown');
    await page.keyboard.press('Shift+ArrowDown');
    await expect(chosen(page)).toHaveText('Выбрано 3');
    await expect(page.getByTestId('row-box').first()).toBeChecked();
    await page.keyboard.press('KeyX');
    await expect(chosen(page)).toHaveText('Выбрано 2');
    await page.keyboard.press('Escape');
    await expect(bar(page)).toHaveCount(0);
    await page.keyboard.press('KeyX');
    await expect(chosen(page)).toHaveText('Выбран 1');
  });

  await test.step('everything that fits, with its number, is asked about and closed', async () => {
    await page.getByTestId('bulk-choose-all').click();
    await expect(chosen(page)).toHaveText(/^(Выбраны все|Выбран) 61 /);
    await expectAccessible(page, 'choosing');
    await page.keyboard.press('Alt+KeyX');
    await expect(bar(page).getByRole('button', { name: 'Назначить' })).toBeFocused();
    await page.getByTestId('bulk-close').focus();
    await page.keyboard.press('Enter');
    await expect(dialog(page)).toBeVisible();
    await expect(dialog(page).getByRole('heading', { level: 2 })).toHaveText(/Закрыть 61\u00a0чат/);
    await expect(dialog(page)).toContainText('Отменить можно в течение 24 часов');
    await expectAccessible(page, 'the question');
    await dialog(page).getByRole('button', { name: 'Закрыть', exact: true }).last().click();
    await expect(dialog(page)).toBeHidden();
    await expect(strip(page)).toHaveAttribute('data-state', 'done');
    await expect(page.getByTestId('bulk-said')).toHaveText('Закрыто: 61 из 61');
    await expect(count(page, 'waiting')).toHaveText('0');
    await expect(bar(page)).toHaveCount(0);
  });

  await test.step('the report is there after a reload', async () => {
    await page.reload();
    await ready(page);
    await expect(page.getByTestId('bulk-said')).toHaveText('Закрыто: 61 из 61');
    await strip(page).getByRole('button', { name: 'Подробнее' }).click();
    await expect(page.getByTestId('bulk-report')).toContainText('Все чаты обработаны');
    await expectAccessible(page, 'the report');
    await page.keyboard.press('Escape');
    await expect(page.getByTestId('bulk-report')).toBeHidden();
  });

  await test.step('undoing leaves alone what has changed since', async () => {
    // The buyer writes: the chat opens by itself.
    await empty.sandbox.buyerWrites(unique('Вы тут?'), last);
    await expect(count(page, 'waiting')).toHaveText('1');
    await strip(page).getByRole('button', { name: 'Отменить' }).click();
    await expect(strip(page)).toHaveAttribute('data-state', 'undone');
    await expect(page.getByTestId('bulk-said')).toHaveText('Отменено: 60 из 61');
    await expect(count(page, 'waiting')).toHaveText(String(waiting));
    await strip(page).getByRole('button', { name: 'Подробнее' }).click();
    await expect(page.getByTestId('bulk-report')).toContainText('Кто-то изменил чат после вас');
    await page.getByTestId('bulk-report').getByRole('link').click();
    await expect(page).toHaveURL(/\/inbox\/[0-9a-f-]{36}/);
    await strip(page).getByRole('button', { name: 'Скрыть' }).click();
    await expect(page.getByTestId('bulk-strip')).toHaveCount(0);
  });

  await test.step('some are put off to a time of one\'s own', async () => {
    await visit(page, '/inbox');
    await page.getByTestId('chat-row').first().focus();
    await page.keyboard.press('KeyX');
    await page.keyboard.press('Shift+ArrowDown');
    await expect(chosen(page)).toHaveText('Выбрано 2');
    await bar(page).getByRole('button', { name: 'Отложить' }).click();
    await bar(page).getByLabel('В точное время').fill('2031-05-06T07:08');
    await bar(page).getByRole('button', { name: 'Отложить до этого времени' }).click();
    await expect(dialog(page).getByRole('heading', { level: 2 })).toHaveText(/Отложить 2\u00a0чата до 6\u00a0мая 2031, 07:08/);
    await dialog(page).getByRole('button', { name: 'Отложить', exact: true }).last().click();
    await expect(page.getByTestId('bulk-said')).toHaveText(/2 из 2/);
    await expect(count(page, 'waiting')).toHaveText(String(waiting - 2));
  });
});

test('on a phone a tag is put on chosen chats, and a quick reply is shown before it is sent', async ({ empty, browserOf }) => {
  const server = await empty.serve();
  const owner = await empty.addPerson('owner', 'Мария Ветрова');
  await empty.addSeller();
  const chats = [await empty.sandbox.buyerWrites(unique('Где?')), await empty.sandbox.buyerWrites(unique('Когда?'))];
  const page = await browserOf(server, owner);
  await page.setViewportSize({ width: 390, height: 844 });
  await page.request.post('/api/quick_replies/save', {
    headers: { origin: server.url, 'sec-fetch-site': 'same-origin' },
    data: {
      form: {
        id: crypto.randomUUID(),
        scope: { kind: 'mine' },
        title: 'Задержка',
        shortcut: '',
        folder: '',
        body: 'Здравствуйте! {{магазин}} приносит извинения: посылка задержалась.',
      },
    },
  });
  const tag = crypto.randomUUID();
  await page.request.post('/api/inbox/make_tag', {
    headers: { origin: server.url, 'sec-fetch-site': 'same-origin' },
    data: { tag, name: 'Задержка доставки', color: 'red' },
  });
  await visit(page, '/inbox');
  await expect(row(page, chats[1]!)).toBeVisible();

  await page.getByRole('button', { name: 'Выбрать', exact: true }).click();
  for (const box of await page.getByTestId('row-box').all()) await box.check();
  await expect(chosen(page)).toHaveText('Выбрано 2');
  await expectAccessible(page, 'choosing on a phone');
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(width, 'nothing sticks out').toBeLessThanOrEqual(390);

  await bar(page).getByRole('button', { name: 'Метки' }).click();
  await page.getByRole('button', { name: 'Задержка доставки' }).click();
  await expect(dialog(page).getByRole('heading', { level: 2 })).toHaveText(/Поставить метку «Задержка доставки» 2\u00a0чатам/);
  await dialog(page).getByRole('button', { name: 'Поставить метку' }).click();
  await expect(page.getByTestId('bulk-said').first()).toHaveText('Метка поставлена: 2 из 2');
  await expect(row(page, chats[0]!)).toContainText('Задержка доставки');

  await page.getByRole('button', { name: 'Выбрать', exact: true }).click();
  await page.getByTestId('bulk-choose-all').click();
  await bar(page).getByRole('button', { name: 'Быстрый ответ' }).click();
  await page.locator('#bulk-reply').getByRole('button', { name: 'Задержка' }).click();
  await expect(page.getByTestId('bulk-sample')).toContainText('приносит извинения: посылка задержалась');
  await expect(page.getByTestId('bulk-sample')).not.toContainText('{{');
  await expect(dialog(page)).toContainText('Отправленный ответ отменить нельзя');
  await expectAccessible(page, 'the preview');
  await dialog(page).getByRole('button', { name: 'Отправить' }).click();
  await expect(page.getByTestId('bulk-said').first()).toHaveText('Передано в отправку: 2 из 2');
  for (const chat of chats) {
    await expect.poll(async () => (await empty.sandbox.sent(chat)).length).toBe(1);
  }
});
