/** What opens over a page: menus, dialogs, panels. Each by itself, at every look; the rest of a page is in a11y.spec.ts. */
import type { Page } from '@playwright/test';
import { composer, expect, openChat, ready, test, unique, visit } from '../app.ts';
import { dress, expectAccessible, LOOKS } from '../axe.ts';

// A look at what is open takes seconds, and a test looks at many.
test.describe.configure({ timeout: 180_000 });

/** Opens, looks, closes by Escape and sees that it is gone. */
async function lookAt(page: Page, what: string, within: string, open: () => Promise<void>): Promise<void> {
  await test.step(what, async () => {
    await open();
    await expect(page.locator(within)).toBeVisible();
    await expectAccessible(page, what, within);
    await page.keyboard.press('Escape');
    await expect(page.locator(within)).toBeHidden();
  });
}

for (const look of LOOKS) {
  test.describe(`${look.theme}, ${look.width} px`, () => {
    test('over the inbox', async ({ app, browserOf }) => {
      const { sandbox } = app.house;
      const chat = await sandbox.buyerShows('box.png');
      await sandbox.buyerWrites(unique('Пришла вот такая'), chat);
      const page = await browserOf(app.server, app.owner);
      await dress(page, look);
      await visit(page, '/inbox?view=all');
      await openChat(page, chat);

      for (const menu of ['assign', 'tags', 'priority', 'snooze', 'more']) {
        const button = page.locator(`#menu-${menu}-button`);
        // On a phone some of them stand in the menu of the rest.
        if (!(await button.isVisible())) continue;
        await lookAt(page, `menu: ${menu}`, `#menu-${menu}`, () => button.click());
      }
      await lookAt(page, 'palette', '#palette', () => page.keyboard.press('Control+KeyK'));
      await lookAt(page, 'picture', '.viewer', () => page.locator('.attachment-image').first().click());

      await test.step('a note with a name in it', async () => {
        await page.getByRole('button', { name: 'Заметка', exact: true }).click();
        await page.locator('textarea[data-testid="note-composer"]').fill('@мар');
        await expect(page.getByRole('listbox')).toBeVisible();
        await expectAccessible(page, 'names to mention', '.composer-holder, form');
        await page.keyboard.press('Escape');
      });
      await test.step('quick replies by a slash', async () => {
        await page.getByRole('button', { name: 'Ответ', exact: true }).click();
        await composer(page).press('Slash');
        await expect(page.getByRole('combobox', { name: 'Найти быстрый ответ' })).toBeFocused();
        await expectAccessible(page, 'quick replies by a slash');
      });
    });

    test('over lists, sellers and settings', async ({ app, browserOf }) => {
      const page = await browserOf(app.server, app.owner);
      await dress(page, look);
      await visit(page, '/inbox');
      await lookAt(page, 'cheat sheet', '#cheat-sheet', () => page.keyboard.press('Shift+Slash'));
      await lookAt(page, 'filter builder', '#filter-builder', () =>
        page.getByRole('button', { name: 'Фильтр', exact: true }).click(),
      );
      await page.getByTestId('bell').click();
      await expectAccessible(page, 'notices');

      await visit(page, '/sellers');
      const seller = page.getByTestId('seller').first();
      await lookAt(page, 'new key', '#replace-key', () => seller.getByRole('button', { name: 'Заменить ключ' }).click());
      await lookAt(page, 'disconnect', '#remove-seller', () => seller.getByRole('button', { name: 'Отключить' }).click());

      await visit(page, '/settings/tags');
      const tag = unique('Брак');
      await page.getByRole('button', { name: 'Новая метка' }).click();
      await expectAccessible(page, 'new tag', '#tag-dialog');
      await page.locator('#tag-name').fill(tag);
      await page.getByRole('button', { name: 'Создать' }).click();
      await lookAt(page, 'delete a tag', '#delete-tag-dialog', () =>
        page.getByRole('button', { name: `Удалить: ${tag}` }).click(),
      );

      await visit(page, '/settings/keys');
      await page.locator('.key-row').first().getByRole('button').first().click();
      await expectAccessible(page, 'keys, one asked for');
      await page.keyboard.press('Escape');
      for (const place of ['/settings', '/settings/filters', '/settings/notices']) {
        await visit(page, place);
        await ready(page);
        await expectAccessible(page, place);
      }
    });
  });
}
