import type { Locator, Page } from '@playwright/test';
import { expect, ready, row, test, unique, visit } from '../app.ts';
import { expectAccessible } from '../axe.ts';

function applied(page: Page): Locator {
  return page.getByTestId('applied-filter').getByRole('listitem');
}

/** What the address of a page says of the filter. */
function filterOf(page: Page): string | null {
  return new URL(page.url()).searchParams.get('filter');
}

test('a filter is built by keyboard, saved, shared, and opened by somebody else by its address', async ({ app, browserOf }) => {
  const chat = await app.house.sandbox.buyerWrites(unique('Подойдёт ли размер 44?'));
  const page = await browserOf(app.server, app.owner);
  await visit(page, '/inbox?view=all');
  await expect(row(page, chat)).toBeVisible();

  await test.step('the builder puts conditions and a group together', async () => {
    await page.getByRole('button', { name: 'Фильтр', exact: true }).focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Собрать фильтр' });
    await expect(dialog).toBeVisible();
    await dialog.getByRole('button', { name: 'Добавить условие' }).focus();
    await page.keyboard.press('Enter');
    const first = dialog.getByRole('group', { name: 'Условие 1' });
    await expect(first.getByLabel('О чём условие')).toBeFocused();
    await first.getByLabel('О чём условие').selectOption('Важность');
    await first.getByLabel('обычная').focus();
    await page.keyboard.press('Space');
    await expect(first.getByLabel('обычная')).toBeChecked();

    await dialog.getByRole('button', { name: 'Добавить группу' }).click();
    const group = dialog.getByRole('group', { name: 'Группа 2' });
    await expect(group.getByLabel('О чём условие')).toBeFocused();
    await group.getByRole('button', { name: 'Добавить условие' }).click();
    const second = group.getByRole('group', { name: 'Условие 2' });
    await second.getByLabel('О чём условие').selectOption('Заказ');
    await second.getByRole('button', { name: 'Условие не должно выполняться' }).click();
    await expectAccessible(page, 'the builder');
    await dialog.getByRole('button', { name: 'Показать чаты' }).click();
    await expect(dialog).toBeHidden();
  });

  await test.step('the address says it, and so do words over the list', async () => {
    await expect.poll(() => filterOf(page)).toBe('priority:normal;any(unanswered:yes;!order:yes)');
    await expect(applied(page)).toHaveText(['Важность: обычная', 'Ждут ответа или нет заказа']);
    await expect(row(page, chat)).toBeVisible();
    await page.reload();
    await ready(page);
    await expect(applied(page)).toHaveCount(2);
  });

  const name = unique('Возвраты');
  const saved = await test.step('it is kept for everybody', async () => {
    await page.getByRole('button', { name: 'Сохранить', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Сохранить фильтр' });
    await expect(dialog.getByLabel('Название')).toBeFocused();
    await dialog.getByLabel('Название').fill(name);
    await dialog.getByLabel('Фильтр увидят все сотрудники').check();
    await expectAccessible(page, 'the save dialog');
    await dialog.getByLabel('Название').press('Enter');
    await expect(dialog).toBeHidden();
    await expect.poll(() => new URL(page.url()).search).toMatch(/^\?saved=[0-9a-f-]{36}$/);
    return new URL(page.url()).searchParams.get('saved')!;
  });

  const tab = (on: Page) => on.locator(`[data-testid="saved-tab"][data-saved="${saved}"]`);
  await expect(tab(page)).toHaveAttribute('aria-current', 'page');
  await expect(tab(page).locator('.saved-count')).toHaveText(/^\d+\+?$/);

  const operator = await app.house.addPerson('operator', 'Анна');
  const other = await browserOf(app.server, operator);
  await test.step('somebody else opens it by its address', async () => {
    await visit(other, `/inbox?saved=${saved}`);
    await expect(applied(other)).toHaveText(['Важность: обычная', 'Ждут ответа или нет заказа']);
    await expect(row(other, chat)).toBeVisible();
    await expect(tab(other)).toHaveAttribute('aria-current', 'page');
    await expect(other.getByRole('button', { name: 'Сохранить изменения' })).toHaveCount(0);
  });

  await test.step('and sees at once how it is changed', async () => {
    await applied(page).getByRole('link', { name: /Важность/ }).click();
    await expect(applied(page)).toHaveCount(1);
    await page.getByRole('button', { name: 'Сохранить изменения' }).click();
    await expect(page).toHaveURL(new RegExp(`saved=${saved}$`));
    await expect(applied(other)).toHaveText(['Ждут ответа или нет заказа']);
    await expect(other).toHaveURL(new RegExp(`\\?saved=${saved}$`));
  });

  await test.step('on the settings page it is renamed, deleted and brought back', async () => {
    await visit(page, '/settings/filters');
    const line = page.locator(`[data-testid="saved-line"][data-saved="${saved}"]`);
    await expect(line).toContainText('Все чаты · Ждут ответа или нет заказа');
    await expectAccessible(page, 'the page of saved filters');
    await line.getByRole('button', { name: /Переименовать/ }).click();
    await line.getByLabel('Название').fill(`${name} сегодня`);
    await line.getByLabel('Название').press('Enter');
    await expect(tab(other)).toContainText(`${name} сегодня`);
    await line.getByRole('button', { name: /Удалить/ }).click();
    await expect(tab(other)).toHaveCount(0);
    await expect(other.getByTestId('filter-trouble')).toContainText('Такого сохранённого фильтра нет');
    await page.getByTestId('filter-deleted').getByRole('button', { name: 'Вернуть' }).click();
    await expect(tab(other)).toHaveAttribute('aria-current', 'page');
    await expect(other.getByTestId('filter-trouble')).toHaveCount(0);
  });
});

test('quick filters are one press, and what cannot be read is said', async ({ app, browserOf }) => {
  const page = await browserOf(app.server, app.owner);
  await page.setViewportSize({ width: 390, height: 844 });
  await visit(page, '/inbox?view=all');
  const quick = page.getByRole('group', { name: 'Быстрые фильтры' });
  await quick.getByRole('link', { name: 'Без ответа' }).click();
  await expect(quick.getByRole('link', { name: 'Без ответа' })).toHaveAttribute('aria-current', 'true');
  await quick.getByRole('link', { name: 'Просрочено' }).click();
  await expect.poll(() => filterOf(page)).toBe('unanswered:yes;deadline:overdue');
  await expect(applied(page)).toHaveText(['Ждут ответа', 'Срок ответа: просрочен']);
  await expectAccessible(page, 'filters on a phone');
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(overflow, 'the page scrolls sideways').toBeLessThanOrEqual(0);

  await quick.getByRole('link', { name: 'Без ответа' }).click();
  await expect(applied(page)).toHaveText(['Срок ответа: просрочен']);
  await page.getByRole('link', { name: 'Сбросить' }).click();
  await expect(applied(page)).toHaveCount(0);
  await expect.poll(() => filterOf(page)).toBeNull();

  await page.getByRole('button', { name: 'Фильтр', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Собрать фильтр' });
  await dialog.getByRole('button', { name: 'Добавить группу' }).click();
  await dialog.getByRole('group', { name: 'Группа 1' }).getByLabel('О чём условие').selectOption('Последнее сообщение');
  await expectAccessible(page, 'the builder on a phone');
  const wide = await dialog.evaluate((element) => element.scrollWidth - element.clientWidth);
  expect(wide, 'the builder scrolls sideways').toBeLessThanOrEqual(0);
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(page.getByRole('button', { name: 'Фильтр', exact: true })).toBeFocused();

  await visit(page, '/inbox?view=all&filter=colour:red');
  await expect(page.getByTestId('filter-trouble')).toContainText('не удалось прочитать');
});
