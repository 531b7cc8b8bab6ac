import type { Page } from '@playwright/test';
import { answer, bubble, composer, DELIVERED, expect, openChat, ready, row, test, visit } from '../app.ts';

const STRINGS = [
  '</textarea><script>window.__xss=1</script>',
  '<img src=x onerror="window.__xss=2">',
  '"><svg onload=window.__xss=3>',
  '</script><script>window.__xss=4</script>',
  "'-window.__xss=5-'",
  '{{constructor.constructor("window.__xss=6")()}}',
  '[ссылка](javascript:window.__xss=7)',
];

/** Forms that a browser would run, were they in the source. */
const LIVE = [/<script>window\.__xss/i, /<img src=x/i, /<svg onload/i, /href="?javascript:/i];

async function expectHarmless(page: Page): Promise<void> {
  expect(await page.evaluate(() => (window as unknown as { __xss?: number }).__xss)).toBeUndefined();
  const source = await (await page.request.get(page.url())).text();
  for (const form of LIVE) expect(source).not.toMatch(form);
}

test('hostile texts of buyers, answers and drafts stay texts', async ({ app, browserOf }) => {
  test.slow();
  const { sandbox } = app.house;
  const chat = await sandbox.buyerWrites(STRINGS[0]!);
  for (const text of STRINGS.slice(1)) await sandbox.buyerWrites(text, chat);
  const page = await browserOf(app.server, app.owner);
  // By deadline it would stand below the chats of all tests before this one, out of sight.
  await visit(page, '/inbox?view=all&sort=newest');
  await expect(row(page, chat)).toBeVisible();
  await expectHarmless(page);

  await openChat(page, chat);
  for (const text of STRINGS.slice(0, 6)) {
    await expect(bubble(page, text, 'in')).toBeVisible();
  }
  await expect(page.locator('[data-testid="message"] a[href^="javascript"]')).toHaveCount(0);
  await expectHarmless(page);

  await answer(page, STRINGS[0]!);
  await expect(bubble(page, STRINGS[0]!, 'out')).toHaveAttribute('data-status', DELIVERED);
  await expect.poll(() => sandbox.sent(chat)).toEqual([STRINGS[0]]);
  await expectHarmless(page);

  for (const text of STRINGS.slice(0, 4)) {
    await composer(page).fill(text);
    await expect
      .poll(async () => (await (await page.request.get(page.url())).text()).includes('__xss'), {
        message: 'the draft reaches the server',
      })
      .toBe(true);
    await page.reload();
    await ready(page);
    await expect(composer(page)).toHaveValue(text);
    await expectHarmless(page);
  }
});

test('hostile names of people and sellers stay texts', async ({ empty, browserOf }) => {
  const hostile = STRINGS[2]!;
  const owner = await empty.addPerson('owner', `${STRINGS[0]}${hostile}`);
  const server = await empty.serve();
  await empty.addSeller(`${hostile}${STRINGS[3]}`);
  const chat = await empty.sandbox.buyerWrites('Здравствуйте');
  const page = await browserOf(server, owner);
  for (const address of ['/inbox', '/sellers']) {
    await visit(page, address);
    await expectHarmless(page);
  }
  await expect(page.getByTestId('seller')).toContainText(hostile);
  await visit(page, '/inbox');
  await expect(row(page, chat)).toBeVisible();
  await openChat(page, chat);
  await answer(page, 'Добрый день');
  await expect(bubble(page, 'Добрый день', 'out')).toBeVisible();
  await expectHarmless(page);
});

test('hostile words in addresses stay words', async ({ app, browserOf }) => {
  const page = await browserOf(app.server);
  for (const text of STRINGS) {
    await visit(page, `/login?problem=${encodeURIComponent(text)}&next=${encodeURIComponent(text)}`);
    await expectHarmless(page);
  }
});
