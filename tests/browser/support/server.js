/** The real binary with a data folder of its own, started once for all stories. */
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

let data;
/** @type {import('node:child_process').ChildProcess | undefined} */
let child;
let output = '';

export async function startServer() {
  if (!process.env.PARLANCE_BIN) throw new Error('PARLANCE_BIN is not set: run scripts/test.sh, or set it to target/debug/parlance');
  data = await mkdtemp(join(tmpdir(), 'parlance-browser-'));
  // As root the private Postgres runs as another user, who must be able to enter.
  await chmod(data, 0o755);
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
  process.once('exit', leaveNothing);
  await launch('0');
}

/** Ends as a power cut would and is there again at the same address. */
export async function crash() {
  await end('SIGKILL');
  await launch(new URL(server.origin).port);
}

export async function stopServer() {
  await end('SIGTERM');
  process.removeListener('exit', leaveNothing);
  leaveNothing();
}

/** Runs SQL in the private Postgres, for what has no screen yet. */
export function sql(statement) {
  const { status, stderr } = spawnSync(join(SCRIPTS, 'psql.sh'), ['--quiet', '--set', 'ON_ERROR_STOP=1', '--command', statement], {
    env: { ...process.env, DATA_DIR: data },
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
}

async function launch(port) {
  const env = Object.fromEntries(PASSED.filter((name) => process.env[name]).map((name) => [name, process.env[name]]));
  const started = spawn(/** @type {string} */ (process.env.PARLANCE_BIN), {
    // Not in the tree: a developer's .env there would be read.
    cwd: data,
    // Stories ask the same questions and watch the answers being written.
    env: { ...env, DATA_DIR: data, PORT: port, ANSWER_CACHE_MB: '0', NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child = started;
  output = '';
  const address = await new Promise((resolve, reject) => {
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
  server.origin = address;
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

/** Also when this process is told to end: no server, no Postgres and no data stay behind. */
function leaveNothing() {
  child?.kill('SIGKILL');
  if (!data) return;
  spawnSync(join(SCRIPTS, 'stop-postgres.sh'), [data]);
  rmSync(data, { recursive: true, force: true });
}
