/**
 * Deadlines as time passes: the servers run by a clock that the test holds, and pages follow the servers. A timer turns, a warning
 * comes, a breach is recorded, the ladder hands the chat over; rules that an admin changes move what others see.
 */
import type { Locator, Page } from '@playwright/test';
import { expect, mark, openChat, row, test, unique, visit } from '../app.ts';
import { expectAccessible } from '../axe.ts';
import type { House } from '../house.ts';

const MINUTE = 60_000;

const timer = (place: Locator) => place.getByTestId('sla-timer');
const head = (page: Page) => page.locator('.window-head');
const panel = (page: Page) => page.getByTestId('why-panel');

/** Takes the focus out of the field for answers, where letters are letters. */
const idle = (page: Page) => page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());

/** Goes to something and presses a key there, as somebody without a mouse does. */
async function press(target: Locator, key = 'Enter'): Promise<void> {
  await target.focus();
  await target.press(key);
}

/** Puts the servers' clocks to so many minutes before a deadline, or after it. */
async function beforeDue(house: House, due: number, minutes: number): Promise<void> {
  await house.ahead((due - minutes * MINUTE - Date.now()) / 1000);
}

/** How much of the ring is closed, in percent. */
async function ring(place: Locator): Promise<number> {
  const style = await timer(place).locator('.clock-ring').getAttribute('style');
  return Number(/--used:\s*(\d+)%/.exec(style ?? '')?.[1]);
}

/** A policy for chats in which this word stands, with a goal of two hours and a ladder, by keyboard. */
async function addPolicy(page: Page, word: string): Promise<Locator> {
  await visit(page, '/settings/deadlines');
  await press(page.getByRole('button', { name: 'Добавить правило' }));
  await expect(page.getByLabel('Название', { exact: true }).first()).toBeFocused();
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.type('Под присмотром');
  const policy = page.getByTestId('policy').first();
  await press(policy.getByRole('button', { name: 'Добавить условие' }));
  await policy.getByTestId('condition-words').focus();
  await page.keyboard.type(word);
  for (const priority of ['срочная', 'высокая', 'обычная', 'низкая']) {
    await policy.getByLabel(`Срок: ${priority}, первый ответ`, { exact: true }).focus();
    await page.keyboard.type('2 ч');
    await policy.getByLabel(`Срок: ${priority}, первый ответ. Какое время считать`).selectOption('обычное');
  }
  await press(policy.locator('summary', { hasText: 'Напоминания и передача' }));
  const steps = [
    { number: '80', when: 'использовано, %', action: 'Напомнить оператору' },
    { number: '0', when: 'после срока, мин', action: 'Сообщить руководителю' },
    { number: '10', when: 'после срока, мин', action: 'Передать свободному оператору' },
  ];
  for (const [place, step] of steps.entries()) {
    await press(policy.getByRole('button', { name: 'Добавить шаг' }));
    const line = policy.locator('.step').nth(place);
    await line.getByLabel('Когда', { exact: true }).selectOption(step.when);
    await line.getByLabel('Сколько', { exact: true }).fill(step.number);
    await line.getByLabel('Что сделать', { exact: true }).selectOption(step.action);
  }
  await press(page.getByRole('button', { name: 'Сохранить', exact: true }));
  await expect(page.getByTestId('deadlines-version')).toContainText('Действует версия 1');
  return policy;
}

