/**
 * The house under test: a database of its own, a sandbox of Ozon, one or more servers. Everything is the real program,
 * started as a person would start it, on free ports of the loopback address.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The demo account of the sandbox; the others differ from it in what is wrong with them. */
export const OZON = {
  key: '5e7e7200-4d1c-4f00-9a11-0a2f6c3b8d41',
  shop: 'Север Маркет',
  good: '100200',
  giant: '100299',
  keyWithoutChats: '100201',
  noPremiumPlus: '100202',
  deactivatedKey: '100203',
  keyBoundElsewhere: '100204',
  offerNotSigned: '100205',
} as const;

/** The sandbox's bot of Telegram, and the chat that it is in. */
export const TELEGRAM = { token: '110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw', chat: '-1001234567890' } as const;

/** What the sandbox's language models want to be shown. */
export const MODELS = { key: 'sk-sandbox-4f6d0c1e', folder: 'b1gsandbox0folder' } as const;

export type Role = 'owner' | 'admin' | 'operator' | 'viewer';

export interface Person {
  email: string;
  name: string;
  password: string;
}

/** A build of the program: what is run, and where what browsers get from it lies. */
export interface Build {
  bin: string;
  site: string;
}

/** The build under test. */
export const BUILD: Build = { bin: required('AGENTIQ_BIN'), site: required('LEPTOS_SITE_ROOT') };
/** A build of an earlier version that this one has to follow, where there is one (scripts/roll). */
export const EARLIER: Build | undefined = process.env.AGENTIQ_EARLIER_BIN
  ? { bin: process.env.AGENTIQ_EARLIER_BIN, site: required('AGENTIQ_EARLIER_SITE') }
  : undefined;
