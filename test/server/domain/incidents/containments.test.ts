import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { type ContainedStage, containedStage } from "@/test/support/contained";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { DeskCounts } from "@/workers/desk-counts";

let db: TestDatabase;
let on: ContainedStage;
let numbers = 200;
beforeAll(async () => {
  db = await createDatabase();
  on = await containedStage(db);
});
afterAll(() => db.drop());
beforeEach(() => {
  Object.assign(on.pbx, { away: false, hungUp: [], before: async () => {} });
});

const newPhone = () => {
  numbers += 1;
  return on.realPhone(String(numbers));
};
const digestOf = async (endpoint: string) =>
  (await on.one<{ d: string }>("SELECT password_digest AS d FROM pbx.ps_auths WHERE id = $1", [endpoint])).d;
const contactsOf = async (endpoint: string) =>
  (await on.one<{ n: number }>("SELECT count(*)::int AS n FROM pbx.ps_contacts WHERE endpoint = $1", [endpoint])).n;
const mails = async (tenantId: string) =>
  on.sql<{ recipient: string; body: string }>("SELECT recipient, body FROM mail WHERE tenant_id = $1", [tenantId]);
const stepsOf = async (incidentId: string) =>
  (await on.list(incidentId))[0]?.steps.map(({ step, state, count }) => `${step} ${state} ${count}`);
const stateOf = async (incidentId: string) =>
  (await on.one<{ state: string }>("SELECT state FROM incident WHERE id = $1", [incidentId])).state;

