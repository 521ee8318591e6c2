import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { change } from "@/server/domain/audit/change";
import { type DismissReason, dismissReasons } from "@/server/domain/incidents/dismiss-reasons.schema";
import { isOver } from "@/server/domain/incidents/incident.rules";
import { incidentStates } from "@/server/domain/incidents/incident.schema";
import { getIncident } from "@/server/domain/incidents/incident-list";
import {
  acknowledgeIncident,
  assignIncident,
  commentIncident,
  mergeIncident,
  openIncident,
  setSeverity,
  unmergeIncident,
} from "@/server/domain/incidents/incidents";
import { moveIncident } from "@/server/domain/incidents/move-incident";
import { notifyDesk } from "@/server/domain/incidents/notify";
import { saveReview } from "@/server/domain/incidents/review";
import { readTenant } from "@/server/infra/db/read-tenant";
import type { TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId, UserId } from "@/server/kernel/ids";
import { jsonOf, runCli } from "@/test/server/cli/run-cli";
import { type Branches, makeBranches } from "@/test/support/branch";
import { createDatabase, type TestDatabase } from "@/test/support/database";

let db: TestDatabase;
let branches: Branches;
let desk: TenantId;
let ada: UserId;
let bob: UserId;
beforeAll(async () => {
  db = await createDatabase();
  branches = await makeBranches(db);
  desk = branches.operator.tenantId as TenantId;
  ada = (await branches.seat(
    branches.operator,
    "incident_responder",
    await branches.person("ada@desk.example"),
  )) as UserId;
  bob = (await branches.seat(branches.operator, "owner", await branches.person("bob@desk.example"))) as UserId;
});
afterAll(() => db.drop());

const as = (userId: UserId) => ({ name: userId, userId });
const write = <T>(work: (tx: TenantWrite) => Promise<T>): Promise<T> =>
  change(
    db.app,
    { tenantId: desk, actor: { kind: "user", id: ada, requestId: "r" }, action: "incident.move" },
    async (tx) => ({ subject: "incident:test", result: await work(tx) }),
  );
const get = (id: string) => readTenant(db.app, { tenantId: desk, subtree: true }, (tx) => getIncident(tx, desk, id));
const open = (title = "Strange calls") => write((tx) => openIncident(tx, desk, { title, severity: "medium" }, as(ada)));
let networks = 0;
/** One that the system opened, about a network of its own. */
async function attack(): Promise<string> {
  networks += 1;
  const rows = await db.pool.query<{ incident_id: string }>(
    "signal_take_in_test",
    "SELECT incident_id FROM signal_take(now(), 'InvalidPassword', 'nobody', $1, 5)",
    [`10.${networks >> 8}.${networks & 255}.1`],
  );
  return rows[0]?.incident_id ?? "";
}
const code = (work: Promise<unknown>) =>
  work.then(
    () => "done",
    (error: unknown) => (error instanceof DomainError ? error.code : error),
  );

