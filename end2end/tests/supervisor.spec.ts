/** A supervisor hears of a deadline outside of the product: an admin sets it up, tries it, and a passed deadline arrives there. */
import { expect, row, test, unique, visit } from '../app.ts';
import { expectAccessible } from '../axe.ts';
import { TELEGRAM } from '../house.ts';

// What cannot be a token is refused.
test.use({ allowedErrors: /status of 422/ });

test('an admin connects a bot, is told what is wrong, and deadlines arrive', async ({ empty, browserOf }) => {
  test.setTimeout(120_000);
  const maria = await empty.addPerson('owner', 'Мария Ветрова');
  const server = await empty.serve();
  await empty.addSeller();
  const page = await browserOf(server, maria);
  await visit(page, '/settings/deadlines');
  const panel = page.getByTestId('supervisor');
  await expect(panel).toContainText('Пока никуда не пишем.');
  await panel.getByLabel('Токен бота').fill('не токен');
  await panel.getByLabel('Номер чата').fill('12345');
  await panel.getByRole('button', { name: 'Сохранить канал' }).press('Enter');
  await expect(panel).toContainText('Это не похоже на токен бота');
  await panel.getByLabel('Токен бота').fill(TELEGRAM.token);
  await panel.getByRole('button', { name: 'Сохранить канал' }).press('Enter');
  const tryOut = panel.getByRole('button', { name: 'Отправить проверочное сообщение' });
  await tryOut.press('Enter');
  await expect(page.getByTestId('supervisor-tried')).toContainText('Телеграм не нашёл такой чат');
  await panel.getByLabel('Номер чата').fill(TELEGRAM.chat);
  await panel.getByRole('button', { name: 'Сохранить канал' }).press('Enter');
  await expect(page.getByText('Канал сохранён').first()).toBeVisible();
  await expect(panel.locator('[aria-busy]')).toHaveCount(0);
  await tryOut.press('Enter');
  await expect(page.getByTestId('supervisor-tried')).toContainText('Сообщение дошло.');
  await expect(panel.getByLabel('Токен бота')).toHaveValue('');
  await expectAccessible(page, 'the way to a supervisor');
  expect(await empty.sandbox.telegramMessages()).toHaveLength(1);

  // The last step of the rules that come with the program writes to the supervisor from now on.
  const policy = page.getByTestId('policy').first();
  await policy.locator('summary').first().press('Enter');
  await policy.locator('summary', { hasText: 'Напоминания и передача' }).press('Enter');
  await policy.locator('.step').last().getByLabel('Что сделать', { exact: true }).selectOption('Написать руководителю вне программы');
  await page.getByRole('button', { name: 'Сохранить', exact: true }).press('Enter');
  await expect(page.getByTestId('deadlines-version')).toContainText('Действует версия 1');
  const chats = [await empty.sandbox.buyerWrites(unique('Где заказ?')), await empty.sandbox.buyerWrites(unique('Где заказ?'))];
  const inbox = await browserOf(server, maria);
  await visit(inbox, '/inbox?view=all');
  for (const chat of chats) await expect(row(inbox, chat).getByTestId('sla-timer')).toBeVisible();
  // Sessions do not last so long, and nobody looks.
  await page.context().close();
  await inbox.context().close();
  await empty.ahead(3 * 86_400);
  await expect.poll(async () => (await empty.sandbox.telegramMessages()).length, { timeout: 60_000 }).toBeGreaterThan(1);
  const [, news] = await empty.sandbox.telegramMessages();
  expect(news!.text).toMatch(/^AgentIQ: \d+\sсрок/);
  for (const chat of chats) expect(news!.text).toContain(chat.slice(0, 8));
  expect(news!.text).not.toContain('Где заказ');
});
