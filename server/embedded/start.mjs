/**
 * `npm start` on a machine that has Node and npm and nothing else. Plain Node without dependencies, because it is what
 * installs them; then it becomes main.ts, which starts everything.
 */
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "../..");
const began = performance.now();
process.chdir(root);

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  end(`Ringfence needs Node 20.19 or newer; this is ${process.versions.node}.`);
}

if (isStale()) {
  say("installing dependencies (npm ci)");
  const code = await run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
  if (code !== 0) end("npm ci failed; what it said is above.");
  say("dependencies installed");
}
if (!existsSync("server/infra/db/generated/client.ts")) {
  const code = await run(process.execPath, [
    "node_modules/prisma/build/index.js",
    "generate",
    "--config",
    "prisma/prisma.config.ts",
  ]);
  if (code !== 0) end("prisma generate failed; what it said is above.");
}

const main = spawn(process.execPath, ["--import", "tsx", "server/embedded/main.ts"], {
  // The channel tells main.ts when this process is gone, however it went.
  stdio: ["inherit", "inherit", "inherit", "ipc"],
  env: { ...process.env, RINGFENCE_START_MS: String(Math.round(performance.now() - began)) },
});
// At a terminal Ctrl-C reaches main.ts by itself; it is told once more at most, and minds only the first.
const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
for (const signal of signals) process.on(signal, () => main.kill(signal));
main.once("error", (error) => end(`Node cannot be started: ${error.message}.`));
main.once("exit", (code, signal) => {
  // Asked to stop before it had begun with anything.
  if (signals.includes(signal)) process.exit(0);
  if (code === null) console.error(`The start was ended by ${signal}. The next npm start ends what it left running.`);
  process.exit(code ?? 1);
});

/** package.json pins exact versions: what is installed is compared with what is wanted. */
function isStale() {
  const { dependencies } = JSON.parse(readFileSync("package.json", "utf8"));
  return Object.entries(dependencies).some(([name, version]) => {
    const manifest = path.join("node_modules", name, "package.json");
    return !existsSync(manifest) || JSON.parse(readFileSync(manifest, "utf8")).version !== version;
  });
}

function run(command, args) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ["ignore", "inherit", "inherit"] });
    child.once("error", (error) => end(`${command} cannot be started: ${error.message}.`));
    child.once("exit", (code) => resolve(code ?? 1));
  });
}

function say(line) {
  console.log(`${((performance.now() - began) / 1000).toFixed(1).padStart(5)} s  ${line}`);
}

function end(sentence) {
  console.error(sentence);
  process.exit(1);
}
