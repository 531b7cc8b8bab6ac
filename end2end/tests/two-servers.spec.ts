import { answer, bubble, DELIVERED, expect, haveRead, mark, openChat, test, unique, visit } from '../app.ts';

test('two people on two servers see each other\'s replies without a reload', async ({ app, browserOf }) => {
  const second = await app.house.serve();
  const colleague = await app.house.addPerson('operator', 'Олег Савин');
  const chat = await app.house.sandbox.buyerWrites(unique('Можно вернуть товар?'));

  const maria = await browserOf(app.server, app.owner);
  const oleg = await browserOf(second, colleague);
  for (const page of [maria, oleg]) {
    await visit(page, '/inbox');
    await openChat(page, chat);
  }
  const stayed = [await mark(maria), await mark(oleg)];

  const first = unique('Да, в течение семи дней.');
  await answer(maria, first);
  await expect(bubble(oleg, first, 'out')).toHaveAttribute('data-status', DELIVERED);

  await haveRead(oleg);
  const next = unique('Оформите возврат в приложении.');
  await answer(oleg, next);
  await expect(bubble(maria, next, 'out')).toHaveAttribute('data-status', DELIVERED);

  await expect.poll(() => app.house.sandbox.sent(chat)).toEqual([first, next]);
  for (const page of [maria, oleg]) {
    await expect(bubble(page, first, 'out')).toHaveCount(1);
    await expect(bubble(page, next, 'out')).toHaveCount(1);
  }
  await Promise.all(stayed.map((check) => check()));
});
