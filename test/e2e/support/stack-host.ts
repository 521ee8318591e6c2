import { chmodSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { startStack } from "@/server/embedded/stack";
import { startDns } from "@/test/support/dns";
import { PATIENT } from "@/test/support/patient";

/** Runs the product as `npm start` does, on ports of its own, until it is told to stop. Its last line says where. */
const dataDir = mkdtempSync(path.join(tmpdir(), "ringfence-browser-"));
// The servers run under other accounts, which must pass through here.
chmodSync(dataDir, 0o755);

const dns = await startDns();
const stack = await startStack({
  dataDir,
  ports: { web: 0, callControl: 0, sip: 0 },
  // No demo traffic: a test that adds up one call's money wants nobody else to spend any. Pictures want some.
  env: {
    ...process.env,
    ...PATIENT,
    DNS_SERVERS: dns.server,
    PBX: "embedded",
    DEMO_TRAFFIC: process.env["RINGFENCE_STACK_TRAFFIC"] ?? "off",
  },
  postgresSettings: { fsync: "off", synchronous_commit: "off", full_page_writes: "off" },
  say: (line) => console.log(line),
});
for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void stop());
void stack.failed.then((sentence) => {
  console.log(`The stack fell over: ${sentence}`);
  void stop();
});

const { appUrl, sipDomain, sipPort } = stack.runtime;
const demo = JSON.parse(readFileSync(path.join(dataDir, "demo.json"), "utf8"));
console.log(`READY ${JSON.stringify({ appUrl, sipDomain, sipPort, dnsServer: dns.server, signIns: demo.signIns })}`);

async function stop(): Promise<void> {
  await stack.stop();
  process.exit(0);
}
