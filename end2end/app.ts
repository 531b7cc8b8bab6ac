/** What every test begins with: a house, pages that may not complain, and words for what people do. */
import { test as base, expect, type APIRequestContext, type BrowserContext, type Locator, type Page } from '@playwright/test';
import { House, type Person, type Server } from './house.ts';

export { expect };

/** A house with an owner and the sandbox's shop, one server, shared by the tests of a worker. */
export interface Furnished {
  house: House;
  server: Server;
  owner: Person;
}

interface Fixtures {
  /** A house of this test's own, in which nobody has set anything up. */
  empty: House;
  /** Complaints of the browser that this test provokes on purpose. One pattern: a list would be taken for options. */
  allowedErrors: RegExp;
  /** Opens another browser for somebody, with the same watch over its complaints. */
  browserOf: (server: Server, person?: Person) => Promise<Page>;
}

export const test = base.extend<Fixtures, { app: Furnished }>({
  app: [
    async ({}, use, worker) => {
      const house = await House.open(worker.workerIndex);
      const owner = await house.addPerson('owner', 'Мария Ветрова');
      const server = await house.serve();
      await house.addSeller();
      await use({ house, server, owner });
      await house.close();
    },
    { scope: 'worker', timeout: 120_000 },
  ],

  empty: async ({}, use, info) => {
    const house = await House.open(info.workerIndex);
    await use(house);
    if (info.status !== info.expectedStatus) await info.attach('servers', { body: house.logs() });
    await house.close();
  },

  allowedErrors: [/^\b$/, { option: true }],

  // Pages of the plain `page` fixture are watched too, and start at the shared house.
  baseURL: async ({ app }, use) => use(app.server.url),

  context: async ({ context, allowedErrors }, use) => {
    const complaints = watch(context, allowedErrors);
    await use(context);
    expect(complaints, 'the browser complained').toEqual([]);
  },

  browserOf: async ({ browser, allowedErrors, contextOptions }, use) => {
    const opened: { context: BrowserContext; complaints: string[] }[] = [];
    await use(async (server, person) => {
      const context = await browser.newContext({ ...contextOptions, baseURL: server.url });
      opened.push({ context, complaints: watch(context, allowedErrors) });
      if (person) await become(context, person, server.url);
      return context.newPage();
    });
    for (const { context, complaints } of opened) {
      expect(complaints, 'the browser complained').toEqual([]);
      await context.close();
    }
  },
});

/** Collects errors of pages: exceptions, console errors, violations of the content policy. */
function watch(context: BrowserContext, allowed: RegExp): string[] {
  const complaints: string[] = [];
  const note = (text: string) => {
    if (!allowed.test(text)) complaints.push(text);
  };
  // Ten frames of a panic are all panic machinery.
  void context.addInitScript(() => (Error.stackTraceLimit = 60));
  context.on('weberror', (error) => note(String(error.error())));
  context.on('console', (message) => {
    if (message.type() === 'error') note(`${message.text()} (${message.location().url})`);
    // Leptos warns when the browser's first drawing differs from the server's.
    if (message.type() === 'warning' && /hydrat/i.test(message.text())) note(message.text());
  });
  return complaints;
}

/** Logs in without drawing a page; the cookie goes to the context that the request belongs to. */
export async function logIn(request: APIRequestContext, person: Person, url: string): Promise<string> {
  const response = await request.post(`${url}/login`, {
    form: { email: person.email, password: person.password },
    maxRedirects: 0,
  });
  expect(response.status(), 'log-in is answered with a redirect').toBe(303);
  expect(response.headers().location, 'and not back to the form').not.toContain('/login');
  return response.headers()['set-cookie'] ?? '';
}

/** Sessions of this worker: logging in is slow on purpose, and limited. */
const sessions = new Map<string, string>();

/** Makes a new context somebody's, logging them in at most once per worker. */
async function become(context: BrowserContext, person: Person, url: string): Promise<void> {
  const known = sessions.get(person.email);
  if (!known) {
    sessions.set(person.email, await logIn(context.request, person, url));
    return;
  }
  const [name, ...value] = known.split(';')[0]!.split('=');
  await context.addCookies([{ name: name!, value: value.join('='), url, httpOnly: true, sameSite: 'Lax' }]);
}

/** Waits until the page answers to clicks. */
export async function ready(page: Page): Promise<void> {
  await page.locator('html[data-hydrated]').waitFor({ state: 'attached' });
}

/** Goes to an address and waits until the page answers to clicks. */
export async function visit(page: Page, address: string): Promise<void> {
  await page.goto(address);
  await ready(page);
}

/** The row of a chat, by its id on the marketplace. */
export function row(page: Page, chat: string): Locator {
  return page.locator(`[data-testid="chat-row"][data-external-id="${chat}"]`);
}

/** Opens a chat from the list and gives its id here. */
export async function openChat(page: Page, chat: string): Promise<string> {
  // Asked first: on a phone the conversation takes the place of the list.
  const id = await row(page, chat).getAttribute('data-chat-id');
  await row(page, chat).click();
  await expect(page).toHaveURL(new RegExp(`/inbox/${id}`));
  // The chat that was open before stays until this one is there.
  await expect(page.locator(`article[data-chat-id="${id}"]`)).toBeVisible();
  await expect(composer(page)).toBeVisible();
  return id!;
}

/** Where an answer is typed. */
export function composer(page: Page): Locator {
  return page.locator('textarea[data-testid="composer"], [data-testid="composer"] textarea');
}

/** The bubble with this text. */
export function bubble(page: Page, text: string, direction: 'in' | 'out'): Locator {
  return page.locator(`[data-testid="message"][data-direction="${direction}"]`).filter({ hasText: text });
}

/** States in which a reply has reached the marketplace. */
export const DELIVERED = /^(sent|visible|read)$/;

/** Types an answer and sends it with the keyboard. */
export async function answer(page: Page, text: string): Promise<void> {
  await composer(page).fill(text);
  await composer(page).press('Control+Enter');
}

/** Waits until everything that has come into the open chat counts as read. */
export async function haveRead(page: Page): Promise<void> {
  await expect(page.locator('article.window')).toHaveAttribute('data-read', 'true');
}

/** Marks the page, to see later that it was not loaded again. */
export async function mark(page: Page): Promise<() => Promise<void>> {
  await page.evaluate(() => ((window as unknown as { mark?: boolean }).mark = true));
  return async () => {
    const marked = await page.evaluate(() => (window as unknown as { mark?: boolean }).mark === true);
    expect(marked, 'the page was not loaded again').toBe(true);
  };
}

/** A text that no other test has written. */
export function unique(text: string): string {
  return `${text} ${crypto.randomUUID().slice(0, 8)}`;
}
