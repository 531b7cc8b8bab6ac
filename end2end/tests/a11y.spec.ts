import { composer, expect, openChat, ready, row, test, unique, visit } from '../app.ts';
import { dress, expectAccessible, LOOKS } from '../axe.ts';

// A look at one page takes seconds, and a test looks at many.
test.describe.configure({ timeout: 180_000 });

for (const look of LOOKS) {
  test.describe(`${look.theme}, ${look.width} px`, () => {
    test.use({ allowedErrors: /status of 404/ });

    test('pages of an empty house', async ({ empty, browserOf }) => {
      const server = await empty.serve();
      const anonymous = await browserOf(server);
      await dress(anonymous, look);
      await visit(anonymous, '/setup');
      await expectAccessible(anonymous, 'set-up');
      await visit(anonymous, '/setup?problem=passwords_differ');
      await expectAccessible(anonymous, 'set-up with a problem');

      const owner = await empty.addPerson('owner');
      await visit(anonymous, '/login');
      await expectAccessible(anonymous, 'log-in');
      await visit(anonymous, '/login?problem=bad_credentials');
      await expectAccessible(anonymous, 'log-in with a problem');

      const page = await browserOf(server, owner);
      await dress(page, look);
      await visit(page, '/inbox');
      await expect(page.getByRole('heading', { name: 'Подключите магазин Ozon' })).toBeVisible();
      await expectAccessible(page, 'inbox without sellers');
      await visit(page, '/sellers');
      await expect(page.getByTestId('connect').getByLabel('Api-Key')).toBeVisible();
      await expectAccessible(page, 'sellers on the first day, form open');
      await page.getByTestId('connect').getByRole('button', { name: 'Подключить', exact: true }).click();
      await expectAccessible(page, 'connect form with an error');

      await visit(page, '/settings/notices');
      await expect(page.getByRole('checkbox', { name: 'Мне назначили чат: Звук' })).toBeEnabled();
      await expectAccessible(page, 'settings of notices');
      await page.getByTestId('bell').click();
      await expectAccessible(page, 'no notices');
    });

    test('pages of a house at work', async ({ app, browserOf }) => {
      const chat = await app.house.sandbox.buyerWrites(unique('Когда придёт заказ?'));
      const page = await browserOf(app.server, app.owner);
      await dress(page, look);
      await visit(page, '/inbox');
      await expect(row(page, chat)).toBeVisible();
      await expectAccessible(page, 'inbox with chats');
      await openChat(page, chat);
      await expectAccessible(page, 'open chat');
      await composer(page).fill('Вернём деньги, пишите в телегу');
      await expect(page.locator('.finding')).toHaveCount(2);
      await expectAccessible(page, 'warnings beside the answer');
      for (const name of ['Вставить быстрый ответ', 'Вставить эмодзи', 'Отправить позже']) {
        await page.getByRole('button', { name }).click();
        await expectAccessible(page, `panel: ${name}`);
      }
      await page.reload();
      await ready(page);
      await expectAccessible(page, 'open chat, opened by its address');
      await visit(page, '/sellers');
      await expect(page.getByTestId('seller').first()).toBeVisible();
      await expectAccessible(page, 'sellers');
      await page.getByTestId('connect').locator('summary').click();
      await expect(page.getByTestId('connect').getByLabel('Api-Key')).toBeVisible();
      await expectAccessible(page, 'sellers, connect form open');
      await page.goto('/no-such-page');
      await expect(page.getByRole('heading', { name: 'Такой страницы нет' })).toBeVisible();
      await expectAccessible(page, 'not found');
    });

    test('search, and the ways through a chat', async ({ app, browserOf }) => {
      const chat = await app.house.sandbox.buyerWrites(unique('Когда придут заказы?'));
      const page = await browserOf(app.server, app.owner);
      await dress(page, look);
      await visit(page, '/inbox?view=all');
      await openChat(page, chat);
      await page.getByRole('button', { name: 'Найти в этом чате' }).click();
      await expect(page.getByTestId('find-bar')).toBeVisible();
      await expectAccessible(page, 'open chat with the bar for finding');
      await page.getByRole('button', { name: 'Перейти в чате' }).click();
      await expect(page.getByLabel('К дате')).toBeVisible();
      await expectAccessible(page, 'the ways through a chat', '#window-places');
      await visit(page, '/search?q=заказы');
      await expect(page.getByTestId('message-hit').first()).toBeVisible();
      await expectAccessible(page, 'search results');
      await visit(page, '/search?q=йцфгячщ');
      await expect(page.getByTestId('nothing-found')).toBeVisible();
      await expectAccessible(page, 'search without results');
      await visit(page, '/settings/quick-replies');
      await page.getByRole('button', { name: 'Новый быстрый ответ' }).click();
      await expectAccessible(page, 'quick replies, form open');
      await visit(page, '/settings/wording');
      await page.getByRole('textbox', { name: 'Проверить фразу' }).fill('Вернём деньги');
      await page.getByRole('button', { name: 'Добавить правило' }).click();
      await expectAccessible(page, 'rules of risky words');
      await visit(page, '/settings/deadlines');
      await page.getByTestId('policy').first().locator('summary').first().click();
      await page.getByRole('button', { name: 'Посчитать' }).click();
      await expect(page.getByTestId('preview-line').first()).toBeVisible();
      await expectAccessible(page, 'deadlines, a policy open');
      await visit(page, '/settings/calendars');
      await expect(page.getByTestId('calendar-ahead').getByRole('listitem')).toHaveCount(14);
      await expectAccessible(page, 'calendars');
      await visit(page, '/reports/deadlines');
      await expect(page.getByTestId('report-turns')).toBeVisible();
      await expectAccessible(page, 'report of deadlines');
      await visit(page, '/settings/workspace');
      await page.getByTestId('zone').click();
      await expect(page.locator('#zones [role=option]').first()).toBeVisible();
      await expectAccessible(page, 'the workspace, choosing its time zone');
    });

    test('nothing is wider than the screen', async ({ app, browserOf }) => {
      const chat = await app.house.sandbox.buyerWrites(unique(`Длинное слово ${'ы'.repeat(200)}`));
      const page = await browserOf(app.server, app.owner);
      await dress(page, look);
      await visit(page, '/inbox');
      await openChat(page, chat);
      for (const address of [
        page.url(),
        '/inbox',
        '/sellers',
        '/search?q=слово',
        '/settings/quick-replies',
        '/settings/wording',
        '/settings/deadlines',
        '/settings/calendars',
        '/reports/deadlines',
        '/reports/suggestions',
        '/settings/models',
        '/settings/knowledge',
        '/settings/notices',
        '/settings/keys',
        '/settings/tags',
        '/settings/people',
        '/settings/filters',
        '/settings/workspace',
      ]) {
        await visit(page, address);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        expect(overflow, `${address} scrolls sideways`).toBeLessThanOrEqual(0);
        const within = await page.evaluate(() => {
          const frame = document.querySelector('.page');
          return frame ? frame.scrollWidth - frame.clientWidth : 0;
        });
        expect(within, `${address} scrolls sideways within its frame`).toBeLessThanOrEqual(0);
      }
    });
  });
}
