import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";

import { banFileNames } from "@/server/domain/bans/ban-files.rules";
import { foundByFail2ban } from "@/test/support/firewall";
import { hostileText } from "@/test/support/hostile-text";
import { type Lane, pause, perSecond, startLane, until } from "@/test/support/pbx-lane";
import { strangerAt } from "@/test/support/stranger-sip";
import { relayFrom } from "@/test/support/udp-relay";

const run = promisify(execFile);

/** The scanners that every telephone system on the net meets within its first hour, let loose on ours. */
let lane: Lane;
const bans = mkdtempSync(path.join(tmpdir(), "ringfence-bans-"));
beforeAll(async () => {
  lane = await startLane({ BAN_EXPORT_DIR: bans });
});
afterAll(async () => {
  await lane?.stop();
  rmSync(bans, { recursive: true, force: true });
});

/** Runs one of them from an address of its own, with a list of its own, and gives back what it says it found. */
async function scan(
  program: "svwar" | "svcrack",
  from: string,
  lines: readonly string[],
  words: readonly string[],
  packets = 0,
) {
  const file = path.join(mkdtempSync(path.join(tmpdir(), "ringfence-scan-")), "list.txt");
  writeFileSync(file, `${lines.join("\n")}\n`);
  const relay = await relayFrom(from, lane.stack.runtime.sipPort, packets);
  try {
    const target = `udp://127.0.0.1:${relay.port}`;
    const scanning = run(program, [...words, "-d", file, target]);
    // Once its address is banned it may wait for ever for another answer than the 403.
    void bannedToo(from)
      .then(() => pause(10_000))
      .then(
        () => scanning.child.kill(),
        () => {},
      );
    const { stdout, stderr } = await scanning.catch((stopped: { killed: boolean; stdout: string; stderr: string }) => {
      if (stopped.killed) return stopped;
      throw stopped;
    });
    return stdout + stderr;
  } finally {
    relay.close();
  }
}

type Seen = { source: string; severity: string; signals: number; extensions: string[] | null; usernames: string[] };
const incidents = () =>
  lane.make.sql<Seen>(
    `SELECT i.source, i.severity, i.signals::int,
       array_agg(s.value) FILTER (WHERE s.kind = 'extension') AS extensions,
       coalesce(array_agg(s.value) FILTER (WHERE s.kind = 'username'), '{}') AS usernames
     FROM incident i JOIN incident_subject s ON s.incident_id = i.id GROUP BY i.tenant_id, i.id ORDER BY i.number`,
  );
const seenFrom = (source: string) =>
  until(async () => (await incidents()).find((seen) => seen.source === source && seen.signals >= 5));
const banned = async () => {
  const held = "SELECT host(network) AS address FROM ban WHERE scope = 'sip' ORDER BY network";
  return (await lane.make.sql<{ address: string }>(held)).map(({ address }) => address);
};
const bannedToo = (address: string) => until(async () => (await banned()).includes(address));

/** A phone that works: registered, and called from, while `scanning` goes on and once more after it. */
async function working(scanning: (username: string) => Promise<string>) {
  const { tenant, phone } = await lane.customer(1_000_000n, perSecond);
  const device = await phone.open();
  const works = async () => {
    await device.register();
    const call = await device.call("+493012345678");
    await call.answered;
    call.hangUp();
    expect(await lane.record(tenant)).toMatchObject({ outcome: "answered" });
  };
  const saying = scanning(phone.username);
  await works();
  return { phone, works, said: await saying };
}

test("a scan for names learns none and is one incident and one ban, and the phone that it names works on", async () => {
  // Before it was told of five names that nobody has, the PBX says nothing of them, so nobody is banned at the second.
  const names = (username: string) => [
    "nobody-0",
    username,
    ...Array.from({ length: 22 }, (_, at) => `nobody-${at + 1}`),
  ];
  const { phone, said, works } = await working((username) => {
    const tried = names(username);
    // It gives up at the first answer that is like the one to a name that cannot be there, unless all are sent by then.
    return scan("svwar", "127.7.1.1", tried, ["--force", "-m", "REGISTER"], tried.length + 1);
  });
  expect(said).not.toMatch(new RegExp(`\\|\\s*${phone.username}\\s*\\|`));
  const { extensions, usernames } = await seenFrom("127.7.1.0/24");
  expect(extensions).toBeNull();
  expect(usernames.length).toBeGreaterThanOrEqual(5);
  expect(names("nobody-0")).toEqual(expect.arrayContaining(usernames));
  await bannedToo("127.7.1.1");
  await works();
});

test("whoever mistypes a secret less often than is allowed is no attacker, and comes in with the right one", async () => {
  const { phone } = await lane.customer(0n);
  const stranger = await strangerAt("127.7.3.1", lane.stack.runtime.sipPort);
  const as = { user: phone.username };
  for (let n = 0; n < 4; n += 1) expect(await stranger.register(as, "not-the-secret")).toBe(401);
  const kept = "SELECT sum((detail ->> 'count')::int)::int AS many FROM security_event WHERE address = '127.7.3.1'";
  await until(async () => (await lane.make.sql<{ many: number | null }>(kept))[0]?.many === 4);
  expect(await stranger.register(as, phone.secret)).toBe(200);
  stranger.close();
});

test("guesses at one phone's secret are one incident and one ban, of the right source and phone, and the phone works on", async () => {
  const guesses = Array.from({ length: 25 }, (_, at) => `${1000 + at}`);
  const { phone, said, works } = await working((username) => scan("svcrack", "127.7.2.1", guesses, ["-u", username]));
  expect(said).not.toMatch(/\|\s*Extension\s*\|\s*Password/);
  expect(await seenFrom("127.7.2.0/24")).toMatchObject({ extensions: [phone.username], usernames: [] });
  await bannedToo("127.7.2.1");
  await works();
  // One each, and of nobody else.
  expect((await incidents()).map(({ source }) => source)).toEqual(["127.7.1.0/24", "127.7.2.0/24"]);
  expect(await banned()).toEqual(["127.7.1.1", "127.7.2.1"]);
});

test("fail2ban finds in the log of the bans who attacked, each once, and nobody who only mistyped", async () => {
  const log = path.join(bans, banFileNames.fail2ban);
  await until(async () => existsSync(log) && readFileSync(log, "utf8").includes("127.7.2.1"));
  expect((await foundByFail2ban(log)).toSorted()).toEqual(["127.7.1.1", "127.7.2.1"]);
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
