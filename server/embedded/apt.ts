import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";

import { StartError } from "./sentence";

const run = promisify(execFile);
const MORE = { maxBuffer: 64_000_000 };
/** Debian's newest: the only one that has a present Asterisk. Its signature is checked by apt all the same. */
const SUITE = "sid";
const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";

/** The Debian archive that apt on this machine already uses. */
export async function debianMirror(): Promise<string> {
  const known = await indexSites();
  const site = known ?? sitesInSources()[0];
  if (!site) throw new StartError("apt on this machine names no Debian archive to fetch packages from.");
  return site.replace(/\/$/, "");
}

async function indexSites(): Promise<string | undefined> {
  const format = ["indextargets", "--format", "$(SITE) $(ORIGIN) $(LABEL)", "Created-By: Packages"];
  const { stdout } = await run("apt-get", format).catch(() => ({ stdout: "" }));
  const lines = stdout.split("\n").filter((line) => / Debian Debian$/.test(line));
  return lines[0]?.split(" ")[0];
}

/** A machine that never ran `apt-get update` (a bare container) has no indexes, only sources. */
function sitesInSources(): string[] {
  const folder = "/etc/apt/sources.list.d";
  const files = [
    "/etc/apt/sources.list",
    ...(existsSync(folder) ? readdirSync(folder).map((f) => path.join(folder, f)) : []),
  ];
  const text = files
    .filter((file) => existsSync(file) && /\.(list|sources)$/.test(file))
    .map((file) => readFileSync(file, "utf8"))
    .join("\n");
  const urls = [...text.matchAll(/^(?:deb(?: \[[^\]]*\])? |URIs: *)(https?:\/\/\S+)/gm)].map((match) => match[1] ?? "");
  return urls.filter((url) => /\/debian\/?$/.test(url));
}

/** Lets apt find and fetch the packages with all they depend on, in a state of its own: the host's is not touched. */
export async function aptDownload(state: string, debs: string, packages: readonly string[]): Promise<void> {
  const env = await privateApt(state);
  const archives = path.join(state, "cache/archives");
  try {
    await run("apt-get", ["-q", "update"], { env, ...MORE });
    await run("apt-get", ["-q", "-y", "--download-only", "install", ...packages], { env, ...MORE });
  } catch (error) {
    const words = String((error as { stderr?: string }).stderr ?? error).trim();
    const last = words.split("\n").find((line) => line.startsWith("E:")) ?? words.split("\n").at(-1);
    throw new StartError(`apt could not fetch ${packages.join(", ")}: ${last?.replace(/^E: /, "")}`);
  }
  mkdirSync(debs, { recursive: true });
  for (const name of readdirSync(archives).filter((file) => file.endsWith(".deb"))) {
    renameSync(path.join(archives, name), path.join(debs, name));
  }
}

/** The same closure as addresses, for writing a lock: pool path by file name. */
export async function aptPaths(state: string, packages: readonly string[]): Promise<Map<string, string>> {
  const env = await privateApt(state);
  const mirror = await debianMirror();
  const { stdout } = await run("apt-get", ["-q", "-y", "--print-uris", "install", ...packages], { env, ...MORE });
  const paths = [...stdout.matchAll(/^'([^']+)' (\S+)/gm)].map(
    ([, url = "", file = ""]) => [file, decodeURIComponent(url.slice(mirror.length + 1))] as const,
  );
  return new Map(paths);
}

async function privateApt(state: string): Promise<NodeJS.ProcessEnv> {
  for (const folder of ["state/lists/partial", "cache/archives/partial", "etc/preferences.d", "etc/apt.conf.d"]) {
    mkdirSync(path.join(state, folder), { recursive: true });
  }
  const signed = existsSync(KEYRING) ? `[signed-by=${KEYRING}] ` : "";
  writeFileSync(path.join(state, "status"), "");
  writeFileSync(path.join(state, "etc/sources.list"), `deb ${signed}${await debianMirror()} ${SUITE} main\n`);
  // A proxy is a matter of the host: what its apt needs to get out, this one needs as well.
  const { stdout } = await run("apt-config", ["dump", "--format", '%F "%v";%n', "Acquire"]).catch(() => ({
    stdout: "",
  }));
  const proxies = stdout.split("\n").filter((line) => /^Acquire::(https?|ftp)::Proxy/i.test(line));
  const file = path.join(state, "apt.conf");
  writeFileSync(file, [...settings(state), ...proxies, ""].join("\n"));
  return { ...process.env, APT_CONFIG: file, LC_ALL: "C" };
}

const settings = (state: string): string[] => [
  `Dir "${state}"; Dir::State "${state}/state"; Dir::State::status "${state}/status";`,
  `Dir::Cache "${state}/cache"; Dir::Etc "${state}/etc";`,
  'APT::Architecture "amd64"; APT::Architectures { "amd64"; }; APT::Install-Recommends "false";',
  // A mirror that rests for a week is no reason to have no telephone system; the signature still counts.
  'Acquire::Check-Valid-Until "false"; Acquire::Languages "none"; Acquire::Retries "3";',
  'APT::Sandbox::User "root"; Debug::NoLocking "true";',
];
