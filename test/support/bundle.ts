import { randomUUID } from "node:crypto";
import { mkdirSync, renameSync, symlinkSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";

import { build, type Plugin, stop } from "esbuild";

/**
 * A program of ours as one file of JavaScript, made of the sources as they are. A process that runs it begins in a third of
 * the processor's time that reading the sources with tsx takes. Packages stay what they are.
 */
export async function bundle(
  entry: string,
  folder: string,
  file = path.join(folder, `${randomUUID()}.mjs`),
): Promise<string> {
  const root = process.cwd();
  linkPackages(root, folder);
  // Whole or not at all: another process may make the same one meanwhile.
  const part = path.join(folder, `${randomUUID()}.part.mjs`);
  await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile: part,
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
    target: "node20",
    logLevel: "warning",
    plugins: [besideItself],
  });
  // The process that it works in would stay as long as we do.
  await stop();
  renameSync(part, file);
  return file;
}

function linkPackages(root: string, folder: string): void {
  mkdirSync(folder, { recursive: true });
  try {
    symlinkSync(path.join(root, "node_modules"), path.join(folder, "node_modules"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

/** Sources that look for files beside themselves find them there, and not beside the bundle. */
const besideItself: Plugin = {
  name: "beside-itself",
  setup: ({ onLoad }) =>
    onLoad({ filter: /\.ts$/ }, async ({ path: file }) => {
      const text = await readFile(file, "utf8");
      if (!text.includes("import.meta.")) return undefined;
      const contents = text
        .replaceAll("import.meta.dirname", JSON.stringify(path.dirname(file)))
        .replaceAll("import.meta.url", JSON.stringify(pathToFileURL(file).href));
      return { contents, loader: "ts" };
    }),
};
