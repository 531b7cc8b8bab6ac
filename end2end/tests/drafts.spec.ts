import { composer, expect, openChat, ready, test, unique, visit } from '../app.ts';

test('a draft outlives another chat, a reload and another browser', async ({ app, browserOf }) => {
  const one = await app.house.sandbox.buyerWrites(unique('Первый вопрос'));
  const two = await app.house.sandbox.buyerWrites(unique('Второй вопрос'));
  const page = await browserOf(app.server, app.owner);
  await visit(page, '/inbox');

  await openChat(page, one);
  const first = unique('Начало первого ответа');
  await composer(page).pressSequentially(first);
  await openChat(page, two);
  await expect(composer(page)).toHaveValue('');
  const second = unique('Начало второго ответа');
  await composer(page).pressSequentially(second);

  await openChat(page, one);
  await expect(composer(page)).toHaveValue(first);
  await openChat(page, two);
  await expect(composer(page)).toHaveValue(second);

  await page.reload();
  await ready(page);
  await expect(composer(page)).toHaveValue(second);

  await test.step('elsewhere too, once the server has it', async () => {
    const address = new URL(page.url()).pathname;
    await expect
      .poll(async () => (await (await page.request.get(address)).text()).includes(second))
      .toBe(true);
    const elsewhere = await browserOf(app.server, app.owner);
    await visit(elsewhere, address);
    await expect(composer(elsewhere)).toHaveValue(second);
  });
});

test('what was typed before the page answers to clicks is not lost', async ({ app, browserOf }) => {
  const chat = await app.house.sandbox.buyerWrites(unique('Вопрос'));
  const page = await browserOf(app.server, app.owner);
  await visit(page, '/inbox');
  await openChat(page, chat);
  const address = page.url();
  // The program comes late, as on a slow line.
  let release = () => {};
  const late = new Promise<void>((resolve) => (release = resolve));
  await page.route('**/*.wasm', async (route) => {
    await late;
    await route.continue();
  });
  await page.goto(address, { waitUntil: 'commit' });
  const text = unique('Напечатано сразу');
  await composer(page).fill(text);
  release();
  await ready(page);
  await expect(composer(page)).toHaveValue(text);
});
