import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

import { builders } from "@/test/support/builders";
import { callDesk } from "@/test/support/call-desk";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { noonZone } from "@/test/support/noon";
import { jsonOf, runCli } from "./run-cli";

let db: TestDatabase;
let make: ReturnType<typeof builders>;
let count = 0;
const folder = mkdtempSync(path.join(tmpdir(), "ringfence-rates-"));
const cli = <T = Record<string, unknown>>(...words: string[]) => jsonOf<T>(db.appUrl, words);
const at = (name: string) => path.join(folder, name);

beforeAll(async () => {
  db = await createDatabase();
  make = builders(db);
  await cli("operator", "create", "--name", "Operator", "--slug", "operator", "--email", "root@test.example");
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await db.drop();
});

/** A plan with a tenant that calls by it. */
async function planWithBuyer() {
  count += 1;
  const plan = `Plan ${count}`;
  const slug = `buyer-${count}`;
  await cli("plan", "create", "--name", plan, "--currency", "EUR");
  await cli("tenant", "create", "--name", slug, "--slug", slug, "--plan", plan, "--credit", "50");
  await cli("extension", "create", "--tenant", slug, "--number", "101", "--name", "Desk");
  const { endpoint } = await make.one<{ endpoint: string }>(
    "SELECT x.sip_username AS endpoint FROM extension x JOIN tenant t ON t.id = x.tenant_id WHERE t.slug = $1",
    [slug],
  );
  const desk = callDesk(db.pool);
  /** What a call of so many seconds is charged, beside what the command line says it costs. */
  const charged = async (seconds: number, to = "493012345678") => {
    count += 1;
    const call = `${slug}-${count}`;
    const answer = new Date();
    const { code, granted_seconds: granted } = await desk.authorise({ call, endpoint, e164: to, at: answer });
    if (code !== "") return code;
    await desk.answered(call, answer);
    const talked = Math.min(seconds, granted);
    const end = new Date(answer.getTime() + talked * 1000);
    await desk.settle(call, talked * 1000, { outcome: "answered", at: end });
    const { micros } = await make.one<{ micros: string }>(
      "SELECT h.charged_micros::text AS micros FROM hold h JOIN call c ON c.id = h.call_id WHERE c.pbx_call_id = $1 AND h.level = 0",
      [call],
    );
    const { costMicros } = await cli("price", "--plan", plan, "--to", to, "--ms", String(seconds * 1000));
    expect(costMicros).toBe(micros);
    return micros;
  };
  const set = (...words: string[]) => cli("rate", "set", "--plan", plan, "--prefix", "49", "--per-minute", ...words);
  return { plan, set, charged };
}

test("--step, twice: from its second on another price and increment", async () => {
  const { set, charged } = await planWithBuyer();
  const steps = ["--step", "60:0.06:1", "--step", "120:0.03:60"];
  expect(await set("0.12", "--first", "1", "--next", "1", ...steps)).toMatchObject({
    steps: [
      { from: 60, perMinuteMicros: "60000", increment: 1 },
      { from: 120, perMinuteMicros: "30000", increment: 60 },
    ],
  });
  expect([await charged(30), await charged(90), await charged(121)]).toEqual(["60000", "150000", "210000"]);
  for (const wrong of ["60:0.05", "60:0.05:1:1", "x:0.05:1"]) {
    await expect(set("0.12", "--step", wrong)).rejects.toThrow(/--step/);
  }
});

test.each(["free", "cut"])("--max-charge with --beyond %s", async (beyond) => {
  const { plan, set, charged } = await planWithBuyer();
  const rate = await set("0.06", "--first", "1", "--next", "1", "--max-charge", "0.12", "--beyond", beyond);
  expect(rate).toMatchObject({ maxChargeMicros: "120000", beyond });
  expect([await charged(119), await charged(200)]).toEqual(["119000", "120000"]);
  // What a talk of that length was granted tells which of the two it is.
  const { seconds } = await make.one<{ seconds: number }>(
    "SELECT max(c.granted_seconds)::int AS seconds FROM call c JOIN hold h ON h.call_id = c.id WHERE h.plan_name = $1",
    [plan],
  );
  expect(seconds).toBe(beyond === "free" ? 300 : 120);
});

