import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, logIn, test } from '../app.ts';

/** Every endpoint, from the list that the server's own tests keep true. */
const ENDPOINTS = readFileSync(fileURLToPath(new URL('../../docs/endpoints.txt', import.meta.url)), 'utf8')
  .split('\n')
  .filter((line) => line && !line.startsWith('#'))
  .map((line) => `/api/${line.split(/\s+/)[0]}`);

const FOREIGN = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };

test('strangers are sent to the log-in page', async ({ app, request }) => {
  expect(ENDPOINTS.length).toBeGreaterThan(10);
  for (const address of ['/', '/inbox', '/sellers', '/inbox/0199f3a0-0000-7000-8000-000000000000']) {
    const response = await request.get(`${app.server.url}${address}`);
    expect(new URL(response.url()).pathname, address).toBe('/login');
    expect(response.status()).toBe(200);
  }
  for (const endpoint of ENDPOINTS) {
    const response = await request.post(`${app.server.url}${endpoint}`, { data: {} });
    expect(response.status(), endpoint).toBeGreaterThanOrEqual(400);
    expect(response.status(), endpoint).toBeLessThan(500);
    expect(await response.text(), endpoint).not.toContain('"id"');
  }
  const live = await request.get(`${app.server.url}/live?after=0`, { maxRedirects: 0 });
  expect(live.status()).toBe(401);
});

test('other sites cannot post in a person\'s name', async ({ app, request }) => {
  await logIn(request, app.owner, app.server.url);
  for (const endpoint of [...ENDPOINTS, '/login', '/logout', '/setup', '/preferences']) {
    const response = await request.post(`${app.server.url}${endpoint}`, { headers: FOREIGN, data: {} });
    expect(response.status(), endpoint).toBe(403);
  }
});

test('every page has its own nonce and the headers that protect it', async ({ app, request }) => {
  const policies = [];
  for (let n = 0; n < 2; n += 1) {
    const response = await request.get(`${app.server.url}/login`);
    const headers = response.headers();
    policies.push(headers['content-security-policy']);
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['referrer-policy']).toBeTruthy();
    const nonce = headers['content-security-policy']?.match(/'nonce-([^']+)'/)?.[1];
    expect(nonce).toBeTruthy();
    expect(await response.text()).toContain(`nonce="${nonce}"`);
  }
  expect(policies[0]).not.toBe(policies[1]);
  expect(policies[0]).not.toMatch(/script-src[^;]*'unsafe-inline'/);
  expect(policies[0]).toContain("frame-ancestors 'none'");
});

test('the session cookie is out of reach for scripts', async ({ app, context, page }) => {
  await page.goto('/login');
  await page.getByLabel('Почта').fill(app.owner.email);
  await page.getByLabel('Пароль').fill(app.owner.password);
  await page.getByRole('button', { name: 'Войти' }).click();
  await expect(page).toHaveURL(/\/inbox/);
  const session = (await context.cookies()).find((cookie) => cookie.name.includes('agentiq'));
  expect(session).toMatchObject({ httpOnly: true, sameSite: 'Lax', path: '/' });
});

test('assets are kept by browsers, pages are not', async ({ app, request }) => {
  const html = await (await request.get(`${app.server.url}/login`)).text();
  const assets = [...html.matchAll(/(?:href|src)="(\/pkg\/[^"]+)"/g)].map((found) => found[1]!);
  expect(assets.length).toBeGreaterThan(1);
  for (const asset of assets) {
    const response = await request.get(`${app.server.url}${asset}`);
    expect(response.status(), asset).toBe(200);
    expect(response.headers()['cache-control'], asset).toContain('immutable');
  }
  await logIn(request, app.owner, app.server.url);
  const page = await request.get(`${app.server.url}/inbox`);
  expect(page.headers()['cache-control'] ?? '').toMatch(/no-store|private|no-cache/);
});

test('health is told to whoever asks', async ({ app, request }) => {
  for (const address of ['/healthz', '/readyz']) {
    expect((await request.get(`${app.server.url}${address}`)).status(), address).toBe(200);
  }
});
