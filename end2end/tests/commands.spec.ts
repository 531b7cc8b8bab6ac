/** The palette, the cheat sheet and keys of one's own. */
import type { Page } from '@playwright/test';
import { expect, openChat, test, unique, visit } from '../app.ts';
import { expectAccessible } from '../axe.ts';

test('the palette finds a command by its name, does it and shows its key', async ({ app, browserOf }) => {
  const chat = await app.house.sandbox.buyerWrites(unique('Где заказ?'));
  const page = await browserOf(app.server, app.owner);
  await visit(page, '/inbox');
  await openChat(page, chat);
  const pane = page.getByTestId('order-pane');
  await expect(pane).toBeVisible();

  // From the middle of an answer: the letter is told by its place.
  await page.getByTestId('composer').press('Control+KeyK');
  const palette = page.getByRole('dialog', { name: 'Команды' });
  await expect(palette.getByRole('combobox')).toBeFocused();
  await page.keyboard.type('заказ');
  const option = palette.getByRole('option', { name: /Показать или скрыть заказ/ });
  await expect(option).toHaveAttribute('aria-selected', 'true');
  await expect(option).toContainText('Alt');
  await expectAccessible(page, 'the palette');
  await page.keyboard.press('Enter');
  await expect(palette).toBeHidden();
  await expect(pane).toBeHidden();

  await page.keyboard.press('Control+KeyK');
  await page.keyboard.type('такой команды нет');
  await expect(palette.getByRole('status')).toContainText('Попробуйте другое слово');
  await page.keyboard.press('Escape');
  await expect(palette).toBeHidden();
});

test('the cheat sheet opens by its key where nobody types', async ({ app, browserOf }) => {
  const page = await browserOf(app.server, app.owner);
  await visit(page, '/sellers');
  await page.keyboard.press('Shift+Slash');
  const sheet = page.getByRole('dialog', { name: 'Клавиши' });
  await expect(sheet).toBeVisible();
  await expect(sheet.getByText('Взять самый срочный чат')).toBeVisible();
  const undo = sheet.locator('.sheet-line').filter({ hasText: 'Отменить последнее действие' });
  await expect(undo.locator('kbd')).toHaveText('Z');
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await expectAccessible(page, 'the cheat sheet');
  }
  await page.keyboard.press('Escape');
  await expect(sheet).toBeHidden();
});

test('a person chooses a key, which is taken from whoever had it', async ({ app, browserOf }) => {
  const page = await browserOf(app.server, app.owner);
  await visit(page, '/settings/keys');
  const line = (command: string) => page.locator(`.key-row[data-command="${command}"]`);
  await line('snooze').getByRole('button', { name: /Изменить/ }).click();
  await expect(line('snooze')).toContainText('Нажмите клавиши');
  await page.keyboard.press('KeyE');
  await expect(line('snooze').locator('kbd')).toHaveText(['E']);
  await expect(line('close_chat')).toContainText('не задана');
  await expect(page.getByText('Сочетание было у команды')).toBeVisible();

  await line('star').getByRole('button', { name: /Изменить/ }).click();
  await page.keyboard.press('Control+KeyC');
  await expect(page.getByText('нужно браузеру')).toBeVisible();
  await expectAccessible(page, 'the page of keys');

  // This browser remembers.
  await visit(page, '/settings/keys');
  await expect(line('snooze').locator('kbd')).toHaveText(['E']);
  await page.getByRole('button', { name: 'Вернуть все клавиши' }).click();
  await expect(line('snooze').locator('kbd')).toHaveText(['S']);
  await expect(line('close_chat').locator('kbd')).toHaveText(['E']);
});

