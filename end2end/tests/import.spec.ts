import { expect, test, visit } from '../app.ts';
import { OZON } from '../house.ts';

test('a large shop tells how its import goes and is workable meanwhile', async ({ empty: house, browserOf }) => {
  test.setTimeout(240_000);
  const owner = await house.addPerson('owner', 'Анна Белова');
  const server = await house.serve();
  // Small enough to be read to its end within the test.
  await house.sandbox.resizeGiant(400);
  const connected = await house.cli(
    ['seller', 'add', '--marketplace', 'ozon', '--name', 'Гигант', '--client-id', OZON.giant],
    `${OZON.key}\n`,
  );
  expect(connected.code, connected.out + connected.err).toBe(0);

  const sellers = await browserOf(server, owner);
  await visit(sellers, '/sellers');
  const progress = sellers.getByTestId('seller-import');
  await expect(progress).toHaveAttribute('data-phase', 'histories');
  await expect(progress.getByRole('progressbar')).toBeVisible();
  await expect(progress.getByTestId('import-numbers')).toContainText(/^\d+ из 400/);
  await expect(progress).toContainText('Работать можно уже сейчас');

  // Any chat opens, also one whose turn is far away.
  const inbox = await browserOf(server, owner);
  await visit(inbox, '/inbox?view=all');
  await inbox.getByTestId('chat-row').last().click();
  await expect(inbox.getByTestId('message').first()).toBeVisible();

  // Told by the live stream: nobody reloads.
  await expect(progress).toBeHidden({ timeout: 120_000 });
});
