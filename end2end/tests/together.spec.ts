import type { Page } from '@playwright/test';
import { answer, bubble, composer, DELIVERED, expect, haveRead, openChat, test, unique, visit } from '../app.ts';

// A refused answer is a 422, and a stream that is cut off is one too many for the console.
test.use({ allowedErrors: /status of 422|ERR_FAILED/ });

const problem = (page: Page) => page.locator('#composer-problem');

test('two operators see each other, and one of them answers', async ({ app, browserOf }) => {
  const boris = await app.house.addPerson('operator', 'Борис Орлов');
  const chat = await app.house.sandbox.buyerWrites(unique('Подойдёт ли 44-й?'));
  const [maria, his] = [await browserOf(app.server, app.owner), await browserOf(app.server, boris)];
  for (const page of [maria, his]) {
    await visit(page, '/inbox');
    await openChat(page, chat);
  }
  const company = maria.getByTestId('company');
  await expect(company).toHaveText('Борис Орлов смотрит');
  await expect(his.getByTestId('company')).toHaveText('Мария Ветрова смотрит');
  await expect(maria.locator(`[data-external-id="${chat}"]`).getByTestId('row-company')).toContainText('БО');

  const text = unique('Да, подойдёт.');
  await composer(his).pressSequentially(text);
  await expect(company).toHaveText('Борис Орлов печатает…');
  await expect(maria.getByTestId('held')).toContainText('Борис Орлов отвечает');
  // Nothing is locked: the first try asks, the text stays.
  const hers = unique('Подойдёт, размер в размер.');
  await answer(maria, hers);
  await expect(problem(maria)).toContainText('Борис Орлов отвечает');
  await expect(composer(maria)).toHaveValue(hers);
  await expect(his.getByTestId('held')).toHaveCount(0);

  await composer(his).press('Control+Enter');
  await expect(bubble(maria, text, 'out')).toHaveAttribute('data-status', DELIVERED);
  await expect(maria.getByTestId('held')).toHaveCount(0);
  await expect(composer(maria)).toHaveValue(hers);
  await composer(maria).fill('');
  await expect.poll(() => app.house.sandbox.sent(chat)).toEqual([text]);

  await visit(his, '/sellers');
  await expect(company).toHaveCount(1);
  await expect(company).toHaveText('');
});

test('nothing goes over a message that was not read, and nothing twice', async ({ app, browserOf }) => {
  const boris = await app.house.addPerson('operator', 'Борис Орлов');
  const chat = await app.house.sandbox.buyerWrites(unique('Есть 44-й?'));
  const [deaf, heard] = [await browserOf(app.server, app.owner), await browserOf(app.server, boris)];
  // Her page hears no news: what comes is on the server and not before her eyes.
  await deaf.route('**/live?*', (route) => route.abort());
  // His page sees the chat come; it is there then when hers is loaded.
  for (const page of [heard, deaf]) {
    await visit(page, '/inbox');
    await openChat(page, chat);
  }
  const news = unique('Уже не нужно');
  await app.house.sandbox.buyerWrites(news, chat);
  await expect(bubble(heard, news, 'in')).toBeVisible();
  await expect(bubble(deaf, news, 'in')).toHaveCount(0);

  const text = unique('Есть, отправим сегодня.');
  await answer(deaf, text);
  await expect(problem(deaf)).toContainText('Покупатель написал, пока вы отвечали');
  await expect(bubble(deaf, news, 'in')).toBeInViewport();
  await expect(composer(deaf)).toHaveValue(text);
  await expect(bubble(deaf, text, 'out')).toHaveCount(0);
  expect(await app.house.sandbox.sent(chat)).toEqual([]);

  // A colleague is quicker; she is told that too.
  const his = unique('Хорошо, отменим.');
  await haveRead(heard);
  await expect(heard.getByTestId('held')).toHaveCount(0);
  await answer(heard, his);
  await expect(bubble(heard, his, 'out')).toHaveAttribute('data-status', DELIVERED);
  await haveRead(deaf);
  await composer(deaf).press('Control+Enter');
  await expect(problem(deaf)).toContainText('Борис Орлов');
  await expect(bubble(deaf, his, 'out')).toBeInViewport();
  await expect(composer(deaf)).toHaveValue(text);
  expect(await app.house.sandbox.sent(chat)).toEqual([his]);

  // Having read everything she decides to send.
  await haveRead(deaf);
  await composer(deaf).press('Control+Enter');
  await expect(composer(deaf)).toHaveValue('');
  await expect.poll(() => app.house.sandbox.sent(chat)).toEqual([his, text]);
});

test('a laptop that slept has missed nothing', async ({ app, browserOf }) => {
  const boris = await app.house.addPerson('operator', 'Борис Орлов');
  const chat = await app.house.sandbox.buyerWrites(unique('Когда придёт?'));
  const [asleep, awake] = [await browserOf(app.server, app.owner), await browserOf(app.server, boris)];
  // A proxy of our own around the stream, which can be cut.
  await asleep.addInitScript(() => {
    const sources: EventSource[] = [];
    const Real = window.EventSource;
    const cut = { is: false };
    Object.assign(window, {
      EventSource: class extends Real {
        constructor(address: string) {
          super(cut.is ? '/live-is-cut' : address);
          sources.push(this);
        }
      },
      sleep: () => {
        cut.is = true;
        for (const source of sources) {
          source.close();
          source.dispatchEvent(new Event('error'));
        }
      },
      wake: () => {
        cut.is = false;
        document.dispatchEvent(new Event('visibilitychange'));
      },
    });
  });
  await asleep.route('**/live-is-cut', (route) => route.abort());
  for (const page of [asleep, awake]) {
    await visit(page, '/inbox?view=all');
    await openChat(page, chat);
  }
  await expect(asleep.getByTestId('connection')).toHaveAttribute('data-state', 'online');
  await asleep.evaluate(() => (window as unknown as { sleep: () => void }).sleep());
  await expect(asleep.getByTestId('connection')).toHaveAttribute('data-state', 'offline');

  const missed = ['Раз', 'Два', 'Три'].map(unique);
  for (const text of missed) await app.house.sandbox.buyerWrites(text, chat);
  const another = await app.house.sandbox.buyerWrites(unique('Новый покупатель'));
  const his = unique('Завтра.');
  await expect(bubble(awake, missed[2]!, 'in')).toBeVisible();
  await haveRead(awake);
  await answer(awake, his);
  await expect(bubble(awake, his, 'out')).toHaveAttribute('data-status', DELIVERED);
  await expect(bubble(asleep, missed[0]!, 'in')).toHaveCount(0);

  await asleep.evaluate(() => (window as unknown as { wake: () => void }).wake());
  await expect(asleep.getByTestId('connection')).toHaveAttribute('data-state', 'online', { timeout: 30_000 });
  for (const text of missed) await expect(bubble(asleep, text, 'in')).toHaveCount(1);
  await expect(bubble(asleep, his, 'out')).toHaveAttribute('data-status', DELIVERED);
  await expect(asleep.locator(`[data-external-id="${another}"]`)).toBeVisible();
  await expect(asleep.getByTestId('company')).toHaveText('Борис Орлов смотрит');
});
