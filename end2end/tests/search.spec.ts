import type { Locator, Page } from '@playwright/test';
import { bubble, composer, expect, openChat, row, test, unique, visit } from '../app.ts';
import { OZON } from '../house.ts';

/** Whether an element stands inside the part of the conversation that is seen. */
async function isInView(message: Locator): Promise<boolean> {
  return message.evaluate((element) => {
    const frame = element.closest('.messages-scroll')!.getBoundingClientRect();
    const place = element.getBoundingClientRect();
    return place.top >= frame.top - 1 && place.bottom <= frame.bottom + 1;
  });
}

function marked(page: Page): Locator {
  return page.locator('[data-testid="message"][data-marked]');
}

test('a message deep in a chat is found by another form of its word and opened at its place', async ({ app, browserOf }) => {
  const word = `кракозяб${'абвгд'[Math.floor(Math.random() * 5)]}${'клмнп'[Math.floor(Math.random() * 5)]}ами`;
  const { sandbox } = app.house;
  const text = unique(`Посылка пришла с ${word}, что делать?`);
  const chat = await sandbox.buyerWrites(text);
  for (let n = 0; n < 70; n += 1) await sandbox.buyerWrites(`Сообщение ${n}`, chat);
  const page = await browserOf(app.server, app.owner);
  await visit(page, '/inbox?view=all');
  await expect(row(page, chat)).toContainText('Сообщение 69');

  // By the place of the key: on a Russian layout it types a full stop.
  await page.keyboard.press('Slash');
  const box = page.getByTestId('search');
  await expect(box).toBeFocused();
  await box.fill(word.replace('ами', 'ам'));
  await box.press('Enter');
  await expect(page).toHaveURL(/\/search\?q=/);
  const hit = page.getByTestId('message-hit');
  await expect(hit).toHaveCount(1);
  await expect(hit.locator('mark')).toHaveText(word);

  await expect(page.getByTestId('search')).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(hit).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/inbox\/[^?]+\?view=all&message=/);
  await expect(marked(page)).toContainText(text);
  await expect.poll(() => isInView(marked(page))).toBe(true);

  // From there the chat goes on to its newest message.
  await page.getByRole('button', { name: 'К новым сообщениям' }).click();
  await expect.poll(() => isInView(bubble(page, 'Сообщение 69', 'in'))).toBe(true);

  // The address alone leads there too.
  await page.goBack();
  await visit(page, page.url());
  await page.getByTestId('message-hit').click();
  const link = page.url();
  const other = await browserOf(app.server, app.owner);
  await visit(other, link);
  await expect(marked(other)).toContainText(text);
  await expect.poll(() => isInView(marked(other))).toBe(true);
});

test('a search without results says what was tried', async ({ app, browserOf }) => {
  const page = await browserOf(app.server, app.owner);
  await visit(page, '/search?q=йцфгячщ');
  await expect(page.getByTestId('nothing-found')).toContainText('номера заказов');
  await page.getByTestId('search').fill('ы');
  await expect(page).toHaveURL(/q=%D1%8B$/);
});

test('inside a chat words are found one after the other', async ({ app, browserOf }) => {
  const chat = await app.house.sandbox.buyerWrites(unique('Здравствуйте'));
  for (const text of ['Где доставка?', 'Алло', 'Про доставку забыли']) await app.house.sandbox.buyerWrites(text, chat);
  const page = await browserOf(app.server, app.owner);
  await visit(page, '/inbox?view=all');
  await expect(row(page, chat)).toContainText('забыли');
  await openChat(page, chat);
  await page.keyboard.press('Alt+KeyF');
  const field = page.getByRole('textbox', { name: 'Найти в этом чате' });
  await expect(field).toBeFocused();
  await field.fill('доставки');
  await expect(page.locator('.find-count')).toHaveText('1 из 2');
  await expect(marked(page)).toContainText('Про доставку забыли');
  await field.press('Enter');
  await expect(page.locator('.find-count')).toHaveText('2 из 2');
  await expect(marked(page)).toContainText('Где доставка?');
  await field.press('Escape');
  await expect(page.getByTestId('find-bar')).toHaveCount(0);
  await expect(composer(page)).toBeFocused();
});

