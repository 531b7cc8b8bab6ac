/** The palette, the cheat sheet and keys of one's own. */
import type { Page } from '@playwright/test';
import AxeBuilder from '@axe-core/playwright';
import { expect, openChat, test, unique, visit } from '../app.ts';

const STANDARD = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

async function complaints(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).withTags(STANDARD).analyze();
  return violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.target.join(' '))}`);
}

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
  expect(await complaints(page)).toEqual([]);
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
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    expect(await complaints(page)).toEqual([]);
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
  expect(await complaints(page)).toEqual([]);

  // This browser remembers.
  await visit(page, '/settings/keys');
  await expect(line('snooze').locator('kbd')).toHaveText(['E']);
  await page.getByRole('button', { name: 'Вернуть все клавиши' }).click();
  await expect(line('snooze').locator('kbd')).toHaveText(['S']);
  await expect(line('close_chat').locator('kbd')).toHaveText(['E']);
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