test('with a chat open, an operator can do everything that the palette offers', async ({ app, browserOf }) => {
  const chat = await app.house.sandbox.buyerWrites(unique('Где заказ?'));
  const page = await browserOf(app.server, app.owner);
  await visit(page, '/inbox');
  await openChat(page, chat);
  await page.keyboard.press('Control+KeyK');
  const options = page.getByRole('dialog', { name: 'Команды' }).getByRole('option');
  await expect(options.first()).toBeVisible();
  const names = (all: Element[]) => all.map((one) => one.getAttribute('data-command')).sort();
  expect((await options.evaluateAll(names)).length).toBeGreaterThan(40);
  // No chats are chosen, nothing has been done that could be taken back, and whether something is unread depends on who was faster.
  const unavailable = await options.and(page.locator('[aria-disabled]')).evaluateAll(names);
  expect(unavailable.filter((command) => command !== 'to_unseen')).toEqual(['act_on_chosen', 'undo']);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('combobox', { name: 'Начните печатать название', includeHidden: true })).toHaveCount(0);

  await test.step('keys lead to views, the filter, the date, and a note', async () => {
    await page.getByTestId('composer').press('Escape');
    await page.keyboard.press('Digit2');
    await expect(page).toHaveURL(/view=mine/);
    await page.keyboard.press('Digit1');
    await expect(page).toHaveURL(/view=waiting/);
    await page.keyboard.press('KeyF');
    await expect(page.getByRole('dialog', { name: 'Собрать фильтр' })).toBeVisible();
    await page.keyboard.press('Escape');
    await page.keyboard.press('KeyI');
    await expect(page.getByRole('button', { name: 'Назначить: Мария Ветрова' })).toBeVisible();
    await page.keyboard.press('KeyN');
    await expect(page.getByTestId('note-composer')).toBeFocused();
    await page.keyboard.press('Alt+KeyN');
    await expect(page.getByTestId('composer')).toBeFocused();
    await page.keyboard.press('Alt+KeyG');
    await expect(page.getByLabel('К дате')).toBeFocused();
    await page.keyboard.press('Escape');
    await page.getByTestId('composer').press('Alt+KeyE');
    await expect(page.getByRole('combobox', { name: 'Найти эмодзи' })).toBeFocused();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Alt+KeyQ');
    await expect(page.getByRole('combobox', { name: 'Найти быстрый ответ' })).toBeFocused();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+Alt+Enter');
    await expect(page.getByLabel('Выбрать время')).toBeFocused();
    await page.keyboard.press('Escape');
    await expect(page.getByTestId('composer')).toBeFocused();
  });
});

test('a chosen key works, is shown beside the button, and the usual one is free', async ({ app, browserOf }) => {
  const chat = await app.house.sandbox.buyerWrites(unique('Спасибо'));
  const page = await browserOf(app.server, app.owner);
  await visit(page, '/settings/keys');
  const choose = async (command: string, chord: string) => {
    const line = page.locator(`.key-row[data-command="${command}"]`);
    await line.getByRole('button', { name: /Изменить/ }).press('Enter');
    await expect(line).toContainText('Нажмите клавиши');
    await page.keyboard.press(chord);
    await expect(line).not.toContainText('Нажмите клавиши');
  };
  await choose('close_chat', 'KeyY');
  await choose('send', 'Alt+KeyS');
  await visit(page, '/inbox');
  await openChat(page, chat);

  const text = unique('Рады помочь');
  await page.getByTestId('composer').fill(text);
  await page.keyboard.press('Control+Enter');
  await expect(page.getByTestId('composer')).toHaveValue(text);
  await expect(page.getByTestId('send')).toHaveAttribute('title', /Отправить \(Alt \+ S\)/);
  await expect(page.getByTestId('send')).toHaveAttribute('aria-keyshortcuts', 'Alt+S');
  await page.keyboard.press('Alt+KeyS');
  await expect.poll(() => app.house.sandbox.sent(chat)).toEqual([text]);

  await expect(page.getByTestId('close-chat')).toHaveAttribute('title', /\(Y\)/);
  await page.keyboard.press('Escape');
  await page.keyboard.press('KeyE');
  await page.keyboard.press('KeyY');
  const state = page.getByTestId('work-state');
  await expect(state).toHaveText('Закрыт');
  // Had the old key done it, this one would have taken it back.
  await expect(page.getByText('Чат закрыт')).toBeVisible();
});

test('the list can stand closer together, and the page can be installed', async ({ app, browserOf }) => {
  const page = await browserOf(app.server, app.owner);
  await visit(page, '/inbox');
  await page.getByRole('button', { name: 'Вид и язык' }).click();
  await page.getByRole('button', { name: 'Плотно' }).click();
  await expect(page.locator('html')).toHaveAttribute('data-density', 'compact');
  await page.request.post('/preferences', { form: { density: 'usual', next: '/inbox' } });

  const address = await page.locator('link[rel=manifest]').getAttribute('href');
  const manifest = await (await page.request.get(address!)).json();
  for (const icon of manifest.icons) {
    const answer = await page.request.get(icon.src);
    expect(answer.status(), icon.src).toBe(200);
    expect(answer.headers()['content-type']).toBe(icon.type);
  }
});