describe("working on an incident", () => {
  test("it is taken, worked on, resolved and reviewed, and the timeline tells who did what when", async () => {
    const id = await attack();
    await write((tx) => acknowledgeIncident(tx, desk, id, as(ada)));
    await write((tx) => acknowledgeIncident(tx, desk, id, as(ada)));
    await write((tx) => commentIncident(tx, desk, { incidentId: id, text: "Called the customer." }, as(ada)));
    await write((tx) => setSeverity(tx, desk, { incidentId: id, severity: "critical" }, as(ada)));
    await write((tx) => assignIncident(tx, desk, { incidentId: id, ownerId: bob }, as(ada)));
    for (const state of ["contained", "monitoring"] as const) {
      await write((tx) => moveIncident(tx, desk, { incidentId: id, state }, as(bob)));
    }
    await write((tx) =>
      moveIncident(tx, desk, { incidentId: id, state: "resolved", text: "Password changed." }, as(bob)),
    );
    const draft = { incidentId: id, version: 0, cause: "A", worked: "B", changes: "C", followUps: [] };
    await write((tx) => saveReview(tx, desk, draft, as(bob)));
    await write((tx) => moveIncident(tx, desk, { incidentId: id, state: "reviewed" }, as(bob)));
    const incident = await get(id);
    expect(incident).toMatchObject({
      state: "reviewed",
      severity: "critical",
      ownerId: bob,
      outcome: "Password changed.",
    });
    expect(incident.acknowledgedAt && incident.containedAt && incident.closedAt).toBeInstanceOf(Date);
    expect(incident.timeline.lines.map(({ actor, kind }) => `${actor} ${kind}`)).toEqual([
      "Ringfence opened",
      "Somebody acknowledged",
      "Somebody comment",
      "Somebody severity",
      "Somebody owner",
      ...Array(3).fill("Somebody state"),
      "Somebody review",
      "Somebody state",
    ]);
  });

  test("ways that do not exist, reasons that are missing and owners without a seat are refused, and change nothing", async () => {
    const { id } = await open();
    const move = (state: (typeof incidentStates)[number], text?: string, reason?: DismissReason) =>
      code(write((tx) => moveIncident(tx, desk, { incidentId: id, state, text, reason }, as(ada))));
    expect(await move("reviewed", "why not")).toBe("invalid_state");
    expect(await move("resolved")).toBe("invalid_input");
    expect(await move("resolved", "It is over.", "test")).toBe("invalid_input");
    expect(await move("dismissed", "A reason in words only.")).toBe("invalid_input");
    expect(await move("dismissed", "  ", "other")).toBe("invalid_input");
    const outsider = await branches.person();
    expect(await code(write((tx) => assignIncident(tx, desk, { incidentId: id, ownerId: outsider }, as(ada))))).toBe(
      "invalid_input",
    );
    expect(await get(id)).toMatchObject({ state: "open", ownerId: ada, timeline: { lines: [{ kind: "opened" }] } });
    expect(await move("dismissed", "", "known_customer")).toBe("done");
    expect(await get(id)).toMatchObject({ state: "dismissed", dismissedAs: "known_customer", outcome: "" });
    expect(await code(write((tx) => setSeverity(tx, desk, { incidentId: id, severity: "low" }, as(ada))))).toBe(
      "invalid_state",
    );
  });

  test("one that was closed stays closed while another about the same network is open", async () => {
    const first = await attack();
    await write((tx) =>
      moveIncident(tx, desk, { incidentId: first, state: "dismissed", reason: "test", text: "A test." }, as(ada)),
    );
    networks -= 1;
    const second = await attack();
    expect(second).not.toBe(first);
    const again = { incidentId: first, state: "open", text: "It was real." } as const;
    expect(await code(write((tx) => moveIncident(tx, desk, again, as(ada))))).toBe("conflict");
    await write((tx) =>
      moveIncident(tx, desk, { incidentId: second, state: "dismissed", reason: "test", text: "The same." }, as(ada)),
    );
    await write((tx) => moveIncident(tx, desk, again, as(ada)));
    expect(await get(first)).toMatchObject({ state: "open", closedAt: null });
  });

  test("the timeline is not rewritten, not even by the portal's own account", async () => {
    const { id } = await open();
    await expect(
      write((tx) => tx.$executeRaw`UPDATE incident_line SET body = 'nothing happened' WHERE incident_id = ${id}::uuid`),
    ).rejects.toThrow(/permission denied/);
    await expect(
      write((tx) => tx.$executeRaw`DELETE FROM incident_line WHERE incident_id = ${id}::uuid`),
    ).rejects.toThrow(/permission denied/);
  });
});

