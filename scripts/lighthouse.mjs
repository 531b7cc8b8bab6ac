// What Lighthouse says of the inbox, on a desk and on a phone.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { percentile, root } from './measuring.mjs';

const TIMES = 3;

/** Each category three times, the middle counts: a busy machine must not decide. */
export function lighthouse({ server, cookie }, folder, note) {
  const cache = process.env.AGENTIQ_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'agentiq');
  const program = join(cache, 'lighthouse/node_modules/.bin/lighthouse');
  spawnSync(join(root, 'scripts/setup'), ['lighthouse'], { stdio: 'inherit' });
  if (!existsSync(program)) return console.error('no Lighthouse: scripts/setup lighthouse installs it');
  const headers = join(folder, 'headers.json');
  writeFileSync(headers, JSON.stringify({ Cookie: cookie }));
  const env = { ...process.env, CHROME_PATH: process.env.CHROMIUM || '/usr/bin/chromium' };
  for (const [preset, name] of [['desktop', 'desk'], ['perf', 'phone']]) {
    const scores = { performance: [], accessibility: [], 'best-practices': [] };
    for (let n = 0; n < TIMES; n += 1) {
      const out = join(folder, `lighthouse-${preset}-${n}.json`);
      const args = [`${server.url}/inbox`, '--quiet', '--output=json', `--output-path=${out}`, `--extra-headers=${headers}`,
        '--chrome-flags=--headless=new --no-sandbox', `--only-categories=${Object.keys(scores).join(',')}`];
      if (preset === 'desktop') args.push('--preset=desktop');
      const done = spawnSync(program, args, { env, encoding: 'utf8' });
      if (done.status !== 0) return console.error(`Lighthouse: ${done.stderr.slice(-600)}`);
      const { categories } = JSON.parse(readFileSync(out, 'utf8'));
      for (const [id, list] of Object.entries(scores)) list.push(categories[id].score * 100);
    }
    const floor = { performance: 95, accessibility: 100 };
    for (const [id, list] of Object.entries(scores)) note(`Lighthouse, ${name}: ${id}`, percentile(list, 50), '', undefined, floor[id]);
  }
}