describe("a hijacked phone", () => {
  test("is refused at once, its calls end, whoever has its secret is out, and its owners are told; nobody else is touched", async () => {
    const [phone, sibling] = [await newPhone(), await newPhone()];
    const live = [await on.live(phone.endpoint), await on.live(phone.endpoint)];
    const emergency = await on.live(phone.endpoint, { kind: "emergency", dialled: "112" });
    const other = await on.live(sibling.endpoint);
    const [before, untouched] = [await digestOf(phone.endpoint), await digestOf(sibling.endpoint)];
    const { id: incidentId } = await on.incident();
    const asked = { incidentId, target: on.target(phone), prefixes: ["881"], note: "Premium numbers" };
    const { id, subject } = await on.contain(asked);
    expect(await on.ask(phone.endpoint)).toMatchObject({ kind: "refuse", code: "INC-01" });
    expect(await stateOf(incidentId)).toBe("open");

    await on.run(id);
    expect(await stepsOf(incidentId)).toEqual([
      ...[
        "evidence done 1",
        "refuse done 1",
        "hang_up done 2",
        "rotate done 1",
        "contacts done 1",
        "sources done 0",
        "destinations done 1",
        "notify done 2",
      ],
    ]);
    expect(on.pbx.hungUp.toSorted()).toEqual(live.toSorted());
    expect(on.pbx.hungUp).not.toContain(emergency);
    expect(on.pbx.hungUp).not.toContain(other);
    expect(await digestOf(phone.endpoint)).not.toBe(before);
    expect([await contactsOf(phone.endpoint), await contactsOf(sibling.endpoint)]).toEqual([0, 1]);
    expect(await digestOf(sibling.endpoint)).toBe(untouched);
    expect(await on.ask(sibling.endpoint)).toMatchObject({ kind: "out" });
    expect(await on.ask(sibling.endpoint, { e164: "88112345678" })).toMatchObject({ code: "INC-02" });
    expect(await on.ask(phone.endpoint, { kind: "emergency", dialled: "112" })).toMatchObject({ kind: "emergency" });
    expect(await stateOf(incidentId)).toBe("contained");

    const [toCustomer, toReseller] = [await mails(on.customer.tenantId), await mails(on.reseller.tenantId)];
    expect([toCustomer.length, toReseller.length]).toEqual([1, 1]);
    expect(toCustomer[0]?.body).toContain(`Calls of ${subject} were stopped`);
    expect(toCustomer[0]?.body).toContain("https://portal.example/t/acme/extensions");

    const trails = await on.sql<{ tenant_id: string; action: string; step: string | null }>(
      "SELECT DISTINCT tenant_id, action, after ->> 'step' AS step FROM audit_event WHERE subject = ANY ($1) AND action NOT LIKE '%create%'",
      [[`incident:${incidentId}`, `extension:${phone.extensionId}`]],
    );
    const of = (tenantId: string) => trails.filter((e) => e.tenant_id === tenantId).map(({ action }) => action);
    expect(of(on.desk).filter((action) => action === "incident.contain_step")).toHaveLength(7);
    expect(of(on.customerId)).toEqual(expect.arrayContaining(["extension.rotate_secret", "extension.forget_phones"]));
    expect(of(on.customerId).filter((action) => action === "incident.contain_step")).toHaveLength(7);
  });

  test("its owners read what is true of emergency calls: with a replaced secret none until the new one is in the phone", async () => {
    const bodyOf = async (skip: readonly "rotate"[]) => {
      const phone = await newPhone();
      const { id, number } = await on.incident();
      await on.run((await on.contain({ incidentId: id, target: on.target(phone), skip })).id);
      return (await mails(on.customer.tenantId)).find(({ body }) => body.includes(`incident ${number}.`))?.body;
    };
    const replaced = await bodyOf([]);
    expect(replaced).toContain("it reaches nobody, emergency numbers included");
    expect(replaced).not.toContain("can still be dialled");
    const kept = await bodyOf(["rotate"]);
    expect(kept).toContain("Emergency numbers can still be dialled.");
    expect(kept).not.toContain("secret");
  });

  test("whose secret could not be replaced is told of as it is, and again when it was replaced", async () => {
    const phone = await newPhone();
    const { id: incidentId, number } = await on.incident();
    const { id } = await on.contain({ incidentId, target: on.target(phone) });
    const bodies = async () => (await mails(on.customer.tenantId)).map(({ body }) => body);
    const said = async () => (await bodies()).filter((body) => body.includes(`incident ${number}.`));
    // The database refuses to take a secret, as it would with a full disk.
    await on.sql(`ALTER TABLE pbx.ps_auths ADD CONSTRAINT full_disk CHECK (id <> '${phone.endpoint}') NOT VALID`);
    await expect(on.run(id)).rejects.toThrow();
    await on.sql("ALTER TABLE pbx.ps_auths DROP CONSTRAINT full_disk");
    expect(await stepsOf(incidentId)).toEqual(expect.arrayContaining(["rotate failed 0", "notify done 2"]));
    expect(await said()).toEqual([expect.stringContaining("Emergency numbers can still be dialled.")]);

    await on.run(id);
    await on.run(id);
    expect(await stepsOf(incidentId)).toEqual(expect.arrayContaining(["rotate done 1", "notify done 4"]));
    expect((await said()).filter((body) => body.includes("emergency numbers included"))).toHaveLength(1);
    expect(await said()).toHaveLength(2);
  });

  test("that is contained without a new secret, and then with one, is told of twice", async () => {
    const phone = await newPhone();
    const { id: incidentId, number } = await on.incident();
    await on.run((await on.contain({ incidentId, target: on.target(phone), skip: ["rotate"] })).id);
    await on.run((await on.contain({ incidentId, target: on.target(phone) })).id);
    const bodies = (await mails(on.customer.tenantId)).map(({ body }) => body);
    const said = bodies.filter((body) => body.includes(`incident ${number}.`));
    expect(said.filter((body) => body.includes("can still be dialled"))).toHaveLength(1);
    expect(said.filter((body) => body.includes("The SIP secret is replaced."))).toHaveLength(1);
  });

  test("is contained once, however often the job runs, also twice at once", async () => {
    const phone = await newPhone();
    await on.live(phone.endpoint);
    const { id: incidentId } = await on.incident();
    const { id } = await on.contain({ incidentId, target: on.target(phone) });
    const told = (await mails(on.customer.tenantId)).length;
    await on.sql("UPDATE person SET language = 'de' WHERE id = $1", [on.owners.reseller]);
    await Promise.all([on.run(id), on.run(id)]);
    const digest = await digestOf(phone.endpoint);
    await on.run(id);
    expect(await digestOf(phone.endpoint)).toBe(digest);
    expect((await mails(on.customer.tenantId)).length).toBe(told + 1);
    // Each in the language of whoever reads it.
    const [german] = (await mails(on.reseller.tenantId)).filter(({ body }) => body.includes("gestoppt"));
    expect(german?.body).toMatch(/^Anrufe von .+ wurden am .+ wegen Vorfall \d+ gestoppt\./);
    expect((await mails(on.customer.tenantId)).every(({ body }) => body.startsWith("Calls of "))).toBe(true);
    const rows = await on.sql<{ n: number }>(
      "SELECT count(*)::int AS n FROM audit_event WHERE subject = $1 AND action = 'extension.rotate_secret'",
      [`extension:${phone.extensionId}`],
    );
    expect(rows).toEqual([{ n: 1 }]);
    const [row] = await on.list(incidentId);
    expect(row?.steps.find(({ step }) => step === "rotate")).toMatchObject({ state: "done", count: 1 });
    const lines = await on.sql<{ n: number }>(
      "SELECT count(*)::int AS n FROM incident_line WHERE incident_id = $1 AND kind = 'contain_step'",
      [incidentId],
    );
    expect(lines).toEqual([{ n: 6 }]);
  });

  test("is let go: it calls again with a new secret, and what cannot be undone is named", async () => {
    const phone = await newPhone();
    const { id: incidentId } = await on.incident();
    const { id } = await on.contain({ incidentId, target: on.target(phone) });
    await on.run(id);
    const rotated = await digestOf(phone.endpoint);
    const released = await on.release(id);
    expect(released).toMatchObject({ lifted: 1, stillHeld: 0, stays: ["hang_up", "rotate", "contacts", "notify"] });
    expect(await on.release(id)).toMatchObject({ lifted: 0 });
    expect(await on.ask(phone.endpoint)).toMatchObject({ kind: "out" });
    expect(await digestOf(phone.endpoint)).toBe(rotated);
    expect(await stateOf(incidentId)).toBe("monitoring");
    await on.run(id);
    expect(await on.ask(phone.endpoint)).toMatchObject({ kind: "out" });
  });
});

