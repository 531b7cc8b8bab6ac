/** What makes eight hours a day bearable: the right clock, the right density, a phone, and screens that tell no old tales. */
import type { Page } from '@playwright/test';
import { bubble, composer, expect, openChat, row, test, unique, visit } from '../app.ts';

const noteField = (page: Page) => page.locator('textarea[data-testid="note-composer"]');

test('the workspace gets another name and clock, and open pages take them over', async ({ empty, browserOf }) => {
  const owner = await empty.addPerson('owner', 'Мария Ветрова');
  const boris = await empty.addPerson('operator', 'Борис Орлов');
  const server = await empty.serve();
  await empty.addSeller();
  const chat = await empty.sandbox.buyerWrites('Который час?');
  const [page, his] = [await browserOf(server, owner), await browserOf(server, boris)];
  await visit(his, '/inbox');
  await openChat(his, chat);
  const shown = () => bubble(his, 'Который час?', 'in').locator('time').first().innerText();
  const before = await shown();
  await composer(his).fill('Не теряйте меня');

  await visit(page, '/settings/workspace');
  await expect(page.getByTestId('zone')).toContainText('Москва · UTC+3');
  await page.getByTestId('zone').click();
  const options = page.locator('#zones [role=option]');
  await expect(options.first()).toContainText('Калининград');
  await expect(options.nth(10)).toContainText('Камчатка');
  await page.getByRole('combobox', { name: 'Часовой пояс' }).fill('камч');
  await expect(options).toHaveCount(1);
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('zone')).toContainText('Камчатка · UTC+12');
  await expect(page.getByTestId('zone')).toBeFocused();
  await page.getByLabel('Название рабочего пространства').fill('Север и Юг');
  await page.getByRole('button', { name: 'Сохранить' }).click();
  await expect(page.getByText('Сохранено.')).toBeVisible();

  // Nine hours later on the clock, and nothing that was typed is lost.
  const [hours, minutes] = before.match(/\d\d:\d\d/)![0].split(':').map(Number) as [number, number];
  const expected = `${String((hours + 9) % 24).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`;
  await expect.poll(shown, { timeout: 20_000 }).toContain(expected);
  await expect(composer(his)).toHaveValue('Не теряйте меня');
  await his.getByRole('button', { name: 'Вид и язык' }).click();
  await expect(his.locator('.menu-person')).toContainText('Север и Юг');
  await his.keyboard.press('Escape');
  await visit(his, '/settings/workspace');
  await expect(his.getByText('Изменить это может администратор или владелец.')).toBeVisible();
  await expect(his.getByTestId('zone')).toHaveCount(0);
});

test('compact shows a third more, and what is at the edge stays there', async ({ empty, browserOf }) => {
  const owner = await empty.addPerson('owner');
  const server = await empty.serve();
  await empty.addSeller();
  await empty.sandbox.burst(60, 1);
  const page = await browserOf(server, owner);
  await visit(page, '/inbox?view=all');
  await expect(page.locator('.list-tabs a[data-view="waiting"] .list-count')).toHaveText('60', { timeout: 60_000 });
  await page.reload();
  const list = page.locator('.list-scroll');
  const inSight = () =>
    list.evaluate((list) => {
      const box = list.getBoundingClientRect();
      return [...list.querySelectorAll<HTMLElement>('.row-place')].filter((place) => {
        const own = place.getBoundingClientRect();
        return own.top >= box.top - 1 && own.bottom <= box.bottom + 1;
      }).length;
    });
  const atEdge = () =>
    list.evaluate((list) => {
      const box = list.getBoundingClientRect();
      return document.elementFromPoint(box.left + 40, box.top + 2)?.closest('[data-chat-id]')?.getAttribute('data-chat-id');
    });
  const choose = async (name: string) => {
    await page.getByRole('button', { name: 'Вид и язык' }).click();
    await page.getByRole('button', { name, exact: true }).click();
    await page.keyboard.press('Escape');
  };
  const usual = await inSight();
  await list.evaluate((list) => list.scrollTo(0, 1500));
  const edge = await atEdge();
  expect(edge).toBeTruthy();
  await choose('Плотно');
  await expect(page.locator('html')).toHaveAttribute('data-density', 'compact');
  await expect.poll(atEdge).toBe(edge);
  await choose('Свободно');
  await expect.poll(atEdge).toBe(edge);
  await choose('Плотно');
  await list.evaluate((list) => list.scrollTo(0, 0));
  expect(await inSight()).toBeGreaterThanOrEqual(Math.ceil((usual * 4) / 3) - 1);

  // No line of a row is cut, and the next page has the same density.
  const cut = await page
    .locator('.chat-row')
    .first()
    .evaluate((row) => row.scrollHeight - row.clientHeight);
  expect(cut).toBeLessThanOrEqual(0);
  await page.reload();
  await expect(page.locator('html')).toHaveAttribute('data-density', 'compact');
});

