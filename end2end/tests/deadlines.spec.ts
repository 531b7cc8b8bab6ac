/** How soon buyers are answered: an admin sets it by keyboard, sees what would change, and everybody sees how it went. */
import AxeBuilder from '@axe-core/playwright';
import type { Locator, Page } from '@playwright/test';
import { composer, expect, openChat, row, test, unique, visit } from '../app.ts';

const STANDARD = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

async function expectAccessible(page: Page, what: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).withTags(STANDARD).analyze();
  const told = violations.map((one) => ({ rule: one.id, where: one.nodes.map((node) => node.failureSummary) }));
  expect.soft(told, what).toEqual([]);
}

const policies = (page: Page): Locator => page.getByTestId('policy');
const version = (page: Page): Locator => page.getByTestId('deadlines-version');

/** Goes to something and presses a key there, as somebody without a mouse does. */
async function press(target: Locator, key = 'Enter'): Promise<void> {
  await target.focus();
  await target.press(key);
}

test('an admin makes a policy by keyboard, sees what it changes, saves it, and tries a message out', async ({ empty, browserOf }) => {
  const owner = await empty.addPerson('owner', 'Мария Ветрова');
  const boris = await empty.addPerson('operator', 'Борис Орлов');
  const server = await empty.serve();
  await empty.addSeller();
  const urgent = await empty.sandbox.buyerWrites('Чайник искрит, срочно!');
  const page = await browserOf(server, owner);
  await visit(page, '/inbox?view=all');
  await expect(row(page, urgent)).toBeVisible();

  await visit(page, '/settings/deadlines');
  await expect(version(page)).toHaveText('Действуют правила, которые пришли с программой.');
  await expect(page.getByTestId('marketplace-terms')).toContainText('Рейтинг: ответ за 1 д');

  await press(page.getByRole('button', { name: 'Добавить правило' }));
  await expect(policies(page)).toHaveCount(2);
  await expect(page.getByLabel('Название', { exact: true }).first()).toBeFocused();
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.type('Искрит');
  const first = policies(page).first();
  await expect(first.getByRole('heading')).toHaveText('Искрит');
  await press(first.getByRole('button', { name: 'Добавить условие' }));
  await first.getByTestId('condition-words').focus();
  await page.keyboard.type('искр*');
  for (const priority of ['срочная', 'высокая', 'обычная', 'низкая']) {
    await first.getByLabel(`Срок: ${priority}, первый ответ`, { exact: true }).focus();
    await page.keyboard.type('7 мин');
    await first.getByLabel(`Срок: ${priority}, первый ответ. Какое время считать`).selectOption('обычное');
  }
  await expect(first).toContainText('Слова покупателя: искр*');
  await expect(page.getByText('Есть несохранённые изменения')).toBeVisible();

  await test.step('what would change is counted before it is saved', async () => {
    await press(page.getByRole('button', { name: 'Посчитать' }));
    const lines = page.getByTestId('preview-line');
    await expect(lines).toHaveCount(3);
    await expect(lines.nth(0)).toContainText('Искрит');
    await expect(lines.nth(0).getByRole('cell').nth(0)).toHaveText('0 → 1');
    await expect(lines.nth(1).getByRole('cell').nth(0)).toHaveText('1 → 0');
    await expectAccessible(page, 'a policy with its preview');
  });

  await test.step('what cannot be read is not saved', async () => {
    const goal = first.getByLabel('Срок: срочная, первый ответ', { exact: true });
    await goal.fill('скоро');
    await expect(goal).toHaveAttribute('aria-invalid', 'true');
    await expect(page.getByText('Проверьте отмеченные поля')).toBeVisible();
    await goal.fill('7 мин');
  });

  await test.step('an arrow changes the order and keeps the focus', async () => {
    await press(page.getByRole('button', { name: 'Ниже: Искрит' }));
    await expect(policies(page).nth(1).getByRole('heading')).toHaveText('Искрит');
    await expect(page.getByRole('button', { name: 'Ниже: Искрит' })).toBeFocused();
    await press(page.getByRole('button', { name: 'Выше: Искрит' }));
    await expect(policies(page).first().getByRole('heading')).toHaveText('Искрит');
  });

  await press(page.getByRole('button', { name: 'Сохранить', exact: true }));
  await expect(version(page)).toContainText('Действует версия 1: Мария Ветрова');
  await expect(page.getByTestId('version')).toHaveCount(1);

  await test.step('a message is tried out', async () => {
    await page.getByTestId('trial-text').fill('Розетка искрит');
    await press(page.getByRole('button', { name: 'Проверить', exact: true }));
    const outcome = page.getByTestId('trial-outcome');
    await expect(outcome).toContainText('Искрит');
    const clock = outcome.locator('[data-clock="first_reply"]');
    await expect(clock).toContainText('7 мин подряд');
    const due = Date.parse((await clock.getAttribute('data-due-at'))!);
    expect(Math.abs(due - Date.now() - 7 * 60_000)).toBeLessThan(60_000);
    await expect(outcome.locator('[data-clock="rating"]')).toBeVisible();
  });

  await test.step('who answers buyers may look and not change', async () => {
    const his = await browserOf(server, boris);
    await visit(his, '/settings/deadlines');
    await expect(version(his)).toContainText('Действует версия 1');
    await expect(his.getByRole('button', { name: 'Сохранить', exact: true })).toHaveCount(0);
    await policies(his).first().locator('summary').first().click();
    await expect(his.getByLabel('Название', { exact: true }).first()).toBeDisabled();
  });

  await test.step('hours of work are typed as they are said', async () => {
    await visit(page, '/settings/calendars');
    const ahead = page.getByTestId('calendar-ahead').getByRole('listitem');
    await expect(ahead).toHaveCount(14);
    for (const day of ['суббота', 'воскресенье']) await page.getByLabel(day, { exact: true }).fill('');
    await page.getByLabel('понедельник', { exact: true }).fill('9-13, 14-18');
    await expect(page.locator('.ahead-day[data-off]')).toHaveCount(4);
    await expect(ahead.filter({ hasText: 'понедельник' }).first()).toContainText('09:00–13:00, 14:00–18:00');
    await press(page.getByRole('button', { name: 'Сохранить', exact: true }));
    await expect(version(page)).toContainText('Действует версия 2');
    await page.reload();
    await expect(page.getByLabel('понедельник', { exact: true })).toHaveValue('09:00–13:00, 14:00–18:00');
  });
});

