import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";

/** One real stack for all specs: portal, workers, PostgreSQL, Redis and Asterisk. Its address travels in the environment. */
export default async function globalSetup(): Promise<() => Promise<void>> {
  // While one writes a test: a stack that runs already (test/e2e/support/stack-host.ts prints the line).
  if (process.env["RINGFENCE_BROWSER_STACK"]) return async () => {};
  const script = path.join(import.meta.dirname, "stack-host.ts");
  const child = spawn(process.execPath, ["--import", "tsx", script], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  process.env["RINGFENCE_BROWSER_STACK"] = await readyLine(child);
  return async () => {
    child.kill("SIGTERM");
    await ended;
  };
}

function readyLine(child: ChildProcess): Promise<string> {
  const output = child.stdout;
  if (!output) throw new Error("the stack's host has no output");
  return new Promise((resolve, reject) => {
    child.once("exit", (code) =>
      reject(new Error(`The stack did not start (exit code ${code}); see its lines above.`)),
    );
    createInterface({ input: output }).on("line", (line) => {
      if (line.startsWith("READY ")) resolve(line.slice("READY ".length));
      else console.log(`stack: ${line}`);
    });
  });
}
