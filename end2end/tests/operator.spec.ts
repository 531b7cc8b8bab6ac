/** An operator's day without a mouse: twenty chats, and the way from the log-in to an answer as a reader tells it. */
import type { Page } from '@playwright/test';
import { bubble, composer, expect, row, test, unique, visit } from '../app.ts';

const CHATS = 20;
/** What an answer may cost beside its text, on average. */
const MOST_KEYS = 4;

/** Somebody who only has a keyboard. Counts what is pressed; the text of an answer is not counted. */
class Hands {
  presses = 0;

  constructor(readonly page: Page) {}

  /** A key with whatever is held with it is one press. */
  async press(...chords: string[]): Promise<void> {
    for (const chord of chords) {
      this.presses += 1;
      await this.page.keyboard.press(chord);
    }
  }

  /** Letters that look for something are presses as well. */
  async search(letters: string): Promise<void> {
    this.presses += [...letters].length;
    await this.page.keyboard.type(letters);
  }

  async write(text: string): Promise<void> {
    await this.page.keyboard.type(text);
  }
}

/** Notes everything that a pointer does, on every page of this browser. */
async function watchPointer(page: Page): Promise<() => Promise<string[]>> {
  await page.addInitScript(() => {
    const seen = ((window as unknown as { pointer: string[] }).pointer = [] as string[]);
    for (const kind of ['pointerdown', 'mousedown', 'mousemove', 'wheel', 'touchstart']) {
      window.addEventListener(kind, () => seen.push(kind), { capture: true, passive: true });
    }
  });
  return () => page.evaluate(() => (window as unknown as { pointer: string[] }).pointer);
}

const opened = (page: Page) => page.locator('article.window');

test('twenty chats are answered by keyboard alone', async ({ empty, browserOf }) => {
  test.setTimeout(240_000);
  const server = await empty.serve();
  await empty.addPerson('owner');
  const person = await empty.addPerson('operator', 'Анна Лис');
  await empty.addSeller();
  const asked = new Map<string, string>();
  for (let n = 1; n <= CHATS; n += 1) {
    const question = `Вопрос № ${n}: подойдёт ли размер ${30 + n}?`;
    asked.set(question, await empty.sandbox.buyerWrites(question));
  }
  const page = await browserOf(server, person);
  const kept = 'Добрый день! Трек-номер уже в личном кабинете.';
  const form = { id: crypto.randomUUID(), scope: { kind: 'mine' }, title: 'Трек', shortcut: 'трек', folder: '', body: kept };
  const saved = await page.request.post(`${server.url}/api/quick_replies/save`, { data: { form } });
  expect(saved.status(), await saved.text()).toBe(200);

  const pointer = await watchPointer(page);
  const hands = new Hands(page);
  await visit(page, '/inbox');
  await expect(page.locator('.list-tabs a[data-view="waiting"] .list-count')).toHaveText(String(CHATS), { timeout: 60_000 });

  const answered = new Map<string, string>();
  let before: string | null = null;
  for (let n = 0; n < CHATS; n += 1) {
    await test.step(`chat ${n + 1}`, async () => {
      await hands.press('Shift+KeyN');
      await expect(opened(page)).toBeVisible();
      await expect(opened(page)).not.toHaveAttribute('data-chat-id', before ?? '');
      before = await opened(page).getAttribute('data-chat-id');
      // What is read is what is answered: the question stands in the window, and the field is ready.
      const text = await opened(page).locator('[data-testid="message"][data-direction="in"]').last().textContent();
      const question = [...asked.keys()].find((question) => text?.includes(question));
      expect(question, text ?? '').toBeDefined();
      await expect(composer(page)).toBeFocused();

      const answer = n % 5 === 4 ? kept : unique(`Да, размер есть (${question!.match(/№ \d+/)![0]}).`);
      answered.set(asked.get(question!)!, answer);
      if (n % 5 === 4) {
        // A text that is kept ready.
        await hands.press('/');
        await hands.search('т');
        await expect(page.locator('#quick-replies [aria-selected="true"]')).toContainText('Трек');
        await hands.press('Enter');
        await expect(composer(page)).toHaveValue(kept);
      } else {
        await hands.write(answer);
      }
      if (n % 5 === 3) {
        // Sent first, closed after a look.
        await hands.press('Control+Enter');
        await expect(bubble(page, answer, 'out')).toBeVisible();
        await hands.press('Escape', 'KeyE');
        await expect(page.getByTestId('work-state')).toHaveText('Закрыт');
      } else {
        await hands.press('Control+Shift+Enter');
        await expect(bubble(page, answer, 'out')).toBeVisible();
        await hands.press('Escape');
      }
      await expect(composer(page)).not.toBeFocused();
    });
  }

  expect(answered.size, 'each chat was answered').toBe(CHATS);
  for (const [chat, answer] of answered) {
    await expect.poll(() => empty.sandbox.sent(chat), { message: answer }).toEqual([answer]);
  }
  // Nothing is left, and the next wish says so.
  await page.keyboard.press('Shift+KeyN');
  await expect(page.getByText('Свободных чатов, которые ждут ответа, не осталось.')).toBeVisible();
  expect(await pointer(), 'the mouse was not touched').toEqual([]);

  const each = hands.presses / CHATS;
  const report = `${CHATS} чатов, ${each.toFixed(1)} нажатия на чат (без текста ответов)`;
  console.log(report);
  test.info().annotations.push({ type: 'клавиатура', description: report });
  expect(each, report).toBeLessThanOrEqual(MOST_KEYS);
});

