import { expect, test } from '../app.ts';

test.use({ javaScriptEnabled: false });

test('set-up, log-out, a wrong password and log-in work without JavaScript', async ({ empty, browser }) => {
  const server = await empty.serve();
  const context = await browser.newContext({ javaScriptEnabled: false, baseURL: server.url, locale: 'ru-RU' });
  const page = await context.newPage();
  const password = 'длинный пароль 17';

  await page.goto('/');
  await expect(page).toHaveURL(/\/setup$/);
  await page.getByLabel('Название рабочего пространства').fill('Север');
  await page.getByLabel('Ваше имя').fill('Мария Ветрова');
  await page.getByLabel('Почта').fill('maria@example.ru');
  await page.getByLabel('Пароль', { exact: true }).fill(password);
  await page.getByLabel('Пароль ещё раз').fill('другой пароль 18');
  await page.getByRole('button', { name: 'Создать' }).click();
  await expect(page).toHaveURL(/\/setup\?problem=/);
  await expect(page.getByText('Пароли не совпали').first()).toBeVisible();

  await page.getByLabel('Название рабочего пространства').fill('Север');
  await page.getByLabel('Ваше имя').fill('Мария Ветрова');
  await page.getByLabel('Почта').fill('maria@example.ru');
  await page.getByLabel('Пароль', { exact: true }).fill(password);
  await page.getByLabel('Пароль ещё раз').fill(password);
  await page.getByRole('button', { name: 'Создать' }).click();
  await expect(page).toHaveURL(/\/inbox/);

  await page.getByRole('button', { name: 'Выйти' }).click();
  await expect(page).toHaveURL(/\/login/);
  await page.goto('/sellers');
  await expect(page).toHaveURL(/\/login/);

  await page.getByLabel('Почта').fill('maria@example.ru');
  await page.getByLabel('Пароль').fill('не тот пароль');
  await page.getByRole('button', { name: 'Войти' }).click();
  await expect(page.getByText('Почта или пароль не подошли')).toBeVisible();
  expect(page.url()).not.toContain('пароль');

  await page.getByLabel('Почта').fill('maria@example.ru');
  await page.getByLabel('Пароль').fill(password);
  await page.getByRole('button', { name: 'Войти' }).click();
  // Where the person wanted to go in the first place.
  await expect(page).toHaveURL(/\/sellers/);

  // Nobody makes a second owner this way.
  await page.goto('/setup');
  await expect(page).not.toHaveURL(/\/setup$/);
  await context.close();
});
