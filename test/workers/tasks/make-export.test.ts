import { createHash } from "node:crypto";
import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { inLanguage } from "@/server/infra/words/speaking";
import { builders } from "@/test/support/builders";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { exportDesk, manyCalls } from "@/test/support/export-desk";
import { killedWhileWaiting, lockAwaited } from "@/test/support/killed-child";
import { pdfLines } from "@/test/support/pdf-text";
import { seedCalls } from "@/test/support/seeded-calls";
import { type Stage, stage } from "@/test/support/stage";

let db: TestDatabase;
let on: Stage;
let make: ReturnType<typeof builders>;
let desk: ReturnType<typeof exportDesk>;
let tenantSlug: string;
const CALLS = 12_500;
beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
  make = builders(db);
  tenantSlug = on.customer.slug;
  desk = exportDesk(db, on.as("customer"), on.customer);
  await manyCalls(db, on.customer, CALLS);
});
afterAll(() => db.drop());

const sha256 = (bytes: Buffer | string) => createHash("sha256").update(bytes).digest("hex");
const rowsOf = (text: string, delimiter = ",") =>
  parse(text.replace(/^\uFEFF/, ""), { columns: true, delimiter }) as Record<string, string>[];

describe("a file of calls", () => {
  test("has every call of the filter, oldest first, with exact money and the offset of each moment", async () => {
    const file = await desk.made({ what: "calls", timeZone: "Europe/Berlin" });
    expect(file).toMatchObject({ state: "ready", lines: CALLS, format: "csv", sha256: sha256(file.text) });
    expect(file.bytes).toBe(Buffer.byteLength(file.text));
    const rows = rowsOf(file.text);
    expect(rows).toHaveLength(CALLS);
    expect(new Set(rows.map(({ call_id }) => call_id)).size).toBe(CALLS);
    expect(rows[0]).toMatchObject({
      started_at: "2026-03-01T01:00:01.000+01:00",
      number: "+49301",
      cost: "0.020001",
      talk_seconds: "61.25",
    });
    expect(rows.at(-1)).toMatchObject({ number: `+4930${CALLS}`, direction: "out", outcome: "answered" });
    const trail = await on.sql("SELECT action, actor_kind FROM audit_event WHERE action LIKE 'export.%' ORDER BY seq");
    expect(trail).toEqual([
      { action: "export.create", actor_kind: "user" },
      { action: "export.make", actor_kind: "job" },
    ]);
  });

  test("narrows like the list does: days of the tenant, text, outcome, columns in their order", async () => {
    const filter = { text: "493099", from: "2026-03-01", to: "2026-03-01" };
    const columns = ["number", "started_at"];
    const file = await desk.made({ what: "calls", filter, columns, format: "jsonl" });
    const lines = file.text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, string>);
    expect(lines.length).toBe(file.lines);
    expect(Object.keys(lines[0] ?? {})).toEqual(columns);
    const listed = await on.as("customer").calls.list({ tenantSlug, ...filter, limit: 200 });
    const numbers = listed.items.map(({ toE164 }) => `+${toE164}`);
    expect(lines.slice(-200).map(({ number }) => number)).toEqual(numbers.toReversed());
    expect((await desk.made({ what: "calls", filter: { outcome: "busy" } })).lines).toBe(0);
  });

  test("shows one moment: what ends or comes while it is made is not in it, however the workers take their time", async () => {
    const phone = await on.phone(on.customer, "140");
    const [open] = await seedCalls(make, on.customer, phone, [{ open: true, to: "4940111" }]);
    await seedCalls(make, on.customer, phone, [{ to: "4940222" }]);
    const filter = { extensionId: phone.extensionId };
    const asked = await desk.ask({ what: "calls", filter });
    await on.sql("UPDATE call SET state = 'ended', outcome = 'answered', ended_at = now() WHERE id = $1", [open]);
    await seedCalls(make, on.customer, phone, [{ to: "4940333" }]);
    await desk.make(asked.taskId);
    const seen = rowsOf((await desk.bytes(asked.id)).toString()).map(({ number }) => number);
    expect(seen).toEqual(["+4940222"]);
    expect((await desk.made({ what: "calls", filter })).lines).toBe(3);
  });

  test("waits for a change that was under way when it was asked for", async () => {
    const phone = await on.phone(on.customer, "141");
    await db.owner.query("BEGIN");
    await seedCalls(make, on.customer, phone, [{ to: "4941111" }]);
    // Another change ends meanwhile, so that the one under way began before the moment.
    await desk.ask({ what: "numbers" });
    const asked = await desk.ask({ what: "calls", filter: { extensionId: phone.extensionId } });
    const making = desk.make(asked.taskId);
    const says = async () => (await desk.get(asked.id)).task.note;
    while ((await says()) === "") expect((await desk.get(asked.id)).state).toBe("making");
    expect(await says()).toBe("Waiting for changes that are under way");
    await db.owner.query("COMMIT");
    await making;
    expect((await desk.get(asked.id)).lines).toBe(1);
  });

  test("made by a worker that is killed in the middle, and ended by another, it is the same bytes", async () => {
    const whole = await desk.made({ what: "calls", filter: { to: "2026-03-02" } });
    const asked = await desk.ask({ what: "calls", filter: { to: "2026-03-02" } });
    const third =
      "INSERT INTO export_part (tenant_id, export_id, part, lines, bytes, data) VALUES ($1, $2, 2, 0, 0, '')";
    await killedWhileWaiting({
      program: "run-task-child",
      words: [db.appUrl, on.customer.tenantId, asked.taskId],
      // Whoever writes the third part waits for us.
      hold: async () => {
        await db.owner.query("BEGIN");
        await db.owner.query(third, [on.customer.tenantId, asked.id]);
      },
      waits: () => lockAwaited(db, "locktype = 'transactionid'", "export_add_part"),
      letGo: () => db.owner.query("ROLLBACK"),
    });
    expect(await desk.get(asked.id)).toMatchObject({ state: "making", readyAt: null });
    const firsts = "SELECT part, xmin::text FROM export_part WHERE export_id = $1 AND part < 2 ORDER BY 1";
    const before = await on.sql(firsts, [asked.id]);
    expect(before).toHaveLength(2);
    await on.sql("UPDATE task SET heartbeat_at = now() - interval '1 minute' WHERE id = $1", [asked.taskId]);
    await desk.make(asked.taskId);
    expect(await on.sql(firsts, [asked.id])).toEqual(before);
    expect(sha256(await desk.bytes(asked.id))).toBe(whole.sha256);
    expect(await desk.get(asked.id)).toMatchObject({ state: "ready", sha256: whole.sha256, lines: CALLS });
  });

  test("stopped it says so, goes on from there, and done twice it is done once", async () => {
    const asked = await desk.ask({ what: "calls" });
    await on.as("customer").exports.cancel({ tenantSlug, exportId: asked.id });
    await desk.make(asked.taskId);
    expect((await desk.get(asked.id)).state).toBe("stopped");
    await on.as("customer").exports.resume({ tenantSlug, exportId: asked.id });
    await desk.make(asked.taskId);
    await desk.make(asked.taskId);
    expect((await desk.get(asked.id)).state).toBe("ready");
    const made = await on.sql("SELECT 1 FROM audit_event WHERE action = 'export.make' AND subject = $1", [
      `export:${asked.id}`,
    ]);
    expect(made).toHaveLength(1);
  });

  test("as a document it has pages with sums, and one that is too long says what to do instead", async () => {
    const file = await desk.made({ what: "calls", format: "pdf", filter: { from: "2026-03-02" } });
    expect(file).toMatchObject({ state: "ready", lines: 4 });
    expect(file.text.startsWith("%PDF-")).toBe(true);
    expect(file.fileName).toMatch(/^calls-acme-\d{8}-\d{4}\.pdf$/);
    // Made later by nobody who speaks it, in the language of whoever asked.
    const asked = await inLanguage("de", () =>
      desk.ask({ what: "calls", format: "pdf", filter: { from: "2026-03-02" } }),
    );
    await desk.make(asked.taskId);
    const german = pdfLines(await desk.bytes(asked.id)).map(({ ltr }) => ltr);
    expect(german.join("\n")).toMatch(
      /Anrufliste[\s\S]*Zeitraum02.03.2026 bis jetzt[\s\S]*angenommen[\s\S]*Seite 1 von 1/,
    );
    const long = await desk.ask({ what: "calls", format: "pdf" });
    await desk.make(long.taskId);
    expect(await desk.get(long.id)).toMatchObject({
      state: "failed",
      task: { error: expect.stringMatching(/at most 10000 calls/) },
    });
  });
});

