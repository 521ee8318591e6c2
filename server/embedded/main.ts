/** `npm start`: everything that is missing, started in one go, and stopped again with Ctrl-C. */
import { existsSync, readFileSync } from "node:fs";

import { EnvironmentError } from "@/server/config/env";
import { MigrationError } from "@/server/infra/db/migrate";

import { StartError, sentenceOf } from "./sentence";
import { type Stack, startStack } from "./stack";
import { demoFile } from "./stack-parts";

const began = performance.now() - Number(process.env["RINGFENCE_START_MS"] ?? 0);
const say = (line: string) => {
  const seconds = ((performance.now() - began) / 1000).toFixed(1).padStart(5);
  console.log(`${seconds} s  ${line}`);
};

const stopping = new AbortController();
let stack: Stack | undefined;
const askToStop = () => {
  if (stopping.signal.aborted) return;
  say("stopping");
  stopping.abort();
};
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, askToStop);
// start.mjs is gone, so nobody is there who could stop this.
process.on("disconnect", askToStop);

try {
  const dataDir = process.env["DATA_DIR"] || ".data";
  stack = await startStack({ dataDir, env: process.env, say }, stopping.signal);
  announce(stack, dataDir);
  const sentence = await Promise.race([stack.failed, stopped()]);
  if (sentence) say(sentence);
  await stack.stop();
  say("everything is stopped");
  process.exit(sentence ? 1 : 0);
} catch (error) {
  await stack?.stop().catch(() => {});
  if (stopping.signal.aborted) {
    say("everything is stopped");
    process.exit(0);
  }
  console.error(textOf(error));
  process.exit(1);
}

function stopped(): Promise<undefined> {
  return new Promise((resolve) => stopping.signal.addEventListener("abort", () => resolve(undefined), { once: true }));
}

/** One sentence for what can happen; a stack trace only for a mistake of ours. */
function textOf(error: unknown): string {
  const known = [StartError, EnvironmentError, MigrationError].some((kind) => error instanceof kind);
  const system = typeof (error as { code?: unknown }).code === "string";
  return known || system ? sentenceOf(error) : String((error as Error).stack ?? error);
}

function announce({ runtime, env }: Stack, dataDir: string): void {
  say("ready");
  const pbx = { embedded: `SIP ${runtime.sipDomain}:${runtime.sipPort}`, external: `${runtime.amiHost}`, none: "off" };
  console.log(`\n  Portal    ${runtime.appUrl}`);
  console.log(`  Phones    ${pbx[env["PBX"] as keyof typeof pbx] ?? "off"}`);
  if (env["PBX"] === "none") console.log(howToConnect(runtime.callControlUrl));
  console.log(signIns(dataDir));
  console.log("  Ctrl-C stops everything. npm run reset begins anew.\n");
}

const howToConnect = (callControlUrl: string) => `
  To connect an Asterisk 20 or newer: set AMI_HOST, AMI_PORT, AMI_READ_USERNAME, AMI_READ_SECRET, AMI_ACT_USERNAME,
  AMI_ACT_SECRET and PBX_SECRET, and take over server/embedded/asterisk/etc (its @NAMES@ are PBX_SECRET, this address
  of call control, ${callControlUrl}, and the login of the database role asterisk).
`;

type SignIn = { email: string; password: string; tenant: string; role: string };

function signIns(dataDir: string): string {
  const file = demoFile(dataDir);
  if (!existsSync(file)) return "";
  const { signIns: people } = JSON.parse(readFileSync(file, "utf8")) as { signIns: SignIn[] };
  const widest = Math.max(...people.map(({ email }) => email.length));
  const lines = people.map((one) => `    ${one.email.padEnd(widest)}  ${one.password}  ${one.role}, ${one.tenant}`);
  return `\n  Sign-ins\n${lines.join("\n")}\n`;
}
