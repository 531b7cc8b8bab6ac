/** Messages that the marketplace pushes: turned on by hand, seen at once, without anybody asking for them. */
import { expect, openChat, bubble, test, unique, visit, row, mark } from '../app.ts';

test('an admin turns notifications on, and a buyer’s message is in the open inbox at once', async ({ empty, browserOf }) => {
  // Nothing may come by asking while this test looks.
  empty.env.AGENTIQ_POLL_INTERVAL = '6h';
  empty.env.AGENTIQ_URGENT_POLL_INTERVAL = '6h';
  const owner = await empty.addPerson('owner', 'Мария Ветрова');
  const chat = await empty.sandbox.buyerWrites(unique('Здравствуйте'));
  await empty.addSeller();
  const server = await empty.serve();
  const page = await browserOf(server, owner);

  await visit(page, '/sellers');
  const section = page.getByTestId('pushes');
  await expect(section).toHaveAttribute('data-state', 'off');
  await section.getByRole('button', { name: 'Включить уведомления' }).click();
  await expect(section).toHaveAttribute('data-state', 'on');
  await section.getByRole('button', { name: 'Проверить уведомления' }).click();
  await expect(page.getByText('уведомления доходят')).toBeVisible();
  // The address is shown without the secret at its end.
  await expect(section).toContainText('/hooks/ozon/…');
  expect(await page.content()).not.toMatch(/hooks\/ozon\/[\w-]{43}/);

  await visit(page, '/inbox?view=all');
  await expect(row(page, chat)).toBeVisible();
  await openChat(page, chat);
  const stayed = await mark(page);

  const text = unique('А где заказ?');
  await empty.sandbox.buyerWrites(text, chat);
  await expect(bubble(page, text, 'in')).toBeVisible();
  const another = await empty.sandbox.buyerWrites(unique('Новый покупатель'));
  // On a phone the list is behind the conversation.
  await expect(row(page, another)).toBeAttached();
  await stayed();

  await visit(page, '/sellers');
  await section.getByRole('button', { name: 'Выключить уведомления' }).click();
  await expect(section).toHaveAttribute('data-state', 'off');
});

test('a viewer sees how notifications are doing and can change nothing', async ({ app, browserOf }) => {
  const viewer = await app.house.addPerson('viewer');
  const page = await browserOf(app.server, viewer);
  await visit(page, '/sellers');
  const section = page.getByTestId('pushes').first();
  await expect(section).toBeVisible();
  await expect(section.getByRole('button')).toHaveCount(0);
});
