import { answer, bubble, DELIVERED, expect, openChat, row, test, unique, visit } from '../app.ts';
import { expectAccessible } from '../axe.ts';

const rows = '[data-testid="chat-row"]';

test('views are links with live numbers, and the menu holds the others', async ({ app, browserOf }) => {
  // Somebody who has no chats yet, whatever other tests have done.
  const page = await browserOf(app.server, await app.house.addPerson('operator', 'Анна Лужина'));
  const chat = await app.house.sandbox.buyerWrites(unique('Где мой заказ?'));
  await visit(page, '/inbox');
  await expect(row(page, chat)).toBeVisible();
  const tab = (view: string) => page.locator(`.list-tabs a[data-view="${view}"]`);
  const nobodys = Number(await tab('unassigned').locator('.list-count').textContent());
  expect(nobodys).toBeGreaterThan(0);
  await app.house.sandbox.buyerWrites(unique('А мой?'));
  await expect(tab('unassigned').locator('.list-count')).toHaveText(String(nobodys + 1));

  const menu = page.locator('.list-tabs summary');
  await menu.press('Enter');
  await expect(tab('closed')).toBeVisible();
  await page.keyboard.press('ArrowDown');
  await expect(tab('open')).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(tab('closed')).toBeHidden();
  await expect(menu).toBeFocused();

  await menu.press('Enter');
  await tab('all').click();
  await expect(page).toHaveURL(/view=all/);
  await expect(menu).toHaveText(/Все чаты/);
  await expect(tab('all')).toBeHidden();
  await expect(row(page, chat)).toBeVisible();
  await tab('mine').click();
  await expect(page.getByText('За вами нет чатов')).toBeVisible();
});

test('the order is in the address, and headings tell the urgency', async ({ app, browserOf }) => {
  const page = await browserOf(app.server, app.owner);
  const chat = await app.house.sandbox.buyerWrites(unique('Когда привезут?'));
  await visit(page, '/inbox');
  await expect(row(page, chat)).toBeVisible();
  const headings = page.locator('.row-heading');
  await expect(headings.first()).toBeVisible();
  expect(await headings.evaluateAll((all) => all.map((one) => one.getAttribute('data-urgency')))).not.toContain('quiet');
  await page.getByLabel('Порядок чатов').selectOption('newest');
  await expect(page).toHaveURL(/sort=newest/);
  await expect(headings).toHaveCount(0);
  await expect(page.locator(rows).first()).toHaveAttribute('data-external-id', chat);
  await page.reload();
  await expect(page.locator(rows).first()).toHaveAttribute('data-external-id', chat);
  await expect(headings).toHaveCount(0);
});

test('«Дай следующий» gives each operator a chat of their own', async ({ empty, browserOf }) => {
  const server = await empty.serve();
  await empty.addPerson('owner');
  const people = [await empty.addPerson('operator', 'Анна Лис'), await empty.addPerson('operator', 'Пётр Еж')];
  await empty.addSeller();
  const chats: string[] = [];
  for (let n = 0; n < 4; n += 1) chats.push(await empty.sandbox.buyerWrites(unique(`Вопрос ${n}`)));
  const [anna, pyotr] = await Promise.all(people.map((person) => browserOf(server, person)));
  for (const page of [anna!, pyotr!]) {
    await visit(page, '/inbox');
    await expect(page.locator(rows)).toHaveCount(4);
  }
  const opened = (page: typeof anna) => page!.locator('article.window').getAttribute('data-chat-id');
  await Promise.all([anna!.keyboard.press('Shift+KeyN'), pyotr!.getByRole('button', { name: 'Дай следующий' }).click()]);
  for (const page of [anna!, pyotr!]) await expect(page.locator('article.window')).toBeVisible();
  const first = [await opened(anna), await opened(pyotr)];
  expect(first[0]).not.toBe(first[1]);
  await expect(anna!.locator(`${rows}[data-chat-id="${first[0]}"] .row-holder`)).toHaveText(/АЛ/);
  await expect(anna!.locator(`${rows}[data-chat-id="${first[1]}"] .row-holder`)).toHaveText(/ПЕ/);

  // Answered, and on to the next.
  const text = unique('Уже в пути.');
  await answer(anna!, text);
  await expect(bubble(anna!, text, 'out')).toHaveAttribute('data-status', DELIVERED);
  await anna!.getByRole('button', { name: 'Дай следующий' }).click();
  await expect.poll(() => opened(anna)).not.toBe(first[0]);
  const second = await opened(anna);
  expect(first).not.toContain(second);

  await anna!.getByRole('button', { name: 'Дай следующий' }).click();
  await expect.poll(() => opened(anna)).not.toBe(second);
  const third = await opened(anna);
  expect([...first, second]).not.toContain(third);
  // Nobody else's, and one's own that were passed come round again.
  await anna!.getByRole('button', { name: 'Дай следующий' }).click();
  await expect.poll(() => opened(anna)).toBe(second);
});