describe("other lists", () => {
  test("the ledger's file is the wallet: every movement up to that moment, in its order, adding up", async () => {
    for (let n = 1; n <= 3; n += 1) await on.topUp(on.customer, BigInt(n) * 1_000_000n);
    const asked = await desk.ask({ what: "ledger", decimals: "comma" });
    await on.topUp(on.customer, 9_000_000n);
    await desk.make(asked.taskId);
    const rows = rowsOf((await desk.bytes(asked.id)).toString(), ";");
    expect(rows.map(({ seq, amount, balance }) => [seq, amount, balance])).toEqual([
      ["1", "1,000000", "1,000000"],
      ["2", "2,000000", "3,000000"],
      ["3", "3,000000", "6,000000"],
    ]);
    expect(new Set(rows.map(({ actor }) => actor))).toEqual(new Set(["provider"]));
    expect((await desk.made({ what: "ledger", filter: { to: "2020-01-01" } })).lines).toBe(0);
  });

  test("phones, numbers, the trail and incidents come whole, and no secret with them", async () => {
    const phones = await desk.made({ what: "extensions" });
    expect(rowsOf(phones.text).map(({ number }) => number)).toEqual(["140", "141"]);
    const trail = await desk.made({ what: "audit", format: "jsonl", filter: { action: "export" } });
    const events = trail.text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { action: string; after: object });
    expect(events.length).toBe(trail.lines);
    expect(events.every(({ action, after }) => action.startsWith("export.") && typeof after === "object")).toBe(true);
    await on.sql("INSERT INTO did (tenant_id, number) VALUES ($1, '493055501')", [on.customer.tenantId]);
    const numbers = exportDesk(db, on.as("reseller"), on.reseller);
    expect(rowsOf((await numbers.made({ what: "numbers" })).text)).toMatchObject([
      { number: "+493055501", holder: "acme" },
    ]);
    await on.as("operator").incidents.open({ tenantSlug: "operator", title: "=Strange", severity: "high" });
    const incidents = exportDesk(db, on.as("operator"), on.operator);
    const made = await incidents.made({ what: "incidents", format: "csv_safe" });
    expect(rowsOf(made.text)).toMatchObject([{ title: "'=Strange", severity: "high", closed_at: "" }]);
    // The filters of their pages, whole.
    expect((await desk.made({ what: "extensions", filter: { text: "141" } })).lines).toBe(1);
    expect((await desk.made({ what: "extensions", filter: { status: "suspended" } })).lines).toBe(0);
    const those = async (filter: object) => (await incidents.made({ what: "incidents", filter })).lines;
    expect([
      await those({ show: "closed" }),
      await those({ view: "mine" }),
      await those({ view: "unassigned" }),
    ]).toEqual([0, 1, 0]);
    const [strange] = (await on.as("operator").incidents.list({ tenantSlug: "operator" })).items;
    const nobodys = { tenantSlug: "operator", incidentId: strange?.id ?? "", ownerId: null };
    await on.as("operator").incidents.assign(nobodys);
    expect([await those({ show: "active", view: "mine" }), await those({ view: "unassigned" })]).toEqual([0, 1]);
  });

  test("what is asked wrongly is refused with words, and a role has only files of what it may read", async () => {
    const refused = async (file: Record<string, unknown>, who = on.as("customer")) =>
      who.exports.create({ tenantSlug, file: { filter: {}, ...file } as never }).then(
        () => "made",
        (error: Error) => error.message,
      );
    expect(await refused({ what: "calls", columns: ["secret"] })).toBe("invalid_input");
    expect(await refused({ what: "ledger", format: "pdf" })).toBe("invalid_input");
    expect(await refused({ what: "calls", timeZone: "Mars/Base" })).toBe("invalid_input");
    expect(await refused({ what: "persons" })).toBe("invalid_input");
    const viewer = on.as({ userId: await on.person(on.customer, "viewer") });
    expect(await refused({ what: "audit" }, viewer)).toBe("forbidden");
    expect(await refused({ what: "calls" }, viewer)).toBe("made");
    const seen = (await viewer.exports.list({ tenantSlug })).items.map(({ what }) => what);
    expect(new Set(seen)).toEqual(new Set(["calls", "ledger", "extensions", "numbers"]));
    const [audit] = (await on.as("customer").exports.list({ tenantSlug })).items.filter(({ what }) => what === "audit");
    await expect(viewer.exports.get({ tenantSlug, exportId: audit?.id ?? "" })).rejects.toThrow("forbidden");
    await expect(viewer.exports.cancel({ tenantSlug, exportId: audit?.id ?? "" })).rejects.toThrow("forbidden");
  });
});