test("--max-charge and --beyond say what is wrong with them", async () => {
  const { set } = await planWithBuyer();
  await expect(set("0.06", "--beyond", "free")).rejects.toThrow(/--beyond: Only with a maximum charge/);
  await expect(set("0.06", "--max-charge", "0.12", "--beyond", "never")).rejects.toThrow(/--beyond/);
  await expect(set("0.06", "--max-charge", "0.01", "--min-charge", "0.02")).rejects.toThrow(/--max-charge/);
});

test("--free-seconds and --min-charge", async () => {
  const { set, charged } = await planWithBuyer();
  await set("0.06", "--first", "1", "--next", "1", "--free-seconds", "30", "--min-charge", "0.02");
  expect([await charged(29), await charged(40), await charged(90)]).toEqual(["20000", "20000", "60000"]);
});

test("--days with --hours: another price on them, by the clock of the plan's zone", async () => {
  const { plan, set, charged } = await planWithBuyer();
  const noon = noonZone();
  await make.sql("UPDATE plan SET time_zone = $2 WHERE name = $1", [plan, noon]);
  const second = ["--first", "1", "--next", "1"];
  const dayIn = (days: number) =>
    new Date(Date.now() + days * 86_400_000)
      .toLocaleString("en-GB", { timeZone: noon, weekday: "short" })
      .toLowerCase();
  await set("0.06", ...second);
  await set("0.60", ...second, "--days", "mon-sun", "--hours", "18:00-20:00");
  await set("0.90", ...second, "--days", `${dayIn(1)}-${dayIn(6)}`, "--hours", "10:00-16:00");
  expect(await charged(10)).toBe("10000");
  await set("0.12", ...second, "--days", dayIn(0), "--hours", "10:00-16:00");
  expect(await charged(10)).toBe("20000");
  await expect(set("0.12", "--days", "monday-ish")).rejects.toThrow(/--hours/);
});

const file = (name: string, content: string | Buffer): string => {
  writeFileSync(at(name), content);
  return at(name);
};

test("deck import wants its warnings accepted, and says so by a code", async () => {
  const { plan, charged } = await planWithBuyer();
  const words = ["deck", "import", file("free.csv", "prefix,rate\n49,0\n"), "--plan", plan];
  const ran = await runCli(db.appUrl, [...words, "--json"]);
  expect(ran.code).toBe(1);
  expect(JSON.parse(ran.out)).toMatchObject({
    error: { code: "deck_not_acknowledged", message: expect.stringMatching(/--accept-warnings/) },
    problems: [{ severity: "warning", line: 2, column: "rate" }],
  });
  expect(await charged(30)).toBe("RAT-01");
  expect(await cli(...words, "--accept-warnings")).toMatchObject({ state: "applied", warnings: 1 });
  expect(await charged(31)).toBe("0");
});

test("deck import reads a file as --decimal, --encoding and --dates say", async () => {
  const { plan, charged } = await planWithBuyer();
  const day = (iso: string) => iso.slice(0, 10).split("-");
  const [year = "", month = "", date = ""] = day(new Date(Date.now() + 400 * 86_400_000).toISOString());
  // 1,250 is a thousand and more, or one and a quarter: only a person knows.
  const text = `prefix;destination;rate;increment;valid to\n49;M\u00fcnchen;1,250;1/1;${month}/${date}/${year}\n`;
  const deck = file("west.csv", Buffer.from(text, "latin1"));
  const said = ["--decimal", "comma", "--encoding", "windows-1252", "--dates", "mdy"];
  expect(await cli("deck", "import", deck, "--plan", plan, ...said)).toMatchObject({ state: "applied", errors: 0 });
  expect(await charged(60)).toBe("1250000");
  const rows = await make.sql(
    "SELECT r.destination, (upper(r.valid) AT TIME ZONE 'UTC')::date::text AS until FROM rate r JOIN plan p ON p.id = r.plan_id WHERE p.name = $1",
    [plan],
  );
  expect(rows).toEqual([{ destination: "M\u00fcnchen", until: `${year}-${month}-${date}` }]);
  for (const [option = "", wrong = ""] of [
    ["--decimal", "dot"],
    ["--encoding", "ebcdic"],
    ["--dates", "ymd"],
  ]) {
    await expect(cli("deck", "import", deck, "--plan", plan, option, wrong)).rejects.toThrow(/invalid_input/);
  }
});
