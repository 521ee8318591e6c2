/**
 * Writes packages.lock anew: `node --import tsx server/embedded/relock.ts asterisk|redis|sipp`.
 * To be run when the mirror has newer packages, or a module with a new library was added. Of everything apt would
 * install, only the packages that hold a library which our programs are linked with stay in.
 */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

import { aptDownload, aptPaths } from "./apt";
import { type DebianTree, treeAt, unpackAll } from "./debian";
import { asteriskRecipe, type Recipe, redisRecipe, sippRecipe } from "./packages";

const run = promisify(execFile);

async function relock(recipe: Recipe): Promise<number> {
  const work = mkdtempSync(path.join(tmpdir(), "ringfence-relock-"));
  try {
    const debs = path.join(work, "debs");
    await aptDownload(path.join(work, "apt"), debs, recipe.packages);
    const known = await aptPaths(path.join(work, "apt"), recipe.packages);
    await unpackAll(debs, path.join(work, "root"));
    const needed = await neededFiles(treeAt(realpathSync(path.join(work, "root"))), recipe);
    const lines: string[] = [];
    for (const deb of readdirSync(debs).sort()) {
      const name = deb.split("_")[0] ?? "";
      const holds =
        recipe.dataPackages.includes(name) || (await listOf(path.join(debs, deb))).some((file) => needed.has(file));
      const sum = createHash("sha256")
        .update(readFileSync(path.join(debs, deb)))
        .digest("hex");
      if (holds) lines.push(`${known.get(deb)} ${sum}`);
    }
    writeFileSync(recipe.lockFile, `${lines.join("\n")}\n`);
    return lines.length;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Files below the root that the loader maps for any of the programs, and the programs themselves. */
async function neededFiles(tree: DebianTree, recipe: Recipe): Promise<Set<string>> {
  const files = new Set<string>([
    "usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2",
    "usr/lib/x86_64-linux-gnu/libc.so.6",
  ]);
  const [loader, flags] = [tree.command("").command, ["--inhibit-cache", "--library-path", tree.libraries, "--list"]];
  for (const program of recipe.programs()) {
    files.add(path.relative(tree.root, realpathSync(path.join(tree.root, program))));
    const { stdout } = await run(loader, [...flags, path.join(tree.root, program)]);
    if (stdout.includes("not found")) throw new Error(`${program} lacks a library:\n${stdout}`);
    for (const [file] of stdout.matchAll(/\/\S+\.so\S*/g)) {
      if (file.startsWith(tree.root)) files.add(path.relative(tree.root, realpathSync(file)));
    }
  }
  return files;
}

async function listOf(deb: string): Promise<string[]> {
  const script = 'dpkg-deb --fsys-tarfile "$1" | tar -t';
  const { stdout } = await run("bash", ["-o", "pipefail", "-c", script, "list", deb], { maxBuffer: 64_000_000 });
  return stdout.split("\n").map((line) => line.replace(/^\.\//, ""));
}

const recipe = [asteriskRecipe, redisRecipe, sippRecipe].find(({ name }) => name === process.argv[2]);
if (!recipe) throw new Error("Say which: asterisk, redis or sipp.");
process.stdout.write(`${await relock(recipe)} packages in ${recipe.lockFile}\n`);
