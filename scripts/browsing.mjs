// What a browser makes of it: how soon a list can be used, and how busy the page is while buyers write.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { percentile, root, sleep } from './measuring.mjs';

/** Buyers' messages a second while the page is watched, and for how long, in s. */
const PACE = 20;
const WATCHED = 10;
const CHATS = 40;

/** A Chromium, or nothing where the modules of the browser tests are not installed. */
async function browser() {
  try {
    const { chromium } = createRequire(join(root, 'end2end/package.json'))('@playwright/test');
    return await chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: ['--no-sandbox'] });
  } catch (error) {
    console.error(`no browser: ${String(error.message).split('\n')[0]} (scripts/setup test installs it)`);
    return null;
  }
}

/** Measures in a shop with living buyers. */
export async function browse({ server, cookie, buyerWrites }, runs, note) {
  const chromium = await browser();
  if (!chromium) return;
  const cookies = cookie.split('; ').map((one) => {
    const [name, ...value] = one.split('=');
    return { name, value: value.join('='), url: server.url };
  });
  /** A browser that has never been here. */
  const fresh = async () => {
    const context = await chromium.newContext({ viewport: { width: 1440, height: 900 } });
    await context.addCookies(cookies);
    return context;
  };
  const chats = [];
  for (let n = 0; n < CHATS; n += 1) chats.push(await buyerWrites(`Где мой заказ, ${n}?`));

  const [seen, usable] = [[], []];
  for (let n = 0; n < Math.min(runs, 10); n += 1) {
    const context = await fresh();
    const page = await context.newPage();
    const began = performance.now();
    await page.goto(`${server.url}/inbox?view=all`, { waitUntil: 'commit' });
    await page.getByTestId('chat-row').first().waitFor();
    seen.push(performance.now() - began);
    await page.locator('html[data-hydrated]').waitFor({ state: 'attached' });
    usable.push(performance.now() - began);
    await context.close();
  }
  note('browser with an empty cache: list seen, p50', percentile(seen, 50), 'ms');
  note('browser with an empty cache: list usable, p50', percentile(usable, 50), 'ms');

  const context = await fresh();
  const page = await context.newPage();
  await page.goto(`${server.url}/inbox?view=all`);
  await page.locator('html[data-hydrated]').waitFor({ state: 'attached' });
  await page.evaluate(() => {
    window.benchSeen = { long: 0, longest: 0, shift: 0 };
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) {
        window.benchSeen.long += duration;
        window.benchSeen.longest = Math.max(window.benchSeen.longest, duration);
      }
    }).observe({ type: 'longtask' });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.benchSeen.shift += entry.value;
    }).observe({ type: 'layout-shift' });
  });
  const from = performance.now();
  for (let n = 0; n < PACE * WATCHED; n += 1) {
    await buyerWrites(`Жду ответа, ${n}`, chats[n % chats.length]);
    await sleep(Math.max(0, from + ((n + 1) * 1000) / PACE - performance.now()));
  }
  const rate = (PACE * WATCHED * 1000) / (performance.now() - from);
  const { long, longest, shift } = await page.evaluate(() => window.benchSeen);
  note(`${rate.toFixed(0)} messages a second: the page is busy for longer than 50 ms`, long / WATCHED, 'ms/s');
  note('the longest such stretch', longest, 'ms');
  note('what moves by itself meanwhile (layout shift)', shift, '');
  await chromium.close();
}
