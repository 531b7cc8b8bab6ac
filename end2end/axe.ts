/** Accessibility by axe, at the looks in which pages have to hold. */
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test } from './app.ts';

const STANDARD = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

export interface Look {
  theme: 'light' | 'dark';
  width: number;
  height: number;
}

/** Both themes, desk and phone. */
export const LOOKS: readonly Look[] = [
  { theme: 'light', width: 1440, height: 900 },
  { theme: 'dark', width: 1440, height: 900 },
  { theme: 'light', width: 390, height: 844 },
  { theme: 'dark', width: 390, height: 844 },
];

/** Gives a page its look. */
export async function dress(page: Page, { theme, width, height }: Look): Promise<void> {
  await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
  await page.setViewportSize({ width, height });
}

/** `within` names an open menu or dialog: what it covers is out of reach on purpose. */
export async function expectAccessible(page: Page, what: string, within = 'html'): Promise<void> {
  await test.step(what, async () => {
    const { violations } = await new AxeBuilder({ page }).include(within).withTags(STANDARD).analyze();
    const told = violations.map((one) => ({
      rule: one.id,
      help: one.help,
      where: one.nodes.map((node) => `${node.target.join(' ')}: ${node.failureSummary}`),
    }));
    // Softly: the other pages are looked at all the same.
    expect.soft(told, what).toEqual([]);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect.soft(overflow, `${what} scrolls sideways`).toBeLessThanOrEqual(0);
  });
}