test('a long list is drawn in part, scrolls without a jump and keeps what is chosen', async ({ empty, browserOf }) => {
  test.setTimeout(180_000);
  const owner = await empty.addPerson('owner');
  const server = await empty.serve();
  await empty.addSeller();
  const COUNT = 170;
  for (let n = 0; n < COUNT; n += 1) await empty.sandbox.buyerWrites(`Вопрос ${n}`);
  const page = await browserOf(server, owner);
  await visit(page, '/inbox?view=waiting');
  await expect(page.locator('.list-tabs a[data-view="waiting"] .list-count')).toHaveText(String(COUNT), { timeout: 120_000 });
  await page.reload();
  const chosen = page.locator(rows).nth(3);
  const id = await chosen.getAttribute('data-chat-id');
  await chosen.click();
  await expect(page.locator('article.window')).toBeVisible();

  const scroller = page.locator('.list-scroll');
  // To the end, page by page.
  await expect
    .poll(
      async () => {
        await scroller.evaluate((list) => list.scrollTo(0, list.scrollHeight));
        return page.getByText('Это все чаты').isVisible();
      },
      { timeout: 60_000 },
    )
    .toBe(true);
  const drawn = await page.locator(rows).count();
  expect(drawn, 'far from all are drawn').toBeLessThan(80);
  await expect(page.locator(`${rows}[data-chat-id="${id}"]`)).toHaveAttribute('aria-current', 'true');

  // Back up: every row is in its place, none twice.
  const seen = new Set<string>();
  const height = await scroller.evaluate((list) => list.scrollHeight);
  for (let top = height; top >= 0; top -= 400) {
    await scroller.evaluate((list, top) => list.scrollTo(0, top), top);
    await expect
      .poll(() =>
        scroller.evaluate((list) => {
          const box = list.getBoundingClientRect();
          const at = document.elementFromPoint(box.left + 40, box.top + box.height / 2);
          return at?.closest('.row-place, .row-heading, .list-end') !== null;
        }),
      )
      .toBe(true);
    for (const chat of await page.locator(rows).evaluateAll((all) => all.map((one) => one.getAttribute('data-chat-id')!))) {
      seen.add(chat);
    }
    expect(await scroller.evaluate((list) => list.scrollHeight), 'nothing grows or shrinks').toBe(height);
  }
  expect(seen.size).toBe(COUNT);

  // The keyboard reaches what is not drawn.
  await page.locator(rows).first().focus();
  await page.keyboard.press('End');
  const last = page.locator('.row-place').last().locator(rows);
  await expect(last).toBeFocused();
  await expect(last).toBeInViewport({ ratio: 1 });
  expect(await page.locator('.rows').evaluate((list) => list.getBoundingClientRect().bottom)).toBeCloseTo(
    await page.locator('.row-place').last().evaluate((place) => place.getBoundingClientRect().bottom),
    0,
  );
  await page.keyboard.press('Home');
  await expect.poll(() => scroller.evaluate((list) => list.scrollTop)).toBeLessThan(60);
});

for (const width of [1440, 390]) {
  test(`the head of the list fits and is accessible at ${width} px`, async ({ app, browserOf }) => {
    const page = await browserOf(app.server, app.owner);
    await page.setViewportSize({ width, height: 844 });
    const chat = await app.house.sandbox.buyerWrites(unique('Подойдёт ли размер?'));
    await visit(page, '/inbox?view=all&sort=deadline');
    await expect(row(page, chat)).toBeVisible();
    await page.locator('.list-tabs summary').click();
    await expect(page.locator('.list-tabs a[data-view="spam"]')).toBeVisible();
    await expectAccessible(page, 'the list');
    const sticks = await page.evaluate(() => {
      const pane = document.querySelector('.inbox-list')!.getBoundingClientRect();
      // What can be scrolled sideways shows all it holds.
      const isHeld = (one: Element) => {
        for (let holder = one.parentElement; holder && holder.matches('.list-head *'); holder = holder.parentElement) {
          if (/auto|scroll/.test(getComputedStyle(holder).overflowX)) return true;
        }
        return false;
      };
      return [...document.querySelectorAll('.list-head *')]
        .filter((one) => one.checkVisibility() && one.getBoundingClientRect().width > 1)
        .filter((one) => !one.closest('.reader-only') && !isHeld(one))
        .filter((one) => one.getBoundingClientRect().right > pane.right + 0.5)
        .map((one) => one.className);
    });
    expect(sticks, 'nothing sticks out of the pane').toEqual([]);
    await page.keyboard.press('Escape');
    await openChat(page, chat);
  });
}

test('a filter that few chats pass is looked through to its end, page by page', async ({ empty, browserOf }) => {
  test.slow();
  const server = await empty.serve();
  const owner = await empty.addPerson('owner');
  const oldest = await empty.sandbox.buyerWrites(unique('Где мой заказ?'));
  await empty.addSeller();
  const page = await browserOf(server, owner);
  await visit(page, '/inbox?view=all');
  await openChat(page, oldest);
  // More than are looked at for a page of those that wait.
  await empty.sandbox.burst(230, 1);
  await expect(page.locator('.list-tabs a[data-view="waiting"] .list-count')).toHaveText('231', { timeout: 90_000 });

  let asked = 0;
  page.on('request', (request) => {
    if (request.url().includes('/api/inbox/chats')) asked += 1;
  });
  await visit(page, '/inbox?view=all&sort=newest&filter=unseen:no');
  await expect(row(page, oldest)).toBeVisible();
  await expect(page.getByText('Это все чаты')).toBeVisible();
  await expect(page.locator(rows)).toHaveCount(1);
  expect(asked, 'a following page, by itself').toBeGreaterThanOrEqual(1);

  await visit(page, '/inbox?view=all&sort=newest&filter=unseen:no;order:yes');
  await expect(page.locator('.list-body .empty-title')).toBeVisible();
});