test('from the log-in to an answer, a note and a closed chat by keyboard, as a reader tells it', async ({ empty, browserOf }) => {
  const server = await empty.serve();
  await empty.addPerson('owner');
  const person = await empty.addPerson('operator', 'Анна Лис');
  await empty.addSeller();
  const chat = await empty.sandbox.buyerWrites('Где мой заказ?');
  const page = await browserOf(server);
  const pointer = await watchPointer(page);

  await test.step('log in', async () => {
    await visit(page, '/login');
    await expect(page.getByLabel('Почта')).toBeFocused();
    await page.keyboard.type(person.email);
    await page.keyboard.press('Tab');
    await expect(page.getByLabel('Пароль')).toBeFocused();
    await page.keyboard.type(person.password);
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(/\/inbox/);
    await page.locator('html[data-hydrated]').waitFor({ state: 'attached' });
    await expect(row(page, chat)).toBeVisible();
  });

  await test.step('the list', async () => {
    await page.keyboard.press('KeyJ');
    await expect(row(page, chat)).toBeFocused();
    await expect(page.getByRole('region', { name: 'Список чатов' })).toMatchAriaSnapshot(`
      - region "Список чатов":
        - search "Поиск":
          - searchbox "Поиск по всем чатам"
        - navigation "Список чатов":
          - link "Ждут 1"
          - link "Мои 0"
          - link "Ничьи 1"
        - button "Дай следующий"
        - combobox "Порядок чатов"
        - group "Быстрые фильтры":
          - button "Фильтр"
        - list "Список чатов":
          - listitem:
            - heading /До часа|Сегодня|Позже/ [level=2]
          - listitem:
            - link /Ozon Чат .* Где мой заказ\\? Первый ответ/
    `);
  });

  await test.step('the window', async () => {
    await page.keyboard.press('Enter');
    await expect(composer(page)).toBeFocused();
    await expect(page.getByRole('article', { name: 'Переписка' })).toMatchAriaSnapshot(`
      - article "Переписка":
        - heading /Ozon Чат/ [level=2]
        - paragraph: Север Маркет
        - button "Найти в этом чате"
        - button "Перейти в чате"
        - button "Заказ рядом с чатом" [expanded]
        - group "Действия с чатом":
          - button "Добавить в избранное"
          - button "Назначить"
          - button "Метки"
          - button "Приоритет"
          - button "Отложить"
          - button "Закрыть"
          - button "Закрыть и открыть следующий"
        - region "Заказ":
          - heading "Заказ" [level=3]
        - group "Сообщения":
          - list:
            - listitem: сегодня
            - listitem:
              - text: Покупатель
              - paragraph: Где мой заказ?
        - group "Что написать":
          - button "Ответ" [pressed]
          - button "Заметка"
        - button "Прикрепить файл"
        - textbox "Ответ покупателю"
        - button "Отправить"
        - group "Инструменты ответа":
          - button "Вставить быстрый ответ"
          - button "Вставить эмодзи"
          - button "Отправить позже"
    `);
  });

  await test.step('an answer, a note, and the chat is closed', async () => {
    const answer = unique('Уже в пути');
    await page.keyboard.type(answer);
    await page.keyboard.press('Control+Enter');
    await expect(bubble(page, answer, 'out')).toBeVisible();
    await page.keyboard.press('Alt+KeyN');
    const note = unique('Проверить завтра');
    await expect(page.getByRole('textbox', { name: 'Заметка для своих' })).toBeFocused();
    await page.keyboard.type(note);
    await page.keyboard.press('Control+Enter');
    await expect(page.getByTestId('note').filter({ hasText: note })).toBeVisible();
    // Out of the note, out of the answer, and close.
    await page.keyboard.press('Escape');
    await expect(composer(page)).toBeFocused();
    await page.keyboard.press('Escape');
    await page.keyboard.press('KeyE');
    await expect(page.getByTestId('work-state')).toHaveText('Закрыт');
    await expect.poll(() => empty.sandbox.sent(chat)).toEqual([answer]);
  });

  await test.step('the places of the product', async () => {
    await page.keyboard.press('KeyB');
    await expect(page.locator('#notices')).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(page.locator('#notices')).toBeHidden();
    await page.keyboard.press('Slash');
    await expect(page.getByTestId('search')).toBeFocused();
    await page.keyboard.type('заказ');
    await page.keyboard.press('Enter');
    await expect(page.getByTestId('message-hit').first()).toBeVisible();
    await page.keyboard.press('ArrowDown');
    await expect(page.locator('.search-hit').first()).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(opened(page)).toBeVisible();
    expect(await pointer(), 'the mouse was not touched').toEqual([]);
  });
});
