/** Programs out of Debian's packages, unpacked into a folder: no root, no chroot, no maintainer scripts, nothing installed. */
import { execFile } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { promisify } from "node:util";

import { aptDownload, debianMirror } from "./apt";
import type { Recipe } from "./packages";
import { isDiskFull, missingLibrary, StartError } from "./sentence";
import { settled } from "./settled";

const run = promisify(execFile);
const TRIPLET = "x86_64-linux-gnu";

export type DebianTree = Readonly<{
  root: string;
  libraries: string;
  /** How to start one of its programs: through the loader unpacked beside it, so the host's libc does not matter. */
  command: (program: string) => { command: string; args: string[] };
}>;

type Wanted = Pick<Recipe, "name" | "lockFile" | "packages" | "proof" | "finish"> &
  Readonly<{ cache: string; say: (line: string) => void }>;

/** Undefined where this machine can unpack Debian's packages, else why not. */
export function whyNoDebian(): string | undefined {
  if (process.platform !== "linux" || process.arch !== "x64") return `this is ${process.platform} ${process.arch}`;
  const folders = (process.env["PATH"] ?? "").split(":");
  const lacking = ["dpkg-deb", "tar", "apt-get"].filter((tool) => !folders.some((f) => existsSync(path.join(f, tool))));
  return lacking.length ? `${lacking.join(" and ")} ${lacking.length > 1 ? "are" : "is"} missing` : undefined;
}

/** The unpacked tree: from the cache when it is there, else fetched by the lock, else by apt. */
export async function debianTree(wanted: Wanted): Promise<DebianTree> {
  const lock = readFileSync(wanted.lockFile, "utf8");
  const key = createHash("sha256").update(lock).digest("hex").slice(0, 12);
  const folder = path.join(wanted.cache, `${wanted.name}-${key}`);
  if (existsSync(folder)) return treeAt(folder);
  const work = path.join(wanted.cache, `.unpacking-${randomUUID()}`);
  mkdirSync(work, { recursive: true });
  for (const open of [wanted.cache, work]) chmodSync(open, 0o755);
  try {
    const root = await unpacked(lock, work, wanted);
    wanted.finish?.(root);
    await prove(treeAt(root), wanted);
    try {
      renameSync(root, folder);
    } catch (error) {
      // Another start was faster with the same packages.
      if (!existsSync(folder)) throw error;
    }
    return treeAt(folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

export function treeAt(root: string): DebianTree {
  const libraries = path.join(root, "usr/lib", TRIPLET);
  const command = (program: string) => ({
    command: path.join(libraries, "ld-linux-x86-64.so.2"),
    // Unlike LD_LIBRARY_PATH this is not inherited by what the program starts.
    args: ["--inhibit-cache", "--argv0", path.basename(program), "--library-path", libraries, path.join(root, program)],
  });
  return { root, libraries, command };
}

async function unpacked(lock: string, work: string, wanted: Wanted): Promise<string> {
  const debs = path.join(work, "debs");
  try {
    await fetchLocked(lock, debs);
  } catch (error) {
    if (isDiskFull(error)) throw error;
    wanted.say(`Debian has newer packages than the list for ${wanted.name}; asking apt (${(error as Error).message})`);
    rmSync(debs, { recursive: true, force: true });
    await aptDownload(path.join(work, "apt"), debs, wanted.packages);
  }
  const root = path.join(work, "root");
  await unpackAll(debs, root);
  return root;
}

async function fetchLocked(lock: string, folder: string): Promise<void> {
  const mirror = await debianMirror();
  mkdirSync(folder, { recursive: true });
  const queue = lock
    .trim()
    .split("\n")
    .map((line) => line.split(" "));
  const fetcher = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const [file = "", sha256 = ""] = next;
      const bytes = await download(`${mirror}/${file}`);
      if (createHash("sha256").update(bytes).digest("hex") !== sha256)
        throw new Error(`${path.basename(file)} is another file`);
      writeFileSync(path.join(folder, path.basename(file)), bytes);
    }
  };
  await settled(Array.from({ length: 8 }, fetcher));
}

async function download(url: string): Promise<Buffer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(60_000) });
      if (!response.ok) throw new Error(`${path.basename(url)}: answer ${response.status}`);
      return Buffer.from(await response.arrayBuffer());
    } catch (error) {
      if (attempt === 3 || /answer 4/.test(String(error))) throw error;
    }
  }
}

/** Two at a time: unpacking is bound by the processor. Documentation and translations stay in their packages. */
export async function unpackAll(debs: string, root: string): Promise<void> {
  mkdirSync(root, { recursive: true });
  chmodSync(root, 0o755);
  const skip = ["doc", "man", "locale", "lintian", "bash-completion"].map((name) => `--exclude=./usr/share/${name}`);
  const script =
    'deb=$1 root=$2; shift 2; dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$root" --no-same-owner --keep-directory-symlink "$@"';
  const queue = readdirSync(debs).filter((name) => name.endsWith(".deb"));
  const unpacker = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const args = ["-o", "pipefail", "-c", script, "unpack", path.join(debs, next), root, ...skip];
      await run("bash", args).catch((error: { stderr?: string }) => {
        if (isDiskFull(error)) throw error;
        throw new StartError(`${next} could not be unpacked: ${error.stderr?.trim().split("\n")[0]}`);
      });
    }
  };
  await settled([unpacker(), unpacker()]);
  for (const name of ["bin", "sbin", "lib", "lib64"]) {
    if (!existsSync(path.join(root, name))) symlinkSync(`usr/${name}`, path.join(root, name));
  }
}

async function prove(tree: DebianTree, { name, proof: [program, ...given] }: Wanted): Promise<void> {
  const { command, args } = tree.command(program);
  try {
    await run(command, [...args, ...given], { timeout: 120_000 });
  } catch (error) {
    const words = String((error as { stderr?: string }).stderr ?? error);
    const library = missingLibrary(words);
    throw new StartError(
      library
        ? `${name} cannot start: the library ${library} is missing.`
        : `${name} does not run here: ${words.trim().split("\n").at(-1)}.`,
    );
  }
}