test('a timer turns, a warning comes, a breach is recorded, the chat is handed over, and new rules move the deadline', async ({ empty, browserOf }) => {
  test.setTimeout(180_000);
  const maria = await empty.addPerson('owner', 'Мария Ветрова');
  const anna = await empty.addPerson('operator', 'Анна Белова');
  const boris = await empty.addPerson('operator', 'Борис Орлов');
  const server = await empty.serve();
  await empty.addSeller();
  const settings = await browserOf(server, maria);
  const policy = await addPolicy(settings, 'искр*');

  const text = unique('Чайник искрит');
  const chat = await empty.sandbox.buyerWrites(text);
  const page = await browserOf(server, anna);
  await visit(page, '/inbox?view=all');
  const line = row(page, chat);
  await expect(timer(line)).toHaveAttribute('data-clock', 'first_reply');
  const due = Date.parse((await timer(line).getAttribute('data-due-at'))!);
  await openChat(page, chat);
  await idle(page);
  await page.keyboard.press('KeyI');
  await expect(head(page).locator('xpath=ancestor::article')).toContainText('Анна Белова');
  // A chat before the eyes needs no notice.
  await visit(page, '/inbox?view=waiting');
  const isSame = await mark(page);

  await test.step('the timer turns', async () => {
    await expect(timer(line)).toHaveAttribute('data-urgency', 'fine');
    await expect(timer(line)).toContainText(/1-й ответ · 1\sч\s5\d\sмин/);
    const before = await ring(line);
    expect(before).toBeLessThan(10);
    await beforeDue(empty, due, 45.5);
    await expect(timer(line)).toContainText(/1-й ответ · 4[45]\sмин/);
    await expect(timer(line)).toHaveAttribute('data-urgency', 'soon');
    expect(await ring(line)).toBeGreaterThan(60);
    await expect(page.locator('.row-heading[data-urgency="hour"]')).toBeVisible();
  });

  await test.step('the warning comes', async () => {
    await page.keyboard.press('KeyB');
    const notices = page.getByTestId('notice');
    const notice = notices.and(page.locator('[data-kind="deadline"]'));
    await expect(notices.first().or(page.locator('.notices-empty'))).toBeVisible();
    await expect(notice).toHaveCount(0);
    await beforeDue(empty, due, 20.5);
    await expect(notice).toBeVisible();
    await expect(notice).toHaveAttribute('data-unseen', 'true');
    await page.keyboard.press('Escape');
  });

  const other = await browserOf(server, boris);
  await test.step('the breach is recorded', async () => {
    await beforeDue(empty, due, -2.5);
    await expect(timer(line)).toHaveAttribute('data-urgency', 'overdue');
    await expect(timer(line)).toContainText(/просрочено [23]\sмин/);
    expect(await ring(line)).toBe(100);
    await expect(page.locator('.row-heading[data-urgency="overdue"]')).toBeVisible();
    // Whoever has been here in the last quarter of an hour is on shift.
    await visit(other, '/inbox?view=mine');
    await expect(row(other, chat)).toHaveCount(0);
    await line.focus();
    await page.keyboard.press('Enter');
    await expect(timer(head(page))).toHaveAttribute('data-urgency', 'overdue');
  });

  await test.step('the panel explains', async () => {
    await idle(page);
    await page.keyboard.press('KeyD');
    const clock = panel(page).locator('[data-clock="first_reply"]');
    await expect(clock).toContainText('«Под присмотром», версия 1');
    await expect(clock).toContainText(text.slice(0, 13));
    await expect(clock).toContainText('2 часа подряд, днём и ночью');
    await expect(clock).toContainText('просрочено');
    await expectAccessible(page, 'why a deadline has passed', '[data-testid="why-panel"]');
    await page.keyboard.press('Escape');
    await expect(panel(page)).toBeHidden();
  });

  await test.step('the ladder hands the chat over', async () => {
    await beforeDue(empty, due, -10.5);
    await expect(page.locator('article.window')).toContainText('Назначено: Борис Орлов');
    await expect(page.locator('.action-assign')).toContainText('Борис Орлов');
    await expect(row(other, chat)).toBeVisible();
    await isSame();
  });

  await test.step('rules that an admin changes move the deadline before the eyes of others', async () => {
    const urgency = timer(head(page));
    await expect(urgency).toHaveAttribute('data-urgency', 'overdue');
    for (const priority of ['срочная', 'высокая', 'обычная', 'низкая']) {
      await policy.getByLabel(`Срок: ${priority}, первый ответ`, { exact: true }).fill('8 ч');
    }
    await press(settings.getByRole('button', { name: 'Сохранить', exact: true }));
    await expect(settings.getByTestId('deadlines-version')).toContainText('Действует версия 2');
    await expect(urgency).toHaveAttribute('data-urgency', 'overdue');
    await press(settings.getByRole('button', { name: 'Применить к ним новые правила' }));
    await expect(settings.getByTestId('apply-rules')).toContainText('Версия 2 применена');
    await expectAccessible(settings, 'rules after they were applied');
    await expect(urgency).toHaveAttribute('data-urgency', 'fine');
    const moved = Date.parse((await urgency.getAttribute('data-due-at'))!);
    expect(moved - due).toBe(6 * 60 * MINUTE);
    await expect(timer(line)).toHaveAttribute('data-urgency', 'fine');
    await idle(page);
    await page.keyboard.press('KeyD');
    await expect(panel(page).locator('[data-clock="first_reply"]')).toContainText('«Под присмотром», версия 2');
    await isSame();
  });
});