test('on a phone the head of a chat says everything on two lines', async ({ app, browserOf }) => {
  const { chat, order } = await app.house.sandbox.chatAboutOrder({}, unique('Когда придёт?'));
  const page = await browserOf(app.server, app.owner);
  await page.setViewportSize({ width: 390, height: 844 });
  await visit(page, '/inbox?view=all');
  await openChat(page, chat);
  const head = page.locator('.window-head');
  const number = head.locator('.window-fact', { hasText: order.number });
  await expect(number).toBeVisible();
  const places = await head.evaluate((head) => {
    const box = (selector: string) => head.querySelector(selector)!.getBoundingClientRect();
    const frame = head.getBoundingClientRect();
    return {
      height: frame.height,
      title: box('.window-title').height,
      clock: box('.clock-chip').top,
      below: box('.window-title').bottom,
      right: Math.max(...[...head.querySelectorAll('.window-fact')].map((fact) => fact.getBoundingClientRect().right)),
      edge: frame.right,
    };
  });
  expect(places.title, 'the title is one line').toBeLessThan(50);
  expect(places.clock).toBeGreaterThanOrEqual(places.below - 1);
  expect(places.right, 'nothing is cut').toBeLessThanOrEqual(places.edge);
  expect(places.height).toBeLessThan(96);
});

test('who deletes a tag is told which saved filters ask for it', async ({ app, browserOf }) => {
  const page = await browserOf(app.server, app.owner);
  const tag = unique('Брак');
  await visit(page, '/settings/tags');
  await page.getByRole('button', { name: 'Новая метка' }).click();
  await page.locator('#tag-name').fill(tag);
  await page.getByRole('button', { name: 'Создать' }).click();
  const line = page.getByTestId('tag-line').filter({ hasText: tag });
  await expect(line).toBeVisible();
  const tags = await (await page.request.post('/api/inbox/tags', { data: {} })).json();
  const id = tags.find((one: { name: string }) => one.name === tag).id;
  const query = { view: 'open', sort: 'deadline', seller: null, filter: { is: { tag: [id] } } };
  const name = unique('С браком');
  const saved = await page.request.post('/api/inbox/save_filter', {
    data: { saved: crypto.randomUUID(), name, query, kept: 'all' },
  });
  expect(saved.status(), await saved.text()).toBe(200);
  await line.getByRole('button', { name: /Удалить/ }).click();
  await expect(page.getByTestId('broken-filters')).toContainText(`По ней ищут сохранённые фильтры: «${name}».`);
});

test('a star and a changed note show in every open window, however far up they stand', async ({ app, browserOf }) => {
  const { sandbox } = app.house;
  const chat = await sandbox.buyerWrites(unique('Начало'));
  const page = await browserOf(app.server, app.owner);
  const other = await browserOf(app.server, app.owner);
  for (const one of [page, other]) {
    await visit(one, '/inbox?view=all');
    await openChat(one, chat);
  }
  await other.getByTestId('star').click();
  await expect(page.getByTestId('star')).toHaveAttribute('aria-pressed', 'true');

  await other.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await other.keyboard.press('Alt+KeyN');
  await noteField(other).fill('Первая мысль');
  await noteField(other).press('Control+Enter');
  await expect(page.getByText('Первая мысль')).toBeVisible();
  // The note is far above the newest page by now.
  for (let n = 0; n < 60; n += 1) {
    await sandbox.buyerWrites(`Сообщение ${n}`, chat);
    // In bits that the window can join to what it has.
    if (n % 20 === 19) await expect(bubble(page, `Сообщение ${n}`, 'in')).toBeVisible({ timeout: 60_000 });
  }
  await expect(page.getByText('Первая мысль')).toBeAttached();

  const note = page.locator('[data-testid="note"]').filter({ hasText: 'Первая мысль' });
  const noteId = await note.getAttribute('data-note-id');
  const edited = await other.request.post('/api/inbox/edit_note', {
    data: { chat: await idOf(other), note: noteId, text: 'Вторая мысль', mentions: [] },
  });
  expect(edited.status(), await edited.text()).toBe(200);
  await expect(page.getByText('Вторая мысль')).toBeAttached();
  await other.request.post('/api/inbox/delete_note', { data: { chat: await idOf(other), note: noteId } });
  await expect(page.getByText('Вторая мысль')).toHaveCount(0);
});

async function idOf(page: Page): Promise<string> {
  return (await page.locator('article[data-chat-id]').getAttribute('data-chat-id'))!;
}

test('what comes while somebody reads further up is not read', async ({ app, browserOf }) => {
  const { sandbox } = app.house;
  const chat = await sandbox.buyerWrites(unique('Начало'));
  for (let n = 0; n < 30; n += 1) await sandbox.buyerWrites(`Строка ${n}`, chat);
  const page = await browserOf(app.server, app.owner);
  await visit(page, '/inbox?view=all');
  await expect(row(page, chat)).toContainText('Строка 29', { timeout: 30_000 });
  await openChat(page, chat);
  const article = page.locator('article.window');
  await expect(article).toHaveAttribute('data-read', 'true');
  await page.locator('.messages-scroll').evaluate((scroller) => scroller.scrollTo(0, -600));
  await expect(page.getByRole('button', { name: 'К новым сообщениям' })).toBeVisible();
  const news = unique('И ещё одно');
  await sandbox.buyerWrites(news, chat);
  await expect(bubble(page, news, 'in')).toBeAttached();
  await expect(article).not.toHaveAttribute('data-read');
  // Longer than it takes to read what is in sight.
  const held = await page.evaluate(async () => {
    const began = performance.now();
    while (performance.now() - began < 2_000) await new Promise(requestAnimationFrame);
    return document.querySelector('article.window')!.hasAttribute('data-read');
  });
  expect(held).toBe(false);
  await page.locator('.to-newest').click();
  await expect(article).toHaveAttribute('data-read', 'true');
});