describe("merging", () => {
  test("what is merged counts for the other, and can be taken out again", async () => {
    const [one, other] = [await attack(), await attack()];
    await write((tx) => mergeIncident(tx, desk, { incidentId: one, intoIncidentId: other }, as(ada)));
    networks -= 1;
    const again = await attack();
    networks += 1;
    expect(again).toBe(other);
    expect(await get(one)).toMatchObject({ signals: 5, mergedInto: { id: other } });
    expect(await get(other)).toMatchObject({ signals: 10, parts: [{ id: one }] });
    await write((tx) => unmergeIncident(tx, desk, one, as(ada)));
    expect(await get(one)).toMatchObject({ mergedInto: null });
  });

  test("into itself, into a part of another, or what is over: refused with the reason", async () => {
    const [a, b, c] = [await open("a"), await open("b"), await open("c")];
    const merge = (from: { id: string }, into: { id: string }) =>
      code(write((tx) => mergeIncident(tx, desk, { incidentId: from.id, intoIncidentId: into.id }, as(ada))));
    expect(await merge(a, a)).toBe("invalid_input");
    expect(await merge(a, b)).toBe("done");
    expect(await merge(a, b)).toBe("done");
    expect(await merge(c, a)).toBe("invalid_state");
    expect(await merge(b, a)).toBe("invalid_state");
    await write((tx) => moveIncident(tx, desk, { incidentId: c.id, state: "resolved", text: "Done." }, as(ada)));
    expect(await merge(c, b)).toBe("invalid_state");
    const foreign = { id: crypto.randomUUID() };
    expect(await merge(b, foreign)).toBe("not_found");
  });

  test("two people who merge two incidents into each other at once leave one in the other", async () => {
    for (let round = 0; round < 5; round += 1) {
      const [a, b] = [await open(), await open()];
      const done = await Promise.all([
        code(write((tx) => mergeIncident(tx, desk, { incidentId: a.id, intoIncidentId: b.id }, as(ada)))),
        code(write((tx) => mergeIncident(tx, desk, { incidentId: b.id, intoIncidentId: a.id }, as(bob)))),
      ]);
      expect(done.toSorted()).toEqual(["done", "invalid_state"]);
    }
  });
});

test("no sequence of moves, merges and signals leaves an incident without a timeline, or part of a part", async () => {
  // A small generator, so that a failing sequence can be run again.
  let seed = 20_261_126;
  const pick = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((seed / 2_147_483_648) * below);
  };
  const base = networks;
  const ids: string[] = [];
  for (let n = 0; n < 6; n += 1) ids.push(await attack());
  const any = () => ids[pick(ids.length)] ?? "";
  for (let step = 0; step < 250; step += 1) {
    const [id, other, kind] = [any(), any(), pick(6)];
    const state = incidentStates[pick(incidentStates.length)] ?? "open";
    if (kind === 0)
      await code(write((tx) => mergeIncident(tx, desk, { incidentId: id, intoIncidentId: other }, as(ada))));
    else if (kind === 1) await code(write((tx) => unmergeIncident(tx, desk, id, as(ada))));
    else if (kind === 2) await code(write((tx) => acknowledgeIncident(tx, desk, id, as(bob))));
    else if (kind === 3) {
      networks = base + pick(6);
      ids.push(await attack());
    } else {
      const why = state === "dismissed" ? { reason: dismissReasons[pick(dismissReasons.length)] } : {};
      await code(write((tx) => moveIncident(tx, desk, { incidentId: id, state, text: "Because.", ...why }, as(ada))));
    }
  }
  networks = base + 6;
  const wrong = await branches.build.sql(
    `SELECT i.number FROM incident i LEFT JOIN incident p ON p.tenant_id = i.tenant_id AND p.id = i.merged_into
     WHERE p.merged_into IS NOT NULL OR i.last_line = 0
       OR i.last_line <> (SELECT count(*) FROM incident_line l WHERE l.incident_id = i.id)
       OR (i.state = 'dismissed') <> (i.dismissed_as IS NOT NULL)
       OR (p.id IS NOT NULL AND (p.closed_at IS NULL) <> (i.closed_at IS NULL))
       OR (i.state <> 'triage' AND i.closed_at IS NULL AND i.acknowledged_at IS NULL AND i.merged_into IS NULL AND i.owner_id IS NULL)`,
  );
  expect(wrong).toEqual([]);
  for (const id of ids) {
    const incident = await get(id);
    expect(incident.closedAt !== null).toBe(isOver(incident.state));
    const moves = incident.timeline.lines.filter(({ kind }) => kind === "state");
    for (const [at, move] of moves.entries()) {
      if (at > 0) expect(move.detail["from"]).toBeTruthy();
    }
  }
});

