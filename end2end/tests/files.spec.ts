import { deflateSync } from 'node:zlib';
import type { Locator, Page } from '@playwright/test';
import { answer, bubble, composer, DELIVERED, expect, openChat, row, test, unique, visit } from '../app.ts';

/** A PNG of one colour, different every time. */
function png(width: number, height: number): Buffer {
  const chunk = (kind: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(kind, 'latin1'), data]);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // 8 bits of grey.
  header.set([8, 0, 0, 0, 0], 8);
  const line = Buffer.alloc(width + 1, Math.floor(Math.random() * 200) + 20);
  line[0] = 0;
  const pixels = deflateSync(Buffer.concat(Array.from({ length: height }, () => line)));
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))]);
}

function crc32(data: Buffer): number {
  let sum = 0xffffffff;
  for (const byte of data) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit += 1) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  }
  return (sum ^ 0xffffffff) >>> 0;
}

/** Collects layout shifts that nobody caused by typing or clicking, from now on. */
async function watchShifts(page: Page): Promise<() => Promise<number>> {
  await page.evaluate(() => {
    const seen = window as unknown as { shifts: number };
    seen.shifts = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as unknown as { value: number; hadRecentInput: boolean }[]) {
        if (!entry.hadRecentInput) seen.shifts += entry.value;
      }
    }).observe({ type: 'layout-shift' });
  });
  return () => page.evaluate(() => (window as unknown as { shifts: number }).shifts);
}

/** The size of a picture itself, once the browser has it. */
async function naturalSize(picture: Locator): Promise<[number, number]> {
  await expect
    .poll(() => picture.evaluate((it: HTMLImageElement) => it.complete && it.naturalWidth > 0))
    .toBe(true);
  return picture.evaluate((it: HTMLImageElement) => [it.naturalWidth, it.naturalHeight] as [number, number]);
}

const chosen = (page: Page) => page.getByTestId('chosen-file');

test('a picture of the buyer stands in the conversation in its own size', async ({ app, browserOf }) => {
  const { sandbox } = app.house;
  const question = unique('Пришла вот такая');
  const chat = await sandbox.buyerWrites(question);
  const page = await browserOf(app.server, app.owner);
  await visit(page, '/inbox');
  await openChat(page, chat);
  await expect(bubble(page, question, 'in')).toBeVisible();

  await sandbox.buyerShows(`${crypto.randomUUID()}.png`, chat);
  const picture = page.locator('[data-testid="message"][data-direction="in"] .attachment-image img');
  await expect(picture).toBeVisible();
  expect(await naturalSize(picture)).toEqual([160, 120]);
  const box = await picture.boundingBox();
  expect([Math.round(box!.width), Math.round(box!.height)]).toEqual([160, 120]);

  await test.step('after a reload its room is there before it is', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    // Comes late, and not out of the cache: what is below must stand where it will stand.
    await page.route('**/files/*/thumb', async (route) => {
      await held;
      await route.continue();
    });
    await page.reload({ waitUntil: 'domcontentloaded' });
    await page.locator('html[data-hydrated]').waitFor({ state: 'attached' });
    await expect(composer(page)).toBeVisible();
    const shifts = await watchShifts(page);
    const before = await picture.boundingBox();
    release();
    await naturalSize(picture);
    expect(await picture.boundingBox()).toEqual(before);
    expect(await shifts()).toBe(0);
  });

  await test.step('the whole picture opens behind it and cannot do anything', async () => {
    const address = await picture.locator('xpath=..').getAttribute('href');
    const response = await page.request.get(address!);
    expect(response.status()).toBe(200);
    expect(response.headers()['content-type']).toBe('image/png');
    expect(response.headers()['content-security-policy']).toContain('sandbox');
  });
});

