import { expect, ready, test, unique, visit } from '../app.ts';

test('a notice arrives in the list, in the title and once by sound, and leads to its chat', async ({ empty, browserOf }) => {
  const owner = await empty.addPerson('owner', 'Мария Ветрова');
  const server = await empty.serve();
  await empty.addSeller();
  const page = await browserOf(server, owner);
  // Two pages of one browser: only one of them rings.
  const other = await page.context().newPage();
  await visit(other, '/sellers');
  await visit(page, '/settings/notices');
  const sound = page.getByRole('checkbox', { name: 'Новый чат без ответственного ждёт ответа: Звук' });
  await expect(sound).not.toBeChecked();
  await sound.check();
  await expect(page.getByText('Сохранено')).toBeVisible();
  await expect(page).toHaveTitle(/^Уведомления/);
  await expect(page.locator('link[rel="icon"]')).toHaveAttribute('href', '/favicon.svg');

  const question = unique('Есть ли доставка?');
  await empty.sandbox.buyerWrites(question);
  await expect(page).toHaveTitle(/^\(1\) Уведомления/);
  await expect(other).toHaveTitle(/^\(1\) /);
  await expect(page.locator('link[rel="icon"]')).toHaveAttribute('href', '/favicon-unseen.svg');
  const rung = async () => {
    const counts = [page, other].map((one) => one.locator('html').getAttribute('data-rung'));
    return (await Promise.all(counts)).map(Number);
  };
  await expect.poll(async () => (await rung()).reduce((sum, one) => sum + one)).toBe(1);

  // More of the same is the same notice, and rings no second time.
  await empty.sandbox.buyerWrites(unique('И самовывоз?'));
  await page.getByTestId('bell').click();
  const notice = page.getByTestId('notice');
  await expect(notice).toContainText('2 новых чата ждут ответа');
  await expect(notice).toHaveCount(1);
  expect((await rung()).reduce((sum, one) => sum + one)).toBe(1);

  await page.getByRole('button', { name: 'Отметить все' }).click();
  await expect(page).toHaveTitle(/^Уведомления/);
  await expect(other).not.toHaveTitle(/^\(/);
  await empty.sandbox.buyerWrites(question);
  await expect(notice).toHaveCount(2);
  await notice.first().click();
  await expect(page.locator('article.window')).toContainText(question);
  await expect(page.getByTestId('notice').first()).toBeHidden();
  await expect(page).not.toHaveTitle(/^\(/);
});

test('what a person arranges stays, and quiet hours are quiet', async ({ empty, browserOf }) => {
  const owner = await empty.addPerson('owner', 'Мария Ветрова');
  const server = await empty.serve();
  await empty.addSeller();
  const page = await browserOf(server, owner);
  await visit(page, '/settings/notices');
  const sound = page.getByRole('checkbox', { name: 'Новый чат без ответственного ждёт ответа: Звук' });
  await sound.check();
  await page.getByRole('radio', { name: 'Стук' }).check();
  const quiet = page.getByRole('checkbox', { name: /Не звучать/ });
  await quiet.check();
  // All day but for one minute, in which this test does not run unless it began in it.
  await page.getByLabel('Не звучать и не показывать в браузере с').last().fill('00:00');
  await page.getByLabel('до', { exact: true }).fill('23:59');
  await page.getByLabel('до', { exact: true }).blur();
  await expect.poll(async () => {
    await page.reload();
    await ready(page);
    await expect(sound).toBeEnabled();
    return page.getByLabel('до', { exact: true }).inputValue();
  }).toBe('23:59');
  await expect(sound).toBeChecked();
  await expect(page.getByRole('radio', { name: 'Стук' })).toBeChecked();

  const before = await page.locator('html').getAttribute('data-rung');
  await empty.sandbox.buyerWrites(unique('Вы работаете?'));
  await expect(page).toHaveTitle(/^\(1\)/);
  expect(await page.locator('html').getAttribute('data-rung')).toBe(before);
  await page.getByRole('button', { name: 'Проверить' }).click();
  await expect(page.locator('html')).toHaveAttribute('data-rung', '1');
});
