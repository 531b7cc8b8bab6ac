import { OZON } from '../house.ts';
import { answer, bubble, DELIVERED, expect, mark, openChat, ready, row, test, unique, visit } from '../app.ts';

test('from an empty database to a reply that the buyer answers', async ({ empty, browserOf }) => {
  const server = await empty.serve();
  const page = await browserOf(server);

  await test.step('the first visitor makes the workspace and becomes its owner', async () => {
    await visit(page, '/');
    await expect(page).toHaveURL(/\/setup$/);
    await page.getByLabel('Название рабочего пространства').fill('Север');
    await page.getByLabel('Ваше имя').fill('Мария Ветрова');
    await page.getByLabel('Почта').fill('maria@example.ru');
    await page.getByLabel('Пароль', { exact: true }).fill('длинный пароль 17');
    await page.getByLabel('Пароль ещё раз').fill('длинный пароль 17');
    await page.getByRole('button', { name: 'Создать' }).click();
    await expect(page).toHaveURL(/\/inbox/);
    await ready(page);
  });

  await test.step('the empty inbox leads to the sellers', async () => {
    await expect(page.getByRole('heading', { name: 'Подключите магазин Ozon' })).toBeVisible();
    await page.getByRole('main').getByRole('link', { name: 'Подключить магазин' }).click();
    await expect(page).toHaveURL(/\/sellers/);
  });

  await test.step('the shop is connected', async () => {
    const form = page.getByTestId('connect');
    await form.getByLabel('Client-Id').fill(OZON.good);
    await form.getByLabel('Api-Key').fill(OZON.key);
    await form.getByRole('button', { name: 'Подключить', exact: true }).click();
    await expect(page.getByTestId('seller')).toContainText(OZON.shop);
    await expect(page.getByTestId('seller')).toContainText('Premium Plus');
    await expect(page.getByTestId('seller')).not.toContainText(OZON.key);
  });

  const question = unique('Здравствуйте, подойдёт ли размер 44?');
  const chat = await empty.sandbox.buyerWrites(question);

  const stayed = await test.step('its chats arrive by themselves', async () => {
    await page.getByRole('link', { name: 'Чаты' }).click();
    const stayed = await mark(page);
    await expect(row(page, chat)).toContainText('подойдёт ли размер 44');
    return stayed;
  });

  const text = unique('Добрый день, размер 44 есть в наличии.');
  await test.step('an answer is written, sent by the keyboard and delivered once', async () => {
    await openChat(page, chat);
    await expect(bubble(page, question, 'in')).toBeVisible();
    await answer(page, text);
    await expect(bubble(page, text, 'out')).toHaveAttribute('data-status', DELIVERED);
    await expect.poll(() => empty.sandbox.sent(chat)).toEqual([text]);
  });

  await test.step('the buyer answers and the answer appears without a reload', async () => {
    const thanks = unique('Спасибо, заказываю');
    await empty.sandbox.buyerWrites(thanks, chat);
    await expect(bubble(page, thanks, 'in')).toBeVisible();
    await expect(bubble(page, text, 'out')).toHaveCount(1);
    expect(await empty.sandbox.sent(chat)).toEqual([text]);
    await stayed();
  });

  await test.step('the address opens the same chat again, drawn by the server', async () => {
    const html = await (await page.request.get(page.url())).text();
    expect(html).toContain(text);
    await page.reload();
    await ready(page);
    await expect(bubble(page, text, 'out')).toHaveCount(1);
  });
});

test('an answer given in the marketplace\'s cabinet counts as an answer', async ({ app, browserOf }) => {
  const chat = await app.house.sandbox.buyerWrites(unique('Где мой заказ?'));
  const page = await browserOf(app.server, app.owner);
  await visit(page, '/inbox');
  await openChat(page, chat);
  const text = unique('Заказ уже в пункте выдачи');
  await app.house.sandbox.cabinetWrites(chat, text);
  await expect(bubble(page, text, 'out')).toBeVisible();
  await visit(page, '/inbox?view=all');
  await expect(row(page, chat)).toBeVisible();
  await visit(page, '/inbox?view=waiting');
  await expect(row(page, chat)).toHaveCount(0);
});
