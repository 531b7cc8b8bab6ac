// What measurements share: programs that are started and ended, people who are logged in, statistics, places in a document.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { cpus, totalmem } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const candidates = ['target/dist/agentiq', 'target/release/agentiq'].map((path) => join(root, path));
/** The program that is measured: AGENTIQ_BIN, or the release build. */
export const program = resolve(process.env.AGENTIQ_BIN ?? candidates.find(existsSync) ?? candidates[0]);

export function fail(text) {
  console.error(text);
  process.exit(1);
}

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/** Makes sure that there is a program, and a Postgres: without DATABASE_URL the script runs once more, on a throw-away one. */
export function withPostgres(script) {
  if (!existsSync(program)) fail(`${program} is missing: run make release, or say AGENTIQ_BIN`);
  if (process.env.DATABASE_URL) return;
  const again = ['postgres', 'run', '--', process.execPath, fileURLToPath(script), ...process.argv.slice(2)];
  process.exit(spawnSync(program, again, { stdio: 'inherit' }).status ?? 1);
}

const running = new Set();

/** A command that has to work; what it printed. */
export function once(args, env, input = '') {
  const done = spawnSync(program, args, { env, input, encoding: 'utf8', maxBuffer: 2 ** 26 });
  if (done.status !== 0) throw new Error(`agentiq ${args.join(' ')}: ${done.stdout}${done.stderr}`);
  return done.stdout.trim();
}

/** A process that goes on, once it has said `pattern`. */
export function start(args, env, pattern) {
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  child.once('exit', () => running.delete(child));
  let said = '';
  return new Promise((done, broken) => {
    const hear = (text) => {
      said = (said + text).slice(-20_000);
      const match = pattern.exec(said);
      if (match) done({ child, match, said: () => said });
    };
    child.stdout.setEncoding('utf8').on('data', hear);
    child.stderr.setEncoding('utf8').on('data', hear);
    child.once('exit', (code) => broken(new Error(`agentiq ${args[0]} ended with ${code}: ${said}`)));
  });
}

export async function stop(child, signal = 'SIGTERM') {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((done) => child.once('exit', done));
  child.kill(signal);
  await ended;
}

/** Ends everything that was started. */
export const stopAll = () => Promise.all([...running].map((child) => stop(child)));

export function freePort() {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

let databases = 0;

/** A database of its own; its address. */
export const database = () =>
  once(['postgres', 'create', `bench_${process.pid}_${(databases += 1)}`], process.env).split('\n').at(-1);

/** A server, when it answers. */
export async function serve(env) {
  const metricsPort = await freePort();
  const from = performance.now();
  const { child, match } = await start(
    ['serve'],
    { ...env, AGENTIQ_ADDR: '127.0.0.1:0', AGENTIQ_METRICS_ADDR: `127.0.0.1:${metricsPort}` },
    /(?:^|\n|\s)listening on (http:\S+)/,
  );
  const url = match[1];
  const ready = await fetch(`${url}/readyz`);
  if (!ready.ok) throw new Error(`not ready: ${ready.status}`);
  const seconds = (performance.now() - from) / 1000;
  const metrics = async () => (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
  return { child, url, seconds, metrics, process: () => resources(child.pid) };
}

/** The cookies of somebody who logs in. */
export async function logIn(url, email, password) {
  const answer = await fetch(`${url}/login`, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ email, password }).toString(),
  });
  const cookies = answer.headers.getSetCookie().map((one) => one.split(';')[0]);
  if (answer.status !== 303 || cookies.length === 0) throw new Error(`log-in of ${email}: ${answer.status}`);
  return cookies.join('; ');
}

/** Asks a server function. */
export async function ask(url, cookie, name, body) {
  const answer = await fetch(`${url}/api/${name}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', cookie },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${name}: ${answer.status} ${text.slice(0, 300)}`);
  return JSON.parse(text);
}

/** What a process holds: resident memory in MB, open files. */
export function resources(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const rss = Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
  return { rss, files: readdirSync(`/proc/${pid}/fd`).length };
}

/** The `nth` percentile. */
export function percentile(numbers, nth) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil((sorted.length * nth) / 100) - 1))] ?? NaN;
}

/** How long it takes, in ms, `runs` times after a few that do not count. */
export async function times(runs, work) {
  for (let n = 0; n < 3; n += 1) await work(n);
  const took = [];
  for (let n = 0; n < runs; n += 1) {
    const from = performance.now();
    await work(n);
    took.push(performance.now() - from);
  }
  return { p50: percentile(took, 50), p95: percentile(took, 95) };
}

export const whole = (n) => Math.round(n).toLocaleString('en').replaceAll(',', ' ');

/** Where and what was measured. */
export function origin() {
  const commit = spawnSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).stdout.trim();
  return {
    machine: `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown CPU'}, ${Math.round(totalmem() / 2 ** 30)} GB`,
    commit,
    build: /debug/.test(program) ? 'debug build' : 'release build',
    day: new Date().toISOString().slice(0, 10),
  };
}

/** Puts a section into docs/BENCHMARKS.md, between its marks. */
export function writeSection(name, text) {
  const file = join(root, 'docs/BENCHMARKS.md');
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [before, rest] = readFileSync(file, 'utf8').split(open);
  const after = rest?.split(close)[1];
  if (after === undefined) throw new Error(`${file} has no place for this: ${open} … ${close}`);
  writeFileSync(file, `${before}${open}\n${text}${close}${after}`);
}
