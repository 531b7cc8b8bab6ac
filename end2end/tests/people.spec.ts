/** People come and go on a page of their own: added, given another role, let go with what that means said before. */
import { expect, openChat, ready, test, unique, visit } from '../app.ts';
import { expectAccessible } from '../axe.ts';

// An e-mail that is none is refused by the server.
test.use({ allowedErrors: /status of 422/ });

test('somebody is added, comes in, changes the password and is let go', async ({ empty, browserOf, browser }) => {
  const server = await empty.serve();
  const owner = await empty.addPerson('owner', 'Мария Ветрова');
  await empty.addSeller();
  const chat = await empty.sandbox.buyerWrites(unique('Где мой заказ?'));
  const page = await browserOf(server, owner);
  await visit(page, '/settings/people');
  const lines = page.getByTestId('person-line');
  await expect(lines).toHaveCount(1);
  await expect(lines.first()).toContainText('это вы');

  let password = '';
  await test.step('added, by keyboard', async () => {
    await page.getByRole('button', { name: 'Добавить сотрудника' }).press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Добавить сотрудника' });
    await expect(dialog.getByLabel('Имя')).toBeFocused();
    await page.keyboard.type('Анна Лужина');
    await page.keyboard.press('Tab');
    await page.keyboard.type('anna');
    await expectAccessible(page, 'somebody new', '#person-dialog');
    await page.keyboard.press('Enter');
    await expect(dialog.getByText('Это не похоже на адрес почты')).toBeVisible();
    await dialog.getByLabel('Почта').fill('anna@shop.example');
    await page.keyboard.press('Enter');
    const access = page.getByRole('dialog', { name: 'Доступ готов' });
    password = (await access.getByTestId('access-password').textContent()) ?? '';
    expect(password).toMatch(/^[a-z2-9]{16}$/);
    await expectAccessible(page, 'the access', '#access-dialog');
    await page.keyboard.press('Escape');
    await expect(page.getByTestId('access-password')).toHaveCount(0);
    await expect(lines).toHaveCount(2);
  });

  const context = await browser.newContext({ baseURL: server.url, locale: 'ru-RU' });
  const annas = await context.newPage();
  await test.step('she comes in and takes a password of her own', async () => {
    const enter = async (secret: string) => {
      await annas.getByLabel('Почта').fill('anna@shop.example');
      await annas.getByLabel('Пароль').fill(secret);
      await annas.getByRole('button', { name: 'Войти' }).click();
    };
    await annas.goto('/login');
    await enter(password);
    await visit(annas, '/settings/people');
    await expect(annas.getByRole('button', { name: 'Добавить сотрудника' })).toHaveCount(0);
    await annas.getByRole('button', { name: 'Сменить мой пароль' }).click();
    await annas.getByLabel('Нынешний пароль').fill(password);
    await annas.getByLabel('Новый пароль').fill('четыре простых слова');
    await annas.keyboard.press('Enter');
    await expect(annas).toHaveURL(/\/login/);
    await enter('четыре простых слова');
    await ready(annas);
    await expect(annas).toHaveURL(/\/settings\/people/);
  });

  await test.step('she takes a chat, and what her leaving means is said before', async () => {
    await visit(annas, '/inbox');
    await openChat(annas, chat);
    await annas.locator('#menu-assign-button').click();
    await annas.locator('#menu-assign').getByText('Мне', { exact: true }).click();
    await page.reload();
    await ready(page);
    const line = lines.filter({ hasText: 'Анна Лужина' });
    await expect(line).toContainText('только что');
    await line.getByRole('button', { name: 'Убрать: Анна Лужина' }).click();
    const dialog = page.getByRole('dialog', { name: 'Убрать сотрудника' });
    await expect(dialog).toContainText(/чаты станут ничьими: 1\u00a0чат/);
    await expectAccessible(page, 'letting go', '#leave-dialog');
    await dialog.getByRole('button', { name: 'Убрать сотрудника' }).click();
    await expect(lines).toHaveCount(1);
    await expect(page.getByText('доступ закрыт')).toBeVisible();
  });

  await test.step('she is out, and the chat is nobody’s again', async () => {
    await annas.goto('/inbox');
    await expect(annas).toHaveURL(/\/login/);
    await visit(page, '/inbox?view=unassigned');
    await expect(page.getByTestId('chat-row')).toHaveCount(1);
  });
  await context.close();
});
