/** A real Asterisk of our own: unpacked, configured, started, watched. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";

import { type Child, endLeftover, startChild } from "./children";
import { type DebianTree, debianTree } from "./debian";
import { asteriskRecipe } from "./packages";
import { type PbxSettings, socketFolderOf, writePbxConfig } from "./pbx-config";
import { sleep } from "./process-identity";
import { StartError } from "./sentence";
import { asteriskAccount, serviceHome } from "./service-home";

const run = promisify(execFile);

export type EmbeddedPbx = Readonly<{
  child: Child;
  /** cdr_custom's file: one line per call, written by Asterisk alone. */
  spoolFile: string;
  /** One command on Asterisk's own console, for tests and `doctor`. */
  cli: (command: string) => Promise<string>;
  stop: () => Promise<void>;
}>;

const folderOf = (dataDir: string) => path.join(serviceHome(dataDir), "asterisk");
export const spoolFileOf = (dataDir: string): string => path.join(folderOf(dataDir), "log/cdr-custom/ringfence.csv");

/** Fetches and unpacks Asterisk when the cache has none. Needs nothing that runs, so it can go beside everything else. */
export const unpackPbx = (cache: string, say: (line: string) => void): Promise<DebianTree> =>
  debianTree({ ...asteriskRecipe, cache, say });

export async function startPbx(tree: DebianTree, dataDir: string, settings: PbxSettings): Promise<EmbeddedPbx> {
  const account = asteriskAccount();
  const folder = folderOf(dataDir);
  await endLeftover(dataDir, "asterisk");
  await writePbxConfig(settings, tree.root, folder, account);
  const { command, args } = tree.command("usr/sbin/asterisk");
  const config = path.join(folder, "etc/asterisk.conf");
  // A clean environment: nothing of the terminal or of npm may change how it behaves. Its clock is UTC, as its records are.
  const env = { HOME: folder, PATH: "/usr/sbin:/usr/bin:/sbin:/bin", TZ: "UTC", NODE_ENV: process.env.NODE_ENV };
  const child = await startChild({
    name: "asterisk",
    command,
    args: [...args, "-f", "-n", "-C", config],
    dataDir,
    env,
    cwd: folder,
    account,
  });
  const cli = async (line: string) => {
    const { stdout } = await run(command, [...args, "-n", "-C", config, "-rx", line], {
      ...account,
      env,
      timeout: 60_000,
    });
    return stdout;
  };
  const pbx: EmbeddedPbx = {
    child,
    spoolFile: spoolFileOf(dataDir),
    cli,
    stop: () => child.stop("SIGTERM", 10_000),
  };
  try {
    await Promise.race([fullyBooted(folder, cli), child.ended.then(refuse)]);
    return pbx;
  } catch (error) {
    await child.stop("SIGKILL");
    throw error;
  }
}

const refuse = (sentence: string): never => {
  throw new StartError(sentence);
};

/** The socket answers early; this command answers when everything is loaded. */
async function fullyBooted(folder: string, cli: (line: string) => Promise<string>): Promise<void> {
  const socket = path.join(socketFolderOf(folder), "asterisk.ctl");
  const deadline = Date.now() + 120_000;
  while (Date.now() < deadline) {
    if (existsSync(socket) && /fully booted/.test(await cli("core waitfullybooted").catch(() => ""))) return;
    await sleep(50);
  }
  throw new StartError(`Asterisk was not ready within two minutes; its log is in ${path.join(folder, "log")}.`);
}
