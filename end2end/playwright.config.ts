import { defineConfig } from '@playwright/test';

/** Started by scripts/e2e or scripts/test, which build the server and provide a throw-away Postgres. */
export default defineConfig({
  testDir: './tests',
  outputDir: './out/artifacts',
  fullyParallel: true,
  workers: 2,
  // A second try tells a slow machine from a real fault; what needed one is reported as flaky.
  retries: process.env.CI ? 1 : 0,
  forbidOnly: !!process.env.CI,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: [['list'], ['json', { outputFile: 'out/results.json' }], ['html', { open: 'never', outputFolder: 'out/report' }]],
  use: {
    locale: 'ru-RU',
    timezoneId: 'Europe/Moscow',
    colorScheme: 'light',
    reducedMotion: 'reduce',
    viewport: { width: 1440, height: 900 },
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
    launchOptions: { executablePath: process.env.CHROMIUM || '/usr/bin/chromium' },
  },
});