const ADMIN_DATABASE = required('DATABASE_URL');
let databases = 0;

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: start the tests with scripts/e2e`);
  return value;
}

/** A program that runs until it is told to stop. */
class Running {
  readonly log: string[] = [];
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;

  constructor(args: string[], env: NodeJS.ProcessEnv, build = BUILD) {
    this.#child = spawn(build.bin, args, { env: { ...env, LEPTOS_SITE_ROOT: build.site }, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child.stdout!.on('data', (chunk: Buffer) => this.log.push(chunk.toString()));
    this.#child.stderr!.on('data', (chunk: Buffer) => this.log.push(chunk.toString()));
    this.#ended = new Promise((resolve) => this.#child.once('exit', () => resolve()));
  }

  /** Waits for a line and gives what the pattern has caught. */
  async says(pattern: RegExp, patience = 30_000): Promise<string> {
    const deadline = Date.now() + patience;
    const ended = this.#ended.then(() => 'ended' as const);
    for (;;) {
      const found = this.log.join('').match(pattern);
      if (found) return found[1] ?? found[0];
      const rest = deadline - Date.now();
      const heard = new Promise<'heard'>((resolve) => {
        this.#child.stdout!.once('data', () => resolve('heard'));
        this.#child.stderr!.once('data', () => resolve('heard'));
      });
      const why = await Promise.race([heard, ended, timeout(rest)]);
      // What it said last may have arrived together with its end.
      if (why !== 'heard' && !pattern.test(this.log.join(''))) {
        throw new Error(`waited for ${pattern} (${why}), but it said:\n${this.log.join('')}`);
      }
    }
  }

  /** Asks it to end, as an operating system does. */
  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill('SIGTERM');
    const why = await Promise.race([this.#ended, timeout(15_000)]);
    if (why === 'too long') {
      this.#child.kill('SIGKILL');
      await this.#ended;
      throw new Error(`did not end within 15 s of SIGTERM:\n${this.log.join('').slice(-4_000)}`);
    }
  }

  /** Ends it without a word, as a power cut does. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }
}

function timeout(milliseconds: number): Promise<'too long'> {
  return new Promise((resolve) => setTimeout(() => resolve('too long'), Math.max(milliseconds, 0)).unref());
}

/** Runs a command to its end. */
function run(args: string[], env: NodeJS.ProcessEnv, input = '', build = BUILD): Promise<{ code: number | null; out: string; err: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(build.bin, args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, out, err }));
    // A command that refuses at once does not read.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}

/** A server process. */
export class Server {
  constructor(
    readonly url: string,
    readonly process: Running,
  ) {}

  get port(): string {
    return new URL(this.url).port;
  }
}

export interface SandboxMessage {
  id: string;
  sender: 'buyer' | 'seller' | 'bot' | 'support' | 'notification';
  part: { text?: string };
  by_api: boolean;
}

export interface SandboxOrder {
  number: string;
  postings: { number: string }[];
}

/** The sandbox's control plane. */
export class Sandbox {
  constructor(
    readonly url: string,
    readonly process: Running,
  ) {}

  /** A buyer writes, in a new chat unless one is named. Gives the chat's id on Ozon. */
  async buyerWrites(text: string, chat?: string): Promise<string> {
    const answer = await this.#post<{ chat_id: string }>('buyer', { text, chat_id: chat });
    return answer.chat_id;
  }

  /** A buyer sends a picture, in a new chat unless one is named. Gives the chat's id on Ozon. */
  async buyerShows(picture: string, chat?: string): Promise<string> {
    const answer = await this.#post<{ chat_id: string }>('buyer', { picture, chat_id: chat });
    return answer.chat_id;
  }

  /** The shop answers in Ozon's own cabinet. */
  async cabinetWrites(chat: string, text: string): Promise<void> {
    await this.#post('cabinet', { chat_id: chat, text });
  }

  /** A chat about a new order, in which the buyer writes. */
  async chatAboutOrder(wish: Record<string, unknown>, text: string): Promise<{ chat: string; order: SandboxOrder }> {
    const answer = await this.#post<{ chat_id: string; order: SandboxOrder }>('order', { ...wish, chat: true, text });
    return { chat: answer.chat_id, order: answer.order };
  }

  /** An order that no chat names. */
  async order(wish: Record<string, unknown> = {}): Promise<SandboxOrder> {
    return (await this.#post<{ order: SandboxOrder }>('order', wish)).order;
  }

  /** Ozon takes no more messages in a chat, until its buyer writes. */
  async closeWindow(chat: string): Promise<void> {
    await this.#post('window', { chat_id: chat, closes_in_ms: 0 });
  }

  async messages(chat: string): Promise<SandboxMessage[]> {
    return this.#get(`chats/${chat}/messages`);
  }

  /** Texts of a chat that came through the API, oldest first. */
  async sent(chat: string): Promise<string[]> {
    const sends = await this.#get<{ chat_id: string; text: string }[]>('sends');
    return sends.filter((send) => send.chat_id === chat).map((send) => send.text);
  }

  /** Makes everything written in a chat so far older; before the shop is connected, because times are read once. */
  async backdate(chat: string, milliseconds: number): Promise<void> {
    await this.#post('backdate', { chat_id: chat, by_ms: milliseconds });
  }

  /** New chats with so many messages each. Gives their ids on Ozon. */
  async burst(chats: number, perChat: number): Promise<string[]> {
    return (await this.#post<{ chats: string[] }>('burst', { chats, per_chat: perChat })).chats;
  }

  /** Gives the giant account so many chats. */
  async resizeGiant(chats: number): Promise<void> {
    await this.#post('giant', { chats });
  }

  /** Faults in force from now on; without any, everything works. */
  async faults(faults: Record<string, unknown> = {}): Promise<void> {
    await this.#post('faults', faults);
  }

  /** Faults of the language models in force from now on; without any, all of them answer at once. */
  async modelFaults(faults: Record<string, unknown> = {}): Promise<void> {
    await this.#post('models/faults', faults);
  }

  /** What the language models were asked, oldest first. */
  async modelCalls(): Promise<{ provider: string; model: string; prompt: string; is_done: boolean }[]> {
    return this.#get('models/calls');
  }

  /** Faults of Telegram in force from now on; without any, messages arrive. */
  async telegramFaults(faults: Record<string, unknown> = {}): Promise<void> {
    await this.#post('telegram/faults', faults);
  }

  /** Texts that were written to Telegram, oldest first. */
  async telegramMessages(): Promise<{ chat: string; text: string }[]> {
    return this.#get('telegram/messages');
  }

  /** Switches the demo shop's key off, as a person does in Ozon's cabinet, or on again. */
  async keyWorks(works: boolean): Promise<void> {
    await this.#post('account', { client_id: OZON.good, key_active: works });
  }

  async #get<T>(path: string): Promise<T> {
    const response = await fetch(`${this.url}/_sandbox/${path}`);
    if (!response.ok) throw new Error(`sandbox: GET ${path}: ${response.status} ${await response.text()}`);
    return response.json() as Promise<T>;
  }

  async #post<T>(path: string, body: unknown): Promise<T> {
    const response = await fetch(`${this.url}/_sandbox/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`sandbox: POST ${path}: ${response.status} ${await response.text()}`);
    return response.json() as Promise<T>;
  }
}

