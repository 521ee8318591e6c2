// npm run bench [-- P1 P5 …] [--json]: measures on this machine and prints each figure beside its anchor of the same run.
import { spawn } from "node:child_process";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "../..");
const child = spawn(process.execPath, ["--import", "tsx", "test/bench/main.ts", ...process.argv.slice(2)], {
  cwd: root,
  stdio: "inherit",
});
child.on("exit", (code) => process.exit(code ?? 1));
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