describe("a PBX that cannot be reached", () => {
  test("holds up its own step only, says what to do by hand, and the step is done when it is back", async () => {
    const phone = await newPhone();
    const [one, two] = [await on.live(phone.endpoint), await on.live(phone.endpoint)];
    const { id: incidentId } = await on.incident();
    const { id } = await on.contain({ incidentId, target: on.target(phone) });
    on.pbx.away = true;
    const counts = new DeskCounts([]);
    expect(await on.code(on.run(id, counts))).toBe("pbx_unreachable");
    expect(await stepsOf(incidentId)).toEqual(
      expect.arrayContaining(["hang_up failed 0", "rotate done 1", "contacts done 1", "notify done 2"]),
    );
    expect(await stateOf(incidentId)).toBe("open");
    const [row] = await on.list(incidentId);
    const step = row?.steps.find((found) => found.step === "hang_up");
    expect(step?.error).toBe("The telephone system cannot be reached right now.");
    expect(step?.byHand.toSorted()).toEqual([one, two].map((call) => `asterisk -rx "channel request hangup ${call}"`));

    const lines = () =>
      on.sql("SELECT seq FROM incident_line WHERE incident_id = $1 AND kind = 'contain_failed'", [incidentId]);
    expect(await on.code(on.run(id, counts))).toBe("pbx_unreachable");
    expect(await lines()).toHaveLength(1);

    on.pbx.away = false;
    const queued = await on.one<{ n: number }>("SELECT containments_resume(NULL) AS n");
    expect(queued.n).toBeGreaterThanOrEqual(1);
    await on.run(id, counts);
    expect(on.pbx.hungUp.toSorted()).toEqual([one, two].toSorted());
    const [after] = await on.list(incidentId);
    expect(after?.steps.find((found) => found.step === "hang_up")).toMatchObject({
      ...{ state: "done", count: 2, error: "", byHand: [], attempts: 3 },
    });
    expect(await stateOf(incidentId)).toBe("contained");
    expect(await on.one("SELECT containments_resume(NULL) AS n")).toEqual({ n: 0 });
    const [, steps, seconds] = counts.all();
    expect((await steps?.get())?.values.filter(({ labels }) => labels["step"] === "hang_up")).toMatchObject([
      { labels: { result: "done" }, value: 1 },
      { labels: { result: "failed" }, value: 2 },
    ]);
    expect((await seconds?.get())?.values.at(-1)).toMatchObject({
      metricName: "ringfence_containment_seconds_count",
      value: 1,
    });
  });
});

