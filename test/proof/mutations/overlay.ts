import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

import { type CodeMutation, mutated } from "@/test/proof/mutations/mutation";

const run = promisify(execFile);
const PARTS = ["server", "workers", "test/proof", "test/support", "package.json", "tsconfig.json"];

/** A copy of the code that runs, in which one place may be changed. */
export class Overlay {
  readonly folder = mkdtempSync(path.join(tmpdir(), "ringfence-mutation-"));

  constructor(readonly root: string) {
    for (const part of PARTS) cpSync(path.join(root, part), path.join(this.folder, part), { recursive: true });
    symlinkSync(path.join(root, "node_modules"), path.join(this.folder, "node_modules"));
  }

  /** @returns what the proofs found in the code with this change; undefined when they held. */
  async failureOf(mutation: CodeMutation | undefined, adminUrl: string, seeds: number): Promise<string | undefined> {
    const file = mutation && path.join(this.folder, mutation.file);
    const text = file && readFileSync(file, "utf8");
    if (file && text !== undefined) writeFileSync(file, mutated(text, mutation));
    try {
      const args = ["--import", "tsx", "test/proof/kill.ts", adminUrl, String(seeds)];
      const { stdout } = await run(process.execPath, args, { cwd: this.folder, timeout: 300_000 });
      const last = stdout.trim().split("\n").at(-1) ?? "";
      if (last === "HELD") return undefined;
      if (last.startsWith("FAILED ")) return last.slice("FAILED ".length);
      throw new Error(`the proofs said nothing: ${stdout}`);
    } finally {
      if (file && text !== undefined) writeFileSync(file, text);
    }
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The place as it is changed. @throws when the mutation is stale. */
export const plantedCode = (root: string, mutation: CodeMutation): string =>
  mutated(readFileSync(path.join(root, mutation.file), "utf8"), mutation);
