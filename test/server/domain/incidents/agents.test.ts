import { afterAll, beforeAll, expect, test } from "vitest";

import { type Attacked, attacked } from "@/test/support/attacked";
import { createDatabase, type TestDatabase } from "@/test/support/database";

let db: TestDatabase;
let at: Attacked;
beforeAll(async () => {
  db = await createDatabase();
  at = await attacked(db);
});
afterAll(() => db.drop());

/** What the PBX writes when a program registers as the phone. */
const registers = (agent: string, host: string, ago = "0 seconds") =>
  at.on.sql(
    `WITH made AS (SELECT e.tenant_id, e.id FROM extension e WHERE e.sip_username = $1)
     INSERT INTO registration_event (tenant_id, extension_id, at, kind, address, user_agent, transport)
     SELECT tenant_id, id, now() - $4::interval, 'registered', $2, $3, 'UDP' FROM made`,
    [at.endpoint, host, agent, ago],
  );

test("an incident names the programs that came in as its phones from its addresses, and no phone of anywhere else", async () => {
  const { on, incident, operator } = at;
  const agents = async () =>
    (await on.as("operator").incidents.get({ tenantSlug: "operator", incidentId: incident })).agents;
  const before = (await agents()).map(({ value, phones }) => [value, phones]);
  expect(before).toEqual([["friendly-scanner", 1]]);
  await registers("Desk phone of the office", "198.51.100.20:5060");
  await registers("long before", "203.0.113.9:5060", "3 days");
  await registers("pplsip", "203.0.113.9:40000", "1 hour");
  expect((await agents()).map(({ value }) => value)).toEqual(["friendly-scanner", "pplsip"]);
  await on.sql(
    "INSERT INTO incident_subject SELECT tenant_id, incident_id, kind, '2001:db8:5::7', of_tenant_id, extension_id, 1, now(), now() FROM incident_subject WHERE incident_id = $1 AND kind = 'address' AND tenant_id = $2 LIMIT 1",
    [incident, operator],
  );
  await registers("from the other world", "[2001:db8:5::7]:5060");
  expect((await agents()).map(({ value }) => value)).toContain("from the other world");

  // Once it is over, who comes later is of the next one.
  await on.sql(
    "UPDATE incident SET state = 'resolved', first_at = first_at - interval '2 hours', closed_at = now() - interval '10 minutes' WHERE id = $1",
    [incident],
  );
  await registers("came after the end", "203.0.113.9:40000");
  await registers("came before the end", "203.0.113.9:40000", "11 minutes");
  expect((await agents()).map(({ value }) => value)).toEqual(["came before the end", "pplsip"]);
});