describe("two who contain the same thing", () => {
  test("for one incident at once: one does, the other joins, and what it asks beyond is added", async () => {
    const phone = await newPhone();
    const { id: incidentId } = await on.incident();
    const target = on.target(phone);
    const both = await Promise.all([
      on.contain({ incidentId, target, skip: ["notify"] }),
      on.contain({ incidentId, target, skip: ["notify"], prefixes: ["252"] }),
    ]);
    expect(both.map(({ joined }) => joined).toSorted()).toEqual([false, true]);
    expect(both[0]?.id).toBe(both[1]?.id);
    await on.run(both[0]?.id ?? "");
    expect(await stepsOf(incidentId)).toEqual(expect.arrayContaining(["destinations done 1", "notify skipped 0"]));
    const again = await on.contain({ incidentId, target, prefixes: ["252", "881"], skip: [] });
    expect(again.joined).toBe(true);
    await on.run(again.id);
    expect(await stepsOf(incidentId)).toEqual(expect.arrayContaining(["destinations done 2", "notify done 2"]));
    await on.release(again.id);
    expect(await on.ask(phone.endpoint, { e164: "25212345678" })).not.toMatchObject({ code: "INC-02" });
  });

  test("for two incidents: each holds it, and a release of one lifts nothing of the other", async () => {
    const phone = await newPhone();
    const [one, two] = [await on.incident(), await on.incident()];
    const first = await on.contain({ incidentId: one.id, target: on.target(phone) });
    const second = await on.contain({ incidentId: two.id, target: on.target() });
    expect(second.joined).toBe(false);
    expect((await on.list(one.id))[0]?.alsoHeldBy).toEqual([two.number]);
    expect(await on.release(first.id)).toMatchObject({ lifted: 1, stillHeld: 1 });
    expect(await on.ask(phone.endpoint)).toMatchObject({ code: "INC-01" });
    expect(await on.release(second.id)).toMatchObject({ lifted: 1, stillHeld: 0 });
    expect(await on.ask(phone.endpoint)).toMatchObject({ kind: "out" });
  });

  test("phones of one incident share a prefix until the last of them lets go", async () => {
    const [a, b] = [await newPhone(), await newPhone()];
    const { id: incidentId } = await on.incident();
    const one = await on.contain({ incidentId, target: on.target(a), prefixes: ["49"] });
    const two = await on.contain({ incidentId, target: on.target(b), prefixes: ["49"] });
    for (const { id } of [one, two]) await on.run(id);
    await on.release(one.id);
    expect(await on.ask(a.endpoint)).toMatchObject({ code: "INC-02" });
    expect(await stateOf(incidentId)).toBe("contained");
    await on.release(two.id);
    expect(await on.ask(a.endpoint)).toMatchObject({ kind: "out" });
    expect(await stateOf(incidentId)).toBe("monitoring");
  });
});

test("a release while the steps are being done leaves out what was not done yet", async () => {
  const phone = await newPhone();
  await on.live(phone.endpoint);
  const digest = await digestOf(phone.endpoint);
  const { id: incidentId } = await on.incident();
  const { id } = await on.contain({ incidentId, target: on.target(phone), prefixes: ["870"] });
  on.pbx.before = async () => {
    await on.release(id);
  };
  await on.run(id);
  expect((await stepsOf(incidentId))?.slice(1)).toEqual([
    ...[
      "refuse done 1",
      "hang_up skipped 0",
      "rotate skipped 0",
      "contacts skipped 0",
      "sources skipped 0",
      "destinations skipped 0",
    ],
    "notify skipped 0",
  ]);
  expect(await digestOf(phone.endpoint)).toBe(digest);
  expect(await contactsOf(phone.endpoint)).toBe(1);
  expect(await on.ask(phone.endpoint)).toMatchObject({ kind: "out" });
  expect(await on.ask(phone.endpoint, { e164: "87012345678" })).not.toMatchObject({ code: "INC-02" });
});
