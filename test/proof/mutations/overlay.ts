import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

import { type CodeMutation, mutated } from "@/test/proof/mutations/mutation";

const run = promisify(execFile);
const STORIES = ["test/workers/calls", "test/server/domain/calls"];
const PARTS = ["server", "workers", "test/proof", "test/support", ...STORIES, "package.json", "tsconfig.json"];

/** A copy of the code that runs, in which one place may be changed. */
export class Overlay {
  readonly folder = mkdtempSync(path.join(tmpdir(), "ringfence-mutation-"));

  constructor(readonly root: string) {
    for (const part of PARTS) cpSync(path.join(root, part), path.join(this.folder, part), { recursive: true });
    symlinkSync(path.join(root, "node_modules"), path.join(this.folder, "node_modules"));
  }

  /** @returns what its story, or else the proofs, found in the code with this change; undefined when they held. */
  async failureOf(mutation: CodeMutation, adminUrl: string, seeds: number): Promise<string | undefined> {
    const file = path.join(this.folder, mutation.file);
    const text = readFileSync(file, "utf8");
    writeFileSync(file, mutated(text, mutation));
    try {
      const told = mutation.story && (await this.failure(adminUrl, seeds, mutation.story));
      return told || (await this.failure(adminUrl, seeds));
    } finally {
      writeFileSync(file, text);
    }
  }

  /** @returns what the proofs, or the tests of one file, find in the code as it stands in the copy. */
  async failure(adminUrl: string, seeds: number, story?: string): Promise<string | undefined> {
    const args = ["--import", "tsx", "test/proof/kill.ts", adminUrl, String(seeds), ...(story ? [story] : [])];
    const { stdout } = await run(process.execPath, args, { cwd: this.folder, timeout: 900_000 });
    const last = stdout.trim().split("\n").at(-1) ?? "";
    if (last === "HELD") return undefined;
    if (last.startsWith("FAILED ")) return last.slice("FAILED ".length);
    throw new Error(`the proofs said nothing: ${stdout}`);
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The place as it is changed. @throws when the mutation is stale. */
export const plantedCode = (root: string, mutation: CodeMutation): string =>
  mutated(readFileSync(path.join(root, mutation.file), "utf8"), mutation);
