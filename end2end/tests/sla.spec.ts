/** Deadlines: the timer of a chat, and the panel that says why. */
import type { Page } from '@playwright/test';
import { expect, openChat, row, test, unique, visit } from '../app.ts';
import { dress, expectAccessible, LOOKS } from '../axe.ts';

const timer = (page: Page) => page.locator('.window-head').getByTestId('sla-timer');
const panel = (page: Page) => page.getByTestId('why-panel');
const clock = (page: Page, kind: string) => panel(page).locator(`[data-clock="${kind}"]`);

test('a chat shows its timer, says why by one key, and follows what happens', async ({ app, browserOf }) => {
  const text = unique('Пришёл брак, чайник не включается');
  const chat = await app.house.sandbox.buyerWrites(text);
  const page = await browserOf(app.server, app.owner);
  await visit(page, '/inbox');
  const ofRow = row(page, chat).getByTestId('sla-timer');
  await expect(ofRow).toHaveAttribute('data-clock', 'first_reply');
  await expect(ofRow).toContainText('1-й ответ · ');
  const due = await ofRow.getAttribute('data-due-at');
  expect(Date.parse(due!), 'within a day').toBeLessThan(Date.now() + 86_400_000);

  const id = await openChat(page, chat);
  await visit(page, `/inbox/${id}`);
  await expect(timer(page)).toHaveAttribute('data-due-at', due!);
  await page.keyboard.press('KeyD');
  await expect(panel(page)).toBeVisible();
  const first = clock(page, 'first_reply');
  await expect(first).toContainText('«Все чаты», встроенная версия');
  await expect(first).toContainText(text.slice(0, 30));
  await expect(first).toContainText('30 минут рабочего времени («Рабочие часы»)');
  await expect(first).toContainText('Срочный: тема обращения');
  await expect(clock(page, 'rating')).toContainText('Ответ по правилам Ozon');
  await expect(clock(page, 'rating')).toContainText('1 день подряд, днём и ночью');
  await expect(clock(page, 'window')).toContainText('Ozon перестанет принимать сообщения');
  await expect(panel(page).locator('.why-clocks')).toBeFocused();

  // Answered elsewhere while the panel is open.
  await app.house.sandbox.cabinetWrites(chat, 'Заменим сегодня');
  await expect(first).toContainText('вовремя', { timeout: 60_000 });
  await expect(timer(page)).toHaveCount(0);
  await page.keyboard.press('Escape');
  await expect(panel(page)).toBeHidden();

  await app.house.sandbox.buyerWrites(unique('Когда привезут?'), chat);
  // The way to a solution goes on, and of it less is left than of the time for this answer.
  await expect(timer(page)).toHaveAttribute('data-clock', 'resolution', { timeout: 60_000 });
  await page.getByTestId('why-button').click();
  await expect(clock(page, 'next_reply')).toContainText('Когда привезут?');
  await expect(first).toContainText('вовремя');
});

for (const look of LOOKS) {
  test(`the panel is readable for everybody: ${look.theme}, ${look.width} px`, async ({ app, browserOf }) => {
    const chat = await app.house.sandbox.buyerWrites(unique('Пришёл брак'));
    const page = await browserOf(app.server, app.owner);
    await dress(page, look);
    await visit(page, '/inbox');
    await openChat(page, chat);
    await page.getByTestId('why-button').click();
    await expect(clock(page, 'first_reply')).toBeVisible();
    await expectAccessible(page, 'why this deadline');
  });
}
