/** A day's actions: chats are taken, tagged, put off, closed and taken back, by mouse and by keyboard; notes stay ours. */
import type { Page } from '@playwright/test';
import { composer, expect, openChat, row, test, unique, visit } from '../app.ts';
import { expectAccessible } from '../axe.ts';

const state = (page: Page) => page.getByTestId('work-state');
const deeds = (page: Page) => page.getByTestId('deed');
const noteField = (page: Page) => page.locator('textarea[data-testid="note-composer"]');
const toast = (page: Page) => page.getByRole('status').filter({ has: page.locator('.toast') });

/** Leaves the field, so that keys are no letters. */
async function idle(page: Page): Promise<void> {
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
}

test('by mouse: take, tag, prioritise, put off, close, take back', async ({ app, browserOf }) => {
  const chat = await app.house.sandbox.buyerWrites(unique('Пришёл не тот размер'));
  const page = await browserOf(app.server, app.owner);
  await visit(page, '/inbox');
  await openChat(page, chat);

  await page.getByRole('button', { name: /^Назначить/ }).click();
  await page.getByRole('button', { name: 'Мне', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Назначить: Мария Ветрова' })).toBeVisible();
  await expect(deeds(page).last()).toContainText('Взят в работу · Мария Ветрова');

  const tag = unique('Размер');
  await page.getByRole('button', { name: /^Метки/ }).click();
  await page.getByLabel('Найти или создать метку').fill(tag);
  await page.getByRole('button', { name: `Создать метку «${tag}»` }).click();
  await expect(page.getByTestId('tags-of-chat')).toContainText(tag);
  await page.keyboard.press('Escape');

  await page.getByRole('button', { name: /^Приоритет/ }).click();
  await page.getByRole('button', { name: 'Срочный', exact: true }).click();
  await expect(deeds(page).last()).toContainText('Приоритет: срочный');

  await page.getByRole('button', { name: /^Отложить/ }).first().click();
  await page.getByRole('button', { name: /^Завтра утром/ }).click();
  await expect(state(page)).toContainText('Отложен до завтра, 09:00');
  await toast(page).getByRole('button', { name: 'Отменить' }).click();
  await expect(state(page)).toHaveCount(0);
  await expect(deeds(page).last()).toContainText('Снова открыт · Мария Ветрова');

  await page.getByTestId('close-chat').click();
  await expect(state(page)).toHaveText('Закрыт');
  await expect(deeds(page).last()).toContainText('Закрыт · Мария Ветрова');
  await toast(page).getByRole('button', { name: 'Отменить' }).click();
  await expect(state(page)).toHaveCount(0);

  await page.getByTestId('close-chat').click();
  await expect(state(page)).toHaveText('Закрыт');
  await app.house.sandbox.buyerWrites(unique('Ещё вопрос'), chat);
  await expect(state(page)).toHaveCount(0);
  await expect(deeds(page).filter({ hasText: 'Снова открыт: покупатель написал' })).toBeVisible();
});

test('what is done one after the other arrives in that order, however slow the first request is', async ({ app, browserOf }) => {
  const chat = await app.house.sandbox.buyerWrites(unique('Где мой заказ?'));
  const page = await browserOf(app.server, app.owner);
  await visit(page, '/inbox');
  await openChat(page, chat);
  await page.getByRole('button', { name: /^Отложить/ }).first().click();
  await page.getByRole('button', { name: /^Завтра утром/ }).click();
  await expect(deeds(page).last()).toContainText('Отложен');

  let letGo = () => {};
  const held = new Promise<void>((done) => (letGo = done));
  await page.route('**/api/inbox/reopen', async (route) => {
    await held;
    await route.continue();
  });
  const reopening = page.waitForRequest('**/api/inbox/reopen');
  await toast(page).getByRole('button', { name: 'Отменить' }).click();
  await reopening;
  await expect(state(page)).toHaveCount(0);
  await page.getByTestId('close-chat').click();
  await expect(state(page)).toHaveText('Закрыт');
  letGo();
  await expect(deeds(page).last()).toContainText('Закрыт · Мария Ветрова');
  await expect(state(page)).toHaveText('Закрыт');
  await visit(page, page.url());
  await expect(state(page)).toHaveText('Закрыт');
});

test('by keyboard, in any layout', async ({ app, browserOf }) => {
  const chat = await app.house.sandbox.buyerWrites(unique('Когда привезут?'));
  const other = await app.house.sandbox.buyerWrites(unique('Есть ли чек?'));
  const page = await browserOf(app.server, app.owner);
  await visit(page, '/inbox');
  await expect(row(page, other)).toBeVisible();
  await openChat(page, chat);
  await idle(page);

  await page.keyboard.press('KeyA');
  await expect(page.getByLabel('Найти сотрудника')).toBeFocused();
  await page.keyboard.type('мария');
  await expect(page.locator('#menu-assign .menu-item')).toHaveCount(1);
  await page.keyboard.press('Enter');
  await expect(deeds(page).last()).toContainText('Взят в работу');

  // The menu has given the focus back to where it was: nowhere.
  await page.keyboard.press('KeyP');
  await expect(page.locator('#menu-priority .menu-item').first()).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(deeds(page).last()).toContainText('Приоритет: срочный');
  await page.keyboard.press('KeyP');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(deeds(page).last()).toContainText('Приоритет: высокий');
  await page.keyboard.press('KeyP');
  await page.keyboard.press('Escape');
  await expect(page.locator('#menu-priority')).toBeHidden();

  await page.keyboard.press('Shift+KeyS');
  await expect(page.getByTestId('star')).toHaveAttribute('aria-pressed', 'true');

  await page.keyboard.press('KeyS');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(state(page)).toContainText('Отложен до');
  await page.keyboard.press('KeyE');
  await expect(state(page)).toHaveCount(0);

  await page.keyboard.press('KeyE');
  await expect(state(page)).toHaveText('Закрыт');
  await expect(toast(page)).toContainText('Чат закрыт');
  await page.keyboard.press('KeyZ');
  await expect(state(page)).toHaveCount(0);

  await test.step('what was done is taken back although its notice has gone', async () => {
    await page.keyboard.press('KeyE');
    await expect(state(page)).toHaveText('Закрыт');
    await expect(toast(page)).toContainText('Чат закрыт');
    await toast(page).getByRole('button', { name: 'Закрыть' }).click();
    await expect(toast(page)).toHaveCount(0);
    await idle(page);
    await page.keyboard.press('KeyZ');
    await expect(state(page)).toHaveCount(0);
  });

  const before = page.url();
  await page.keyboard.press('Shift+KeyE');
  await expect(page).not.toHaveURL(before);
  await expect(toast(page)).toContainText('Чат закрыт');

  await test.step('letters in a field stay letters', async () => {
    await composer(page).fill('');
    await composer(page).pressSequentially('easy');
    await expect(composer(page)).toHaveValue('easy');
    await expect(state(page)).toHaveCount(0);
    await composer(page).fill('');
  });
});

test.describe('on a bad line', () => {
  // A question that is cut off, and a refusal, which is a 422.
  test.use({ allowedErrors: /ERR_FAILED.*\/api\/inbox\/open|status of 422.*\/api\/inbox\/close/ });

  test('a chat in which the buyer has just written is not closed', async ({ app, browserOf }) => {
    const chat = await app.house.sandbox.buyerWrites(unique('Спасибо'));
    const page = await browserOf(app.server, app.owner);
    await visit(page, '/inbox');
    await openChat(page, chat);
    // The screen hears of nothing new.
    await page.route('**/api/inbox/open', (route) => route.abort());
    const late = unique('Нет, подождите!');
    await app.house.sandbox.buyerWrites(late, chat);
    await expect(row(page, chat)).toContainText(late);
    await page.getByTestId('close-chat').click();
    await expect(toast(page)).toContainText('Покупатель только что написал');
    await expect(state(page)).toHaveCount(0);
  });
});

test('a note speaks to a colleague and never to the buyer', async ({ app, browserOf }) => {
  const boris = await app.house.addPerson('operator', `Борис ${crypto.randomUUID().slice(0, 6)}`);
  const chat = await app.house.sandbox.buyerWrites(unique('Где возврат?'));
  const page = await browserOf(app.server, app.owner);
  await visit(page, '/inbox');
  await openChat(page, chat);

  const answer = unique('Начатый ответ');
  await composer(page).fill(answer);
  await page.keyboard.press('Alt+KeyN');
  await expect(noteField(page)).toBeFocused();
  await expect(composer(page)).toBeHidden();
  await expect(page.getByTestId('writing')).toHaveAttribute('data-mode', 'note');

  await page.keyboard.type('@бор');
  await expect(page.getByRole('listbox')).toContainText(boris.name);
  await page.keyboard.press('Enter');
  await expect(noteField(page)).toHaveValue(`@${boris.name} `);
  const text = unique('проверь возврат');
  await page.keyboard.type(text);

  await test.step('it is kept apart from the answer', async () => {
    await page.reload();
    await page.locator('html[data-hydrated]').waitFor({ state: 'attached' });
    await expect(composer(page)).toHaveValue(answer);
    await page.keyboard.press('Alt+KeyN');
    await expect(noteField(page)).toHaveValue(`@${boris.name} ${text}`);
  });

  await page.keyboard.press('Control+Enter');
  const note = page.getByTestId('note').filter({ hasText: text });
  await expect(note).toBeVisible();
  await expect(note.locator('.note-mention')).toHaveText(`@${boris.name}`);
  await expect(noteField(page)).toHaveValue('');
  await page.keyboard.press('Escape');
  await expect(composer(page)).toBeFocused();
  await expect(composer(page)).toHaveValue(answer);

  await test.step('the colleague sees it, may not change it, and hears of changes', async () => {
    const theirs = await browserOf(app.server, boris);
    await visit(theirs, new URL(page.url()).pathname);
    const shown = theirs.getByTestId('note').filter({ hasText: text });
    await expect(shown).toContainText('Заметка · Мария Ветрова');
    await expect(shown.getByRole('button')).toHaveCount(0);
    await note.getByRole('button', { name: 'Изменить' }).click();
    await page.keyboard.press('End');
    await page.keyboard.type(' срочно');
    await page.keyboard.press('Control+Enter');
    await expect(shown).toContainText('срочно');
    await expect(shown).toContainText('изменено');
    await note.getByRole('button', { name: 'Удалить' }).click();
    await expect(note).toContainText('Вернуть её будет нельзя');
    await note.getByRole('button', { name: 'Удалить' }).click();
    await expect(note).toHaveCount(0);
    await expect(shown).toHaveCount(0);
  });
  expect(await app.house.sandbox.sent(chat)).toEqual([]);
});

test('tags are made, renamed and deleted in the settings', async ({ app, browserOf }) => {
  const name = unique('Брак');
  const page = await browserOf(app.server, app.owner);
  await visit(page, '/settings/tags');
  await page.getByRole('button', { name: 'Новая метка' }).click();
  await page.getByRole('textbox', { name: 'Название' }).fill(name);
  await page.getByLabel('красный').check();
  await page.getByRole('button', { name: 'Создать' }).click();
  const line = page.getByTestId('tag-line').filter({ hasText: name });
  await expect(line).toContainText('0 чатов');

  const chat = await app.house.sandbox.buyerWrites(unique('Пришло разбитое'));
  const elsewhere = await browserOf(app.server, app.owner);
  await visit(elsewhere, '/inbox');
  await openChat(elsewhere, chat);
  await elsewhere.getByRole('button', { name: /^Метки/ }).click();
  await elsewhere.locator('#menu-tags').getByRole('button', { name }).click();
  await expect(elsewhere.getByTestId('tags-of-chat')).toContainText(name);
  // The chip is there before the server knows; what was done is told by the server.
  await expect(elsewhere.getByTestId('deed').filter({ hasText: `Метка «${name}» добавлена` })).toBeVisible();

  await page.reload();
  await page.locator('html[data-hydrated]').waitFor({ state: 'attached' });
  await expect(line).toContainText('1 чат');
  await page.getByRole('button', { name: `Изменить: ${name}` }).click();
  const renamed = unique('Бой');
  await page.getByRole('textbox', { name: 'Название' }).fill(renamed);
  await page.getByRole('button', { name: 'Сохранить' }).click();
  await expect(elsewhere.getByTestId('tags-of-chat')).toContainText(renamed);

  await page.getByRole('button', { name: `Удалить: ${renamed}` }).click();
  const dialog = page.getByRole('dialog', { name: 'Удалить' });
  await expect(dialog).toContainText('Она пропадёт с 1 чата');
  await dialog.getByRole('button', { name: 'Удалить' }).click();
  await expect(page.getByTestId('tag-line').filter({ hasText: renamed })).toHaveCount(0);
  await expect(elsewhere.getByTestId('tags-of-chat')).not.toContainText(renamed);
  await expect(elsewhere.getByTestId('deed').filter({ hasText: `Метка «${name}» добавлена` })).toBeVisible();
});

for (const look of [
  { theme: 'light', width: 1440, height: 900 },
  { theme: 'dark', width: 390, height: 844 },
] as const) {
  test(`menus, notes and tags are accessible and fit: ${look.theme}, ${look.width} px`, async ({ app, browserOf }) => {
    const chat = await app.house.sandbox.buyerWrites(unique('Где заказ?'));
    const page = await browserOf(app.server, app.owner);
    await page.emulateMedia({ colorScheme: look.theme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width: look.width, height: look.height });
    const fits = (what: string) => expectAccessible(page, what);
    await visit(page, '/inbox');
    await openChat(page, chat);
    for (const menu of ['assign', 'tags', 'snooze', 'more']) {
      await page.locator(`#menu-${menu}-button`).click();
      const panel = page.locator(`#menu-${menu}`);
      await expect(panel).toBeVisible();
      const box = (await panel.boundingBox())!;
      expect.soft(box.x >= 0 && box.x + box.width <= look.width && box.y + box.height <= look.height, menu).toBe(true);
      await fits(menu);
      await page.keyboard.press('Escape');
      await expect(panel).toBeHidden();
    }
    await page.getByRole('button', { name: 'Заметка', exact: true }).click();
    await noteField(page).fill(unique('Для своих'));
    await fits('writing a note');
    await page.getByTestId('save-note').click();
    await expect(page.getByTestId('note')).toBeVisible();
    await fits('a note between messages');
    await visit(page, '/settings/tags');
    await page.getByRole('button', { name: 'Новая метка' }).click();
    await fits('new tag');
  });
}
