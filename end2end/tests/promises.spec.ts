/** Promises to buyers: by keyboard, as a clock in list and window, moved, dropped and kept. */
import type { Locator, Page } from '@playwright/test';
import { expect, openChat, row, test, unique, visit } from '../app.ts';
import { dress, expectAccessible, LOOKS } from '../axe.ts';

const timer = (place: Locator) => place.getByTestId('sla-timer');
const head = (page: Page) => page.locator('.window-head');
const menu = (page: Page) => page.locator('#menu-promise');

/** Takes the focus out of the field for answers, where letters are letters. */
const idle = (page: Page) => page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());

test('a promise is made, moved and kept by keyboard, and the report tells of it', async ({ empty, browserOf }) => {
  test.setTimeout(120_000);
  const anna = await empty.addPerson('owner', 'Анна Белова');
  const server = await empty.serve();
  await empty.addSeller();
  const chat = await empty.sandbox.buyerWrites(unique('Где мой заказ?'));
  const page = await browserOf(server, anna);
  await visit(page, '/inbox?view=all');
  await openChat(page, chat);
  await empty.sandbox.cabinetWrites(chat, 'Узнаем и ответим сегодня');
  await expect(timer(row(page, chat))).toHaveCount(0, { timeout: 60_000 });

  await idle(page);
  await page.keyboard.press('KeyU');
  await expect(menu(page)).toBeVisible();
  await expectAccessible(page, 'the menu of promises', '#menu-promise');
  await page.keyboard.press('Enter');
  await expect(menu(page)).toBeHidden();
  await expect(timer(head(page))).toHaveAttribute('data-clock', 'promise');
  await expect(timer(head(page))).toContainText(/Обещание · (1\sч|59\sмин|60\sмин)/);
  await expect(timer(row(page, chat))).toHaveAttribute('data-clock', 'promise');
  await expect(page.locator('article.window')).toContainText('Обещан ответ до');
  const first = await timer(head(page)).getAttribute('data-due-at');
  // Who was promised waits.
  await visit(page, '/inbox?view=waiting');
  await openChat(page, chat);
  await idle(page);

  await page.keyboard.press('KeyU');
  await page.locator('#promise-exact').focus();
  const tomorrow = new Date(Date.now() + 86_400_000).toLocaleDateString('sv', { timeZone: 'Europe/Moscow' });
  await page.locator('#promise-exact').fill(`${tomorrow}T15:30`);
  await menu(page).getByRole('button', { name: 'Обещать к этому времени' }).press('Enter');
  await expect(page.locator('article.window')).toContainText('Обещание перенесено на');
  const moved = Date.parse((await timer(head(page)).getAttribute('data-due-at'))!);
  expect(moved).toBe(Date.parse(`${tomorrow}T15:30:00+03:00`));
  expect(moved).not.toBe(Date.parse(first!));

  await page.keyboard.press('KeyD');
  const clock = page.getByTestId('why-panel').locator('[data-clock="promise"]').first();
  await expect(clock).toContainText('Кто обещал');
  await expect(clock).toContainText('Анна Белова');
  await page.keyboard.press('Escape');

  await empty.sandbox.cabinetWrites(chat, 'Заказ в пункте выдачи');
  await expect(timer(head(page))).toHaveCount(0, { timeout: 60_000 });
  await visit(page, '/reports/deadlines');
  await expect(page.getByTestId('promises-made')).toHaveText('2');
  await expect(page.getByTestId('promises-kept')).toHaveText('1');
  await expect(page.getByTestId('promises-dropped')).toHaveText('1');
  await expectAccessible(page, 'a report with promises');
});

test('a promise is dropped, and that is taken back', async ({ app, browserOf }) => {
  const chat = await app.house.sandbox.buyerWrites(unique('Есть ли размер 44?'));
  const page = await browserOf(app.server, app.owner);
  await visit(page, '/inbox?view=all');
  await openChat(page, chat);
  await idle(page);
  const button = page.locator('#menu-promise-button');
  await page.keyboard.press('KeyU');
  await page.keyboard.press('Enter');
  await expect(button).toContainText('До ');
  await page.keyboard.press('KeyU');
  await menu(page).getByRole('button', { name: 'Снять обещание' }).press('Enter');
  await expect(button).toContainText('Обещать ответ');
  await page.keyboard.press('KeyZ');
  await expect(button).toContainText('До ');
});

for (const look of LOOKS) {
  test(`the menu of promises is readable for everybody: ${look.theme}, ${look.width} px`, async ({ app, browserOf }) => {
    const chat = await app.house.sandbox.buyerWrites(unique('Когда привезут?'));
    const page = await browserOf(app.server, app.owner);
    await dress(page, look);
    await visit(page, '/inbox?view=all');
    await openChat(page, chat);
    await page.locator('#menu-promise-button').click();
    await expect(menu(page)).toBeVisible();
    await expectAccessible(page, 'the menu of promises', '#menu-promise');
  });
}