/** A database, a sandbox, a data directory and the servers on them. */
export class House {
  readonly servers: Server[] = [];
  /** What servers and commands are started of from now on. */
  build = BUILD;

  private constructor(
    readonly database: string,
    readonly dataDir: string,
    readonly sandbox: Sandbox,
    readonly env: NodeJS.ProcessEnv,
  ) {}

  /** An empty house: nobody has set anything up. */
  static async open(worker: number): Promise<House> {
    const database = `e2e_${process.pid}_${worker}_${(databases += 1)}`;
    const made = await run(['postgres', 'create', database], process.env);
    const databaseUrl = made.out.trim().split('\n').at(-1) ?? '';
    if (made.code !== 0 || !databaseUrl.startsWith('postgres')) throw new Error(`no database: ${made.out}${made.err}`);
    const dataDir = await mkdtemp(join(tmpdir(), 'agentiq-e2e-'));
    const running = new Running(['sandbox', '--addr', '127.0.0.1:0', '--buyers', 'off'], process.env);
    const sandbox = new Sandbox(await running.says(/sandbox listening on (http:\S+)/), running);
    const env: NodeJS.ProcessEnv = {
      ...process.env,
      DATABASE_URL: databaseUrl,
      AGENTIQ_DATA_DIR: dataDir,
      AGENTIQ_OZON_URL: sandbox.url,
      AGENTIQ_DEEPSEEK_URL: `${sandbox.url}/models/deepseek`,
      AGENTIQ_YANDEX_AI_URL: `${sandbox.url}/models/yandex/v1`,
      AGENTIQ_TELEGRAM_URL: `${sandbox.url}/telegram`,
      AGENTIQ_MODEL_NETWORKS: '127.0.0.0/8',
      AGENTIQ_POLL_INTERVAL: '1s',
      AGENTIQ_URGENT_POLL_INTERVAL: '1s',
      AGENTIQ_SEND_TIMEOUT: '2s',
      // Most tests are about what comes after.
      AGENTIQ_UNDO_PAUSE: '0s',
      AGENTIQ_CLOCK_FILE: join(dataDir, 'ahead'),
    };
    return new House(database, dataDir, sandbox, env);
  }

  /** Starts a server; several may share the house. */
  async serve(address = '127.0.0.1:0', args: string[] = []): Promise<Server> {
    const running = new Running(['serve', ...args], { ...this.env, AGENTIQ_ADDR: address }, this.build);
    // The sandbox prints a similar line in demo mode.
    const server = new Server(await running.says(/(?:^|\n|\s)listening on (http:\S+)/), running);
    this.servers.push(server);
    return server;
  }

  /** Puts the clocks of the servers ahead of the world's, also of those that are started later. The sandbox keeps the world's time. */
  async ahead(seconds: number): Promise<void> {
    const file = join(this.dataDir, 'ahead');
    await writeFile(`${file}.new`, String(Math.round(seconds)));
    await rename(`${file}.new`, file);
  }

  /** Runs a command of the program on this house's database. */
  cli(args: string[], input = ''): Promise<{ code: number | null; out: string; err: string }> {
    return run(args, this.env, input, this.build);
  }

  async addPerson(role: Role, name: string = role, email = `${role}-${crypto.randomUUID().slice(0, 8)}@example.ru`): Promise<Person> {
    const password = `пароль ${crypto.randomUUID()}`;
    const done = await this.cli(['user', 'add', '--email', email, '--name', name, '--role', role], `${password}\n`);
    if (done.code !== 0) throw new Error(`user add: ${done.out}${done.err}`);
    return { email, name, password };
  }

  /** Connects the sandbox's demo shop. */
  async addSeller(name: string = OZON.shop): Promise<void> {
    const done = await this.cli(
      ['seller', 'add', '--marketplace', 'ozon', '--name', name, '--client-id', OZON.good],
      `${OZON.key}\n`,
    );
    if (done.code !== 0) throw new Error(`seller add: ${done.out}${done.err}`);
  }

  /** Stops everything and removes what was made. */
  async close(): Promise<void> {
    const stopped = await Promise.allSettled([...this.servers, this.sandbox].map((one) => one.process.stop()));
    await run(['postgres', 'drop', this.database], { ...process.env, DATABASE_URL: ADMIN_DATABASE });
    await rm(this.dataDir, { recursive: true, force: true });
    const failed = stopped.find((one) => one.status === 'rejected');
    if (failed) throw failed.reason;
  }

  /** What the servers have said, for a failed test. */
  logs(): string {
    return this.servers.map((server) => `--- ${server.url}\n${server.process.log.join('')}`).join('\n');
  }
}