test('new messages stand under a line that stays', async ({ app, browserOf }) => {
  const first = unique('Первое');
  const chat = await app.house.sandbox.buyerWrites(first);
  const page = await browserOf(app.server, app.owner);
  await visit(page, '/inbox?view=all');
  const seen = page.waitForResponse('**/api/inbox/seen');
  await openChat(page, chat);
  await expect(page.locator('.unseen-line')).toHaveCount(0);
  await seen;
  // Away from the chat, something comes.
  await visit(page, '/inbox?view=all');
  const second = unique('Второе');
  await app.house.sandbox.buyerWrites(second, chat);
  await expect(row(page, chat)).toContainText('Второе');
  await openChat(page, chat);
  await expect(page.locator('.unseen-line + .message')).toContainText(second);
  const third = unique('Третье');
  await app.house.sandbox.buyerWrites(third, chat);
  await expect(bubble(page, third, 'in')).toBeVisible();
  await expect(page.locator('.unseen-line + .message')).toContainText(second);
});

test('a day of a long chat is reached by its date', async ({ empty, browserOf }) => {
  const owner = await empty.addPerson('owner');
  const old = unique('Давний вопрос');
  const chat = await empty.sandbox.buyerWrites(old);
  await empty.sandbox.backdate(chat, 5 * 24 * 3_600_000);
  for (let n = 0; n < 130; n += 1) await empty.sandbox.buyerWrites(`Сообщение ${n}`, chat);
  await empty.addSeller();
  const server = await empty.serve();
  const page = await browserOf(server, owner);
  await visit(page, '/inbox?view=all');
  await expect(row(page, chat)).toContainText('Сообщение 129');
  await openChat(page, chat);
  // The beginning of the chat has to be here; it comes in the background.
  await expect(async () => {
    await page.getByRole('button', { name: 'Перейти в чате' }).click();
    const day = new Date(Date.now() - 5 * 24 * 3_600_000 + 3 * 3_600_000).toISOString().slice(0, 10);
    await page.getByLabel('К дате').fill(day);
    await page.getByRole('button', { name: 'Перейти', exact: true }).click();
    await expect(marked(page)).toContainText(old, { timeout: 2_000 });
  }).toPass();
  await expect.poll(() => isInView(marked(page))).toBe(true);
});

test('pictures open large, one after the other, and give the focus back', async ({ app, browserOf }) => {
  const { sandbox } = app.house;
  const chat = await sandbox.buyerShows('box.png');
  await sandbox.buyerShows('box.png', chat);
  const page = await browserOf(app.server, app.owner);
  await visit(page, '/inbox?view=all');
  await openChat(page, chat);
  const thumbs = page.locator('.attachment-image');
  await expect(thumbs).toHaveCount(2);
  await thumbs.first().focus();
  await page.keyboard.press('Enter');
  const viewer = page.getByTestId('viewer');
  await expect(viewer).toBeVisible();
  await expect(viewer.locator('.viewer-number')).toHaveText('1 / 2');
  const picture = viewer.getByRole('img');
  await expect(picture).toHaveAttribute('alt', /.+/);
  await expect(picture).toHaveAttribute('style', /scale\(1\)/);
  await page.keyboard.press('Equal');
  await expect(picture).toHaveAttribute('style', /scale\(1\.25\)/);
  await page.keyboard.press('Digit0');
  await page.keyboard.press('ArrowRight');
  await expect(viewer.locator('.viewer-number')).toHaveText('2 / 2');
  await picture.dblclick();
  await expect(picture).toHaveAttribute('style', /scale\(2\.5\)/);
  await page.keyboard.press('Escape');
  await expect(viewer).toBeHidden();
  await expect(thumbs.first()).toBeFocused();
});

