// What a few questions cost as a shop grows, and its drawing: both axes by tenfolds, so that a flat line is a flat cost.
import { ask, percentile, times } from './measuring.mjs';

const QUESTIONS = {
  'list «waiting»': ({ page }) => page('waiting', 'deadline'),
  'list «all»': ({ page }) => page('all', 'newest'),
  'open a chat': ({ open }, n) => open(n),
  'search «заказ»': ({ find }) => find('заказ'),
};
const COLOURS = ['#2255cc', '#b3541e', '#1b7f4b', '#8a3ab9'];

/** Asks each of them `runs` times in a shop of `chats`; middle values in ms. */
export async function costs(url, cookie, chats, runs) {
  const page = (view, sort) => ask(url, cookie, 'inbox/chats', { query: { view, sort, seller: null, filter: null }, after: null });
  const rows = (await page('all', 'newest')).page.items;
  const open = (n) => ask(url, cookie, 'inbox/open', { chat: rows[n % rows.length].id });
  const find = (text) => ask(url, cookie, 'search/find', { query: { text, seller: null }, after: null });
  const measured = {};
  for (const [name, work] of Object.entries(QUESTIONS)) {
    measured[name] = (await times(runs, (n) => work({ page, open, find }, n))).p50;
  }
  return { chats, measured };
}

/** A plot of such costs, the smallest shop first. */
export function plot(shops) {
  const [width, height, left, top] = [560, 260, 60, 20];
  const all = shops.flatMap(({ measured }) => Object.values(measured));
  const [low, high] = [Math.floor(Math.log10(Math.min(...all))), Math.ceil(Math.log10(percentile(all, 100)) + 0.01)];
  const [from, to] = [Math.log10(shops[0].chats), Math.log10(shops.at(-1).chats)];
  const x = (chats) => left + ((Math.log10(chats) - from) / Math.max(to - from, 1e-9)) * width;
  const y = (ms) => top + height - ((Math.log10(ms) - low) / (high - low)) * height;
  const lines = Object.keys(QUESTIONS).map((name, n) => {
    const points = shops.map(({ chats, measured }) => `${x(chats).toFixed(1)},${y(measured[name]).toFixed(1)}`);
    return `<polyline points="${points.join(' ')}" fill="none" stroke="${COLOURS[n]}" stroke-width="2"/>
<text x="${left + 10 + n * 140}" y="${top + height + 44}" fill="${COLOURS[n]}">${name}</text>`;
  });
  const across = Array.from({ length: high - low + 1 }, (_, n) => {
    const ms = 10 ** (low + n);
    return `<path d="M${left} ${y(ms)}h${width}" stroke="#ccc"/><text x="${left - 8}" y="${y(ms) + 4}" text-anchor="end">${ms} ms</text>`;
  });
  const below = shops.map(({ chats }) => {
    const words = `${chats.toLocaleString('en')} chats`;
    return `<text x="${x(chats)}" y="${top + height + 20}" text-anchor="middle">${words}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${left + width + 60} ${top + height + 60}" font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="#fff"/>
${[...across, ...below, ...lines].join('\n')}
</svg>
`;
}
