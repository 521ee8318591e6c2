import { afterAll, beforeAll, expect, test } from "vitest";

import type { AmiStatus } from "@/server/infra/ami/gateway";
import { silentLogger } from "@/server/infra/log/logger";
import { builders } from "@/test/support/builders";
import { createDatabase, type TestDatabase } from "@/test/support/database";
import { LinkTrail } from "@/workers/link-trail";

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
  await builders(db).tenant("operator");
});
afterAll(() => db.drop());

/** A link that is as the test says, and a clock that the test moves. */
function watched(pbx: string) {
  const clock = { ms: 1_000_000 };
  const link: { status: Partial<AmiStatus>; cameBack: () => void } = {
    status: { connected: false, problem: "reading events: connecting" },
    cameBack: () => {},
  };
  const trail = new LinkTrail({
    ami: {
      status: () => link.status as AmiStatus,
      onGap: (handler) => {
        link.cameBack = () => handler("connected");
      },
    },
    ...{ db: db.app, log: silentLogger, pbx, everyMs: 3_600_000, now: () => clock.ms },
  });
  const is = (status: Partial<AmiStatus>) => {
    link.status = status;
    if (status.connected) link.cameBack();
    trail.look();
  };
  const events = async () => {
    const { rows } = await db.owner.query(
      "SELECT action, outcome, after FROM audit_event WHERE subject = $1 ORDER BY seq",
      [`pbx:${pbx}`],
    );
    return rows;
  };
  return { clock, link, trail, is, events };
}

const up = { connected: true, problem: undefined };
const away = { connected: false, problem: "reading events: connection refused" };

test("the link to the PBX comes, goes and is refused in the trail of the operator", async () => {
  const { clock, trail, is, events } = watched("one");
  trail.look();
  is(up);
  clock.ms += 61_000;
  is(away);
  clock.ms += 61_000;
  is({ connected: false, problem: "acting: login refused" });
  await trail.close();
  expect(await events()).toEqual([
    { action: "pbx.connect", outcome: "ok", after: {} },
    { action: "pbx.lose", outcome: "failed", after: { problem: "reading events: connection refused" } },
    { action: "pbx.refuse_login", outcome: "failed", after: { problem: "acting: login refused" } },
  ]);
});

test("a link that flaps leaves two events a minute, and every change is counted, also one that nobody saw", async () => {
  const { clock, link, trail, is, events } = watched("two");
  is(up);
  for (let n = 0; n < 20; n += 1) {
    is(away);
    is(up);
  }
  link.cameBack();
  clock.ms += 61_000;
  trail.look();
  await trail.close();
  expect(await events()).toEqual([
    { action: "pbx.connect", outcome: "ok", after: {} },
    { action: "pbx.connect", outcome: "ok", after: { changes: 42 } },
  ]);
});

test("a PBX that is not there at the start is told once it should have been found", async () => {
  const { clock, trail, is, events } = watched("three");
  is(away);
  clock.ms += 20_000;
  is(away);
  is(away);
  await trail.close();
  expect(await events()).toMatchObject([{ action: "pbx.lose", outcome: "failed" }]);
});