test('a chosen picture and a text beside it are sent in order', async ({ app, browserOf }) => {
  const { sandbox } = app.house;
  const chat = await sandbox.buyerWrites(unique('Покажите, как выглядит'));
  const page = await browserOf(app.server, app.owner);
  await visit(page, '/inbox');
  await openChat(page, chat);
  const name = `${crypto.randomUUID()}.png`;
  await page.getByTestId('attach-input').setInputFiles({ name, mimeType: 'image/png', buffer: png(320, 200) });
  await expect(chosen(page)).toHaveAttribute('data-state', 'ready');
  await expect(chosen(page)).toContainText(name);
  const text = unique('Вот так');
  await answer(page, text);
  await expect(chosen(page)).toHaveCount(0);

  const sent = page.locator('[data-testid="message"][data-direction="out"]').filter({ has: page.locator('.attachment-image') });
  await expect(sent).toHaveAttribute('data-status', DELIVERED);
  const picture = sent.locator('img');
  expect(await naturalSize(picture)).toEqual([320, 200]);
  await expect(bubble(page, text, 'out')).toHaveAttribute('data-status', DELIVERED);
  await expect.poll(() => sandbox.sent(chat)).toEqual([name, text]);
  await visit(page, '/inbox?view=waiting');
  await expect(row(page, chat)).toHaveCount(0);
});

test('what cannot be sent is said before anything is uploaded', async ({ app, browserOf }) => {
  const chat = await app.house.sandbox.buyerWrites(unique('Пришлите договор'));
  const page = await browserOf(app.server, app.owner);
  await visit(page, '/inbox');
  await openChat(page, chat);
  const uploads: string[] = [];
  page.on('request', (request) => {
    if (request.url().includes('/upload/')) uploads.push(request.url());
  });
  await page.getByTestId('attach-input').setInputFiles([
    { name: 'virus.exe', mimeType: 'application/octet-stream', buffer: Buffer.from('MZ') },
    { name: 'big.pdf', mimeType: 'application/pdf', buffer: Buffer.alloc(5 * 1024 * 1024 + 1, '%PDF-') },
  ]);
  await expect(chosen(page)).toHaveCount(2);
  await expect(chosen(page).first()).toContainText('Такие файлы не отправляются');
  await expect(chosen(page).last()).toContainText('больше 5');
  expect(uploads).toEqual([]);
  await expect(page.getByTestId('send')).toBeDisabled();
  await composer(page).fill('Печатать можно');
  await page.getByRole('button', { name: 'Убрать файл «virus.exe»' }).click();
  await page.getByRole('button', { name: 'Убрать файл «big.pdf»' }).click();
  await expect(chosen(page)).toHaveCount(0);
  await expect(page.getByTestId('send')).toBeEnabled();
  await expect(composer(page)).toHaveValue('Печатать можно');
});

test.describe('with a proxy that fails once', () => {
  test.use({ allowedErrors: /502/ });

  test('files stay with their chat and an upload that failed is tried again', async ({ app, browserOf }) => {
    const { sandbox } = app.house;
    const [here, there] = [await sandbox.buyerWrites(unique('Первый')), await sandbox.buyerWrites(unique('Второй'))];
    const page = await browserOf(app.server, app.owner);
    await visit(page, '/inbox');
    await openChat(page, here);
    // The proxy before the server is away for a moment.
    await page.route('**/upload/**', (route) => route.fulfill({ status: 502, body: 'Bad Gateway' }), { times: 1 });
    await page.getByTestId('attach-input').setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: png(40, 40) });
    await expect(chosen(page)).toHaveAttribute('data-state', 'failed');
    await openChat(page, there);
    await expect(chosen(page)).toHaveCount(0);
    await openChat(page, here);
    await expect(chosen(page)).toHaveAttribute('data-state', 'failed');
    await page.getByRole('button', { name: 'Загрузить снова файл «a.png»' }).click();
    await expect(chosen(page)).toHaveAttribute('data-state', 'ready');
    await page.getByTestId('send').click();
    await expect.poll(() => sandbox.sent(here)).toEqual(['a.png']);
    expect(await sandbox.sent(there)).toEqual([]);
  });
});
