import { execFile } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import path from "node:path";
import { promisify } from "node:util";

import { type Child, endLeftover, startChild } from "./children";
import { debianTree, whyNoDebian } from "./debian";
import { redisRecipe } from "./packages";
import { freePort } from "./ports";
import { sleep } from "./process-identity";
import { isDiskFull, StartError, sentenceOf } from "./sentence";
import { own, ownFolder, redisAccount, serviceHome } from "./service-home";

const run = promisify(execFile);

export type EmbeddedRedis = Readonly<{ url: string; port: number; child: Child; stop: () => Promise<void> }>;

type Options = { dataDir: string; cache: string; password: string; port?: number; say: (line: string) => void };

/**
 * A private Redis for the queue: the one on PATH, else Debian's, unpacked. Undefined, with the reason said, where
 * neither can be: the queue then lives in PostgreSQL.
 */
export async function startRedis(options: Options): Promise<EmbeddedRedis | undefined> {
  const program = await findProgram(options);
  if (!program) return undefined;
  const account = redisAccount();
  const folder = ownFolder(path.join(serviceHome(options.dataDir), "redis"), account);
  await endLeftover(options.dataDir, "redis");
  for (let attempt = 1; ; attempt += 1) {
    const port = options.port || (await freePort());
    const config = path.join(folder, "redis.conf");
    writeFileSync(config, configOf(folder, port, options.password), { mode: 0o600 });
    own(config, account);
    const child = await startChild({
      name: "redis",
      command: program.command,
      args: [...program.args, config],
      dataDir: options.dataDir,
      env: { PATH: process.env["PATH"], NODE_ENV: process.env.NODE_ENV, LC_ALL: "C" },
      cwd: folder,
      account,
    });
    try {
      await Promise.race([untilUp(port, options.password), child.ended.then(refuse)]);
      const url = `redis://:${options.password}@127.0.0.1:${port}`;
      return { url, port, child, stop: () => child.stop("SIGTERM", 15_000) };
    } catch (error) {
      await child.stop("SIGTERM", 2_000);
      if (options.port || attempt === 3) throw error;
    }
  }
}

const refuse = (sentence: string): never => {
  throw new StartError(sentence);
};

type Program = { command: string; args: readonly string[] };

async function findProgram({ cache, say }: Options): Promise<Program | undefined> {
  for (const folder of (process.env["PATH"] ?? "").split(path.delimiter)) {
    const command = path.join(folder, "redis-server");
    if (!existsSync(command)) continue;
    const works = await run(command, ["--version"], { timeout: 60_000 }).then(
      () => true,
      () => false,
    );
    if (works) return { command, args: [] };
  }
  const why = whyNoDebian();
  if (why) {
    say(`no Redis on PATH, and none can be unpacked (${why}): the queue lives in PostgreSQL`);
    return undefined;
  }
  try {
    const tree = await debianTree({ ...redisRecipe, cache, say });
    return tree.command(redisRecipe.proof[0]);
  } catch (error) {
    if (isDiskFull(error)) throw error;
    say(`no Redis on PATH, and none could be unpacked (${sentenceOf(error)}): the queue lives in PostgreSQL`);
    return undefined;
  }
}

/** Jobs must survive: written to disk each second, and never thrown away to make room. */
const configOf = (folder: string, port: number, password: string): string =>
  [
    "bind 127.0.0.1",
    `port ${port}`,
    "protected-mode yes",
    `requirepass ${password}`,
    `dir ${JSON.stringify(folder)}`,
    "appendonly yes",
    "appendfsync everysec",
    'save ""',
    "maxmemory-policy noeviction",
    "daemonize no",
    "loglevel notice",
    "",
  ].join("\n");

async function untilUp(port: number, password: string): Promise<void> {
  const deadline = Date.now() + 120_000;
  while (!(await answersPing(port, password))) {
    if (Date.now() > deadline) throw new StartError("Redis did not answer within two minutes.");
    await sleep(25);
  }
}

/** True once it answers; a Redis that still loads its file says LOADING instead of PONG. */
const answersPing = (port: number, password: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" });
    const done = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(10_000, () => done(false));
    socket.on("error", () => done(false));
    socket.on("connect", () => socket.write(`AUTH ${password}\r\nPING\r\n`));
    let heard = "";
    socket.on("data", (data) => {
      heard += data.toString();
      if (heard.includes("+PONG")) done(true);
      else if (/^-/m.test(heard)) done(false);
    });
    socket.on("close", () => resolve(false));
  });