test('a chat of 5,000 messages opens at the newest and scrolls to the oldest without a jump', async ({ empty, browserOf }) => {
  test.setTimeout(900_000);
  const owner = await empty.addPerson('owner');
  const [chat] = await empty.sandbox.burst(1, 5_000);
  await empty.addSeller();
  const server = await empty.serve();
  const page = await browserOf(server, owner);
  await visit(page, '/inbox?view=all');
  await expect(row(page, chat!)).toBeVisible();
  await openChat(page, chat!);
  const scroller = page.locator('.messages-scroll');
  await expect.poll(() => isInView(page.getByTestId('message').last())).toBe(true);

  // The oldest messages are still on their way from the marketplace at first; a window that asks for them waits.
  const drift = await scroller.evaluate(async (element) => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const anchor = () => {
      const middle = element.getBoundingClientRect().top + element.clientHeight / 2;
      const lines = [...element.querySelectorAll('[data-testid="message"]')];
      return lines.find((line) => line.getBoundingClientRect().bottom > middle)!;
    };
    const middle = (three: number[]) => three.sort((a, b) => a - b)[1]!;
    let worst = 0;
    let still = 0;
    while (still < 600) {
      const before = element.scrollTop;
      const height = element.scrollHeight;
      element.scrollTop -= 1_500;
      await frame();
      const line = anchor();
      const tops = [];
      // Some frames for the page above to come and to be put there.
      for (let n = 0; n < 6; n += 1) {
        tops.push(line.getBoundingClientRect().top);
        await frame();
      }
      // One of them may be asked before the window has put the frame right and painted it.
      worst = Math.max(worst, Math.abs(middle(tops.slice(3)) - middle(tops.slice(0, 3))));
      const isAtTop = element.scrollTop === before && element.scrollHeight === height;
      if (isAtTop && !element.querySelector('.messages-older')) break;
      still = isAtTop ? still + 1 : 0;
    }
    return worst;
  });
  expect(drift, 'pixels that what is read has moved').toBeLessThanOrEqual(1);
  await expect(page.getByTestId('message')).toHaveCount(5_000);
  await expect(page.locator('.messages-older')).toHaveCount(0);
  // It still answers at once.
  await page.getByRole('button', { name: 'К новым сообщениям' }).click();
  await expect.poll(() => isInView(page.getByTestId('message').last())).toBe(true);
  await composer(page).fill('Спасибо');
  await expect(composer(page)).toHaveValue('Спасибо');
});

test('what is looked for can be kept to one seller, and the address says so', async ({ empty: house, browserOf }) => {
  const owner = await house.addPerson('owner', 'Анна Белова');
  const server = await house.serve();
  await house.addSeller();
  await house.sandbox.resizeGiant(20);
  const other = ['seller', 'add', '--marketplace', 'ozon', '--name', 'Гигант', '--client-id', OZON.giant];
  const connected = await house.cli(other, `${OZON.key}\n`);
  expect(connected.code, connected.out + connected.err).toBe(0);
  const text = unique('Когда привезут чемодан?');
  const chat = await house.sandbox.buyerWrites(text);
  const page = await browserOf(server, owner);
  await visit(page, '/inbox?view=all');
  await expect(row(page, chat)).toBeVisible();

  await visit(page, `/search?q=${encodeURIComponent(text)}`);
  const hit = page.getByTestId('message-hit');
  await expect(hit).toHaveCount(1);
  const scope = page.getByRole('combobox', { name: 'Кабинет' });
  await scope.selectOption('Гигант');
  await expect(page).toHaveURL(/&seller=/);
  await expect(hit).toHaveCount(0);
  // The address alone says the same.
  await visit(page, page.url());
  await expect(scope.locator('option:checked')).toHaveText('Гигант');
  await expect(hit).toHaveCount(0);
  await scope.selectOption(OZON.shop);
  await expect(hit).toHaveCount(1);
});
