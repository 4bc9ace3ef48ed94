/** The real binary with a data folder of its own, started once for all stories, and others for single ones. */
import { spawn, spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SCRIPTS = join(import.meta.dirname, '../../../scripts');
/** Seeding embeds two dozen documents with a debug build, perhaps on a busy machine. */
const SEED_WITHIN = 300_000;
const STOP_WITHIN = 20_000;
/** What the server may see of our environment: no key, no database and no port of the developer's. */
const PASSED = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'PARLANCE_POSTGRES_DIR', 'PARLANCE_MODEL_DIR'];

export const server = {
  /** `http://localhost:…`; stays the same over restarts. */
  origin: '',
};

/** @type {Awaited<ReturnType<typeof settle>>} */
let home;

export async function startServer() {
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
  // Stories ask the same questions and watch the answers being written, which takes long enough to
  // do something meanwhile on a busy machine.
  home = await settle({ ANSWER_CACHE_MB: '0', EXTRACTIVE_WORDS_PER_SECOND: '10' });
  server.origin = await home.launch('0');
}

/** Ends as a power cut would and is there again at the same address. */
export async function crash() {
  await home.end('SIGKILL');
  await home.launch(new URL(server.origin).port);
}

export const stopServer = () => home?.leave();

/** One more, without the demo, with `settings` of its own. `command` runs one of the command line's beside it. Ends with `stop()`. */
export async function startAnother(settings) {
  const other = await settle({ DEMO: 'off', ...settings });
  return { origin: await other.launch('0'), command: other.command, stop: other.leave };
}

/** Runs SQL in the private Postgres, for what has no screen yet. */
export function sql(statement) {
  const { status, stderr } = spawnSync(join(SCRIPTS, 'psql.sh'), ['--quiet', '--set', 'ON_ERROR_STOP=1', '--command', statement], {
    env: { ...process.env, DATA_DIR: home.data },
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
}

/** Every story logs in as the same few people. */
const ALL_LOG_IN = '200/200';

/** Of everything as much as stories like. */
const PLANS = join(import.meta.dirname, '../../it/support/plans.toml');

/** A data folder, and the process that has it. */
async function settle(settings) {
  if (!process.env.PARLANCE_BIN) throw new Error('PARLANCE_BIN is not set: run scripts/test.sh, or set it to target/debug/parlance');
  const binary = process.env.PARLANCE_BIN;
  const data = await mkdtemp(join(tmpdir(), 'parlance-browser-'));
  // As root the private Postgres runs as another user, who must be able to enter.
  await chmod(data, 0o755);
  /** @type {import('node:child_process').ChildProcess | undefined} */
  let child;

  /** Also when this process is told to end: no server, no Postgres and no data stay behind. */
  const leaveNothing = () => {
    child?.kill('SIGKILL');
    spawnSync(join(SCRIPTS, 'stop-postgres.sh'), [data]);
    rmSync(data, { recursive: true, force: true });
  };
  process.once('exit', leaveNothing);

  const passed = Object.fromEntries(PASSED.filter((name) => process.env[name]).map((name) => [name, process.env[name]]));
  const env = { ...passed, DATA_DIR: data, NO_COLOR: '1', LOGIN_RATE: ALL_LOG_IN, PLAN_FILE: PLANS, ...settings };

  function command(...asked) {
    const { status, stderr } = spawnSync(binary, asked, { cwd: data, env, encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
  }

  async function launch(port) {
    const started = spawn(binary, {
      // Not in the tree: a developer's .env there would be read.
      cwd: data,
      env: { ...env, PORT: port },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child = started;
    let output = '';
    return new Promise((resolve, reject) => {
      const limit = setTimeout(() => reject(new Error(`the server is not ready after ${SEED_WITHIN / 1000} s:\n${output}`)), SEED_WITHIN);
      const read = (chunk) => {
        output += chunk;
        const [, ready] = /ready at (http:\S+)/.exec(output) || [];
        if (ready) (clearTimeout(limit), resolve(ready));
      };
      started.stdout.on('data', read);
      started.stderr.on('data', read);
      started.once('error', reject);
      started.once('exit', (code) => (clearTimeout(limit), reject(new Error(`the server ended with ${code}:\n${output}`))));
    });
  }

  async function end(signal) {
    const ending = child;
    child = undefined;
    if (!ending || ending.exitCode !== null || ending.signalCode) return;
    const ended = new Promise((resolve) => ending.once('exit', resolve));
    ending.kill(signal);
    const limit = setTimeout(() => ending.kill('SIGKILL'), STOP_WITHIN);
    await ended;
    clearTimeout(limit);
  }

  async function leave() {
    await end('SIGTERM');
    process.removeListener('exit', leaveNothing);
    leaveNothing();
  }

  return { data, launch, end, leave, command };
}
