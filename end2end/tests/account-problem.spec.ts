import type { Locator, Page } from '@playwright/test';
import { OZON } from '../house.ts';
import { bubble, expect, mark, openChat, test, unique, visit } from '../app.ts';
import { expectAccessible } from '../axe.ts';

function banner(page: Page): Locator {
  return page.getByTestId('account-banner');
}

test('a revoked key is told on every page until a new one is given, and nothing is missed', async ({ empty, browserOf }) => {
  test.slow();
  const owner = await empty.addPerson('owner', 'Мария Ветрова');
  const operator = await empty.addPerson('operator');
  const server = await empty.serve();
  await empty.addSeller();
  const chat = await empty.sandbox.buyerWrites(unique('Есть ли такая же синяя?'));
  const [admins, operators] = [await browserOf(server, owner), await browserOf(server, operator)];
  await visit(admins, '/inbox');
  await openChat(admins, chat);
  await visit(operators, '/inbox');
  await expect(banner(admins)).toBeEmpty();
  const stayed = await mark(admins);

  await test.step('the banner comes by itself: with a way out for those who have one', async () => {
    await empty.sandbox.keyWorks(false);
    await expect(banner(admins)).toContainText(OZON.shop);
    await expect(banner(admins)).toContainText('отключил ключ');
    await expect(banner(operators)).toContainText('Исправить это могут: Мария Ветрова');
    await expect(banner(operators).getByRole('link')).toHaveCount(0);
  });

  const missed = unique('Ау, вы там?');
  await empty.sandbox.buyerWrites(missed, chat);

  await test.step('it stands there from the start, and moves nothing', async () => {
    await visit(operators, '/inbox');
    const place = await banner(operators).boundingBox();
    expect(place!.height).toBeGreaterThan(20);
    await expect(banner(operators)).toContainText(OZON.shop);
    expect(await banner(operators).boundingBox()).toEqual(place);
  });

  await test.step('it can be read by everybody', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const width of [1440, 390]) {
        await operators.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await admins.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        for (const page of [admins, operators]) {
          await page.setViewportSize({ width, height: 844 });
          await expectAccessible(page, `${colorScheme}, ${width} px`);
        }
      }
    }
    await admins.setViewportSize({ width: 1440, height: 900 });
  });

  await test.step('a new key makes it go', async () => {
    await empty.sandbox.keyWorks(true);
    await banner(admins).getByRole('link', { name: 'Открыть кабинеты' }).click();
    await expect(admins).toHaveURL(/\/sellers/);
    await expect(banner(admins)).toContainText(OZON.shop);
    await admins.getByTestId('seller').getByRole('button', { name: 'Заменить ключ' }).click();
    const question = admins.getByRole('dialog', { name: /Новый ключ/ });
    await question.getByLabel('Api-Key').fill(OZON.key);
    await question.getByRole('button', { name: 'Заменить ключ' }).click();
    await expect(banner(admins)).toBeEmpty();
    await expect(banner(operators)).toBeEmpty();
  });

  await test.step('and what was written meanwhile arrives', async () => {
    await admins.getByRole('link', { name: 'Чаты' }).click();
    await openChat(admins, chat);
    await expect(bubble(admins, missed, 'in')).toBeVisible();
    await stayed();
  });
});
