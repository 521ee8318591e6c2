import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";

import { hostileText } from "@/test/support/hostile-text";
import { type Lane, perSecond, startLane, until } from "@/test/support/pbx-lane";
import { relayFrom } from "@/test/support/udp-relay";

const run = promisify(execFile);

/** The scanners that every telephone system on the net meets within its first hour, let loose on ours. */
let lane: Lane;
beforeAll(async () => {
  lane = await startLane();
});
afterAll(() => lane?.stop());

/** Runs one of them from an address of its own, with a list of its own, and gives back what it says it found. */
async function scan(program: "svwar" | "svcrack", from: string, lines: readonly string[], words: readonly string[]) {
  const file = path.join(mkdtempSync(path.join(tmpdir(), "ringfence-scan-")), "list.txt");
  writeFileSync(file, `${lines.join("\n")}\n`);
  const relay = await relayFrom(from, lane.stack.runtime.sipPort);
  try {
    const target = `udp://127.0.0.1:${relay.port}`;
    const { stdout, stderr } = await run(program, [...words, "-d", file, target], { timeout: 12_000 }).catch(
      // Once its address is banned it may wait for ever for another answer than the 403.
      (stopped: { killed: boolean; stdout: string; stderr: string }) => {
        if (stopped.killed) return stopped;
        throw stopped;
      },
    );
    return stdout + stderr;
  } finally {
    relay.close();
  }
}

type Seen = { source: string; severity: string; signals: number; extensions: string[]; usernames: string };
const incidents = () =>
  lane.make.sql<Seen>(
    `SELECT i.source, i.severity, i.signals::int,
       array_agg(s.value) FILTER (WHERE s.kind = 'extension') AS extensions,
       count(*) FILTER (WHERE s.kind = 'username')::text AS usernames
     FROM incident i JOIN incident_subject s ON s.incident_id = i.id GROUP BY i.tenant_id, i.id ORDER BY i.number`,
  );
const seenFrom = (source: string, signals: number) =>
  until(async () => (await incidents()).find((seen) => seen.source === source && seen.signals >= signals), 20_000);

test("a scan for names learns none: who is there and who is not get one answer", async () => {
  const { phone } = await lane.customer(1_000_000n, perSecond);
  await (await phone.open()).register();
  // It lists the names that are answered unlike one that cannot be there. It gives up after some answers of one kind.
  const names = ["nobody-1", phone.username, "nobody-2"];
  const said = await scan("svwar", "127.7.1.1", names, ["--force", "-m", "REGISTER"]);
  expect(said).toContain("found nothing");
  expect(said.match(/SIP\/2\.0 (?!401)\d{3}/g)).toBeNull();
});

test("guesses at one phone's secret are one incident and one ban, of the right source and phone, and the phone goes on", async () => {
  const { tenant, phone } = await lane.customer(1_000_000n, perSecond);
  const device = await phone.open();
  await device.register();
  const guesses = Array.from({ length: 25 }, (_, at) => `${1000 + at}`);
  const scanning = scan("svcrack", "127.7.2.1", guesses, ["-u", phone.username]);
  const call = await device.call("+493012345678");
  await call.answered;
  call.hangUp();
  expect(await scanning).not.toMatch(/\|\s*Extension\s*\|\s*Password/);
  expect(await seenFrom("127.7.2.0/24", 5)).toMatchObject({ extensions: [phone.username], usernames: "0" });
  expect((await incidents()).map(({ source }) => source).filter((source) => source !== "127.7.1.0/24")).toEqual([
    "127.7.2.0/24",
  ]);
  const banned = "SELECT host(network) AS address FROM ban WHERE scope = 'sip'";
  await until(async () => (await lane.make.sql(banned)).length > 0, 20_000);
  expect(await lane.make.sql(banned)).toEqual([{ address: "127.7.2.1" }]);
  expect(await lane.record(tenant)).toMatchObject({ outcome: "answered" });
});

test("a phone that dials programs, headers and patterns reaches nothing by it, and its next call is like any other", async () => {
  const { tenant, phone } = await lane.customer(1_000_000n, perSecond);
  const device = await phone.open();
  const trace = path.join(mkdtempSync(path.join(tmpdir(), "ringfence-trace-")), "ran");
  const dollar = "$";
  const programs = [`${dollar}{SHELL(touch ${trace})}`, `${dollar}(touch ${trace})`, `System(touch ${trace})`];
  // What is made of digits and signs alone may well be a number.
  const texts = fc.sample(hostileText, { numRuns: 90, seed: 7 }).filter((text) => !/^[\s\d+*#()./-]*$/.test(text));
  texts.push(...programs);
  for (let at = 0; at < texts.length; at += 15) {
    await Promise.all(
      texts.slice(at, at + 15).map(async (text) => {
        const call = await device.call(text);
        call.answered.then(call.hangUp, () => {});
        expect(await call.ended, JSON.stringify(text)).toMatchObject({ status: "refused", talkMs: 0 });
      }),
    );
  }
  expect(existsSync(trace)).toBe(false);
  const reached = "SELECT dialled, outcome FROM call WHERE tenant_id = $1 AND outcome = 'answered'";
  expect(await lane.make.sql(reached, [tenant.tenantId])).toEqual([]);
  const call = await device.call("+493012345678");
  await call.answered;
  call.hangUp();
  expect(await lane.record(tenant)).toMatchObject({ outcome: "answered", dialled: "+493012345678" });
});
