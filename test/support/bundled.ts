import { existsSync } from "node:fs";
import path from "node:path";
import { inject } from "vitest";

import { bundle } from "@/test/support/bundle";

/** A program as one file, made once per run by whoever needs it first. */
export async function bundled(entry: string): Promise<string> {
  const folder = inject("bundles");
  const file = path.join(folder, `${entry.replaceAll("/", "-")}.mjs`);
  return existsSync(file) ? file : bundle(entry, folder, file);
}