describe("telling the desk", () => {
  test("everybody at the desk gets one mail per severity, however often the job runs, with a link and no secret", async () => {
    const id = await attack();
    const tell = (severity: "medium" | "high") =>
      write((tx) => notifyDesk(tx, desk, { incidentId: id, severity, appUrl: "https://portal.example" }));
    expect(await tell("medium")).toMatchObject({ mails: 2 });
    expect(await tell("medium")).toBeUndefined();
    expect(await tell("high")).toMatchObject({ mails: 2 });
    const mails = await branches.build.sql<{ recipient: string; body: string }>(
      "SELECT recipient, body FROM mail WHERE tenant_id = $1 AND body LIKE $2 ORDER BY created_at, recipient",
      [desk, `%${id}%`],
    );
    expect(mails.map(({ recipient }) => recipient.split("@")[0]).join(" ")).toBe("ada bob ada bob");
    expect(mails[0]?.body).toContain(`https://portal.example/t/operator/incidents?open=${id}`);
  });

  test("what is over by then is nobody's alarm", async () => {
    const id = await attack();
    await write((tx) =>
      moveIncident(tx, desk, { incidentId: id, state: "dismissed", reason: "test", text: "A test." }, as(ada)),
    );
    const told = write((tx) => notifyDesk(tx, desk, { incidentId: id, severity: "high", appUrl: "" }));
    expect(await told).toBeUndefined();
  });
});

test("the command line lists, shows, moves, comments and merges, and leaves the same events", async () => {
  const cli = (...words: string[]) => jsonOf<Record<string, unknown>>(db.appUrl, ["incident", ...words]);
  const [a, b] = [await open("By phone"), await open("By mail")];
  expect(await jsonOf(db.appUrl, ["incident", "list", "--text", "By phone"])).toMatchObject([{ incident: a.number }]);
  expect(await cli("comment", a.number, "--text", "Looked at.")).toMatchObject({ incident: a.number });
  expect(await cli("merge", a.number, b.number)).toEqual({ incident: a.number, into: b.number });
  expect(await cli("unmerge", a.number)).toEqual({ incident: a.number, from: b.number });
  expect(await cli("move", a.number, "resolved", "--text", "Over.")).toMatchObject({ state: "resolved" });
  expect(await cli("show", a.number)).toMatchObject({ outcome: "Over.", state: "resolved" });
  expect(await cli("move", b.number, "dismissed", "--reason", "duplicate")).toMatchObject({ state: "dismissed" });
  expect(await cli("show", b.number)).toMatchObject({ dismissedAs: "duplicate" });
  const wrong = await runCli(db.appUrl, ["incident", "move", a.number, "contained", "--json"]);
  expect(wrong.code).not.toBe(0);
  expect(wrong.out).toContain("from there it can become reviewed or open");
  expect((await runCli(db.appUrl, ["incident", "show", "999999", "--json"])).out).toContain("There is no incident");
  const trail = await branches.build.sql<{ action: string }>(
    "SELECT action FROM audit_event WHERE tenant_id = $1 AND actor_kind = 'cli' ORDER BY seq",
    [desk],
  );
  expect(trail.map(({ action }) => action)).toEqual([
    "incident.comment",
    "incident.merge",
    "incident.unmerge",
    "incident.move",
    "incident.move",
    // What was refused as well: by the change that it came to, or as it is.
    "incident.move",
    "access.refuse",
  ]);
});