test('a report tells who waited too long and leads to the chat', async ({ app, browserOf }) => {
  const chat = await app.house.sandbox.buyerWrites(unique('Где мой заказ?'));
  const page = await browserOf(app.server, app.owner);
  await visit(page, '/inbox?view=all');
  await openChat(page, chat);
  await composer(page).fill('Уже в пути');
  await page.getByTestId('send').click();
  await expect.poll(() => app.house.sandbox.sent(chat)).toHaveLength(1);
  await visit(page, '/reports/deadlines');
  await expect(page.getByTestId('report-turns')).not.toHaveText('0');
  await expect(page.getByTestId('share').first()).toContainText('Можно пропустить ещё');
  await page.getByRole('link', { name: '7 дней' }).click();
  await expect(page).toHaveURL(/days=7/);
  await page.getByRole('region', { name: 'По магазинам' }).getByRole('link').first().click();
  await expect(page).toHaveURL(/seller=/);
  await expect(page.getByText('Показана часть ответов.')).toBeVisible();
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Скачать таблицу' }).click();
  expect((await download).suggestedFilename()).toBe('deadlines.csv');
});

test('a policy is dragged to another place by mouse', async ({ empty, browserOf }) => {
  const owner = await empty.addPerson('owner', 'Мария Ветрова');
  const page = await browserOf(await empty.serve(), owner);
  await visit(page, '/settings/deadlines');
  await page.getByRole('button', { name: 'Добавить правило' }).click();
  await page.getByLabel('Название', { exact: true }).first().fill('Искрит');
  await page.getByLabel('Срок: срочная, первый ответ', { exact: true }).first().fill('7 мин');
  const titles = policies(page).locator('.policy-title');
  await expect(titles).toHaveText(['Искрит', 'Все чаты']);
  // Folded, so that both are on the screen.
  await policies(page).first().locator('summary').first().click();
  await policies(page).nth(1).locator('.policy-head h3').dragTo(policies(page).nth(0).locator('.policy-head h3'));
  await expect(titles).toHaveText(['Все чаты', 'Искрит']);
  await page.getByRole('button', { name: 'Сохранить', exact: true }).click();
  await expect(version(page)).toContainText('Действует версия 1');
  await visit(page, '/settings/deadlines');
  await expect(titles).toHaveText(['Все чаты', 'Искрит']);
});
