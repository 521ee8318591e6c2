import { afterEach, beforeEach, expect, test } from "vitest";

import { incidentStates } from "@/server/domain/incidents/incident.schema";
import { mergeIncident, unmergeIncident } from "@/server/domain/incidents/incidents";
import { moveIncident } from "@/server/domain/incidents/move-incident";
import { saveReview } from "@/server/domain/incidents/review";
import type { Phone } from "@/test/support/builders";
import { type ContainedStage, containedStage } from "@/test/support/contained";
import { createDatabase, type TestDatabase } from "@/test/support/database";

let db: TestDatabase;
let on: ContainedStage;
beforeEach(async () => {
  db = await createDatabase();
  on = await containedStage(db);
});
afterEach(() => db.drop());

/** One for every run of the tests, many for a night. */
const SEEDS = Number(process.env["RINGFENCE_DESK_SEEDS"] ?? 1);
/** Of one database: what was done before is looked at after every step. */
const TOGETHER = 20;
const batches = Array.from({ length: Math.ceil(SEEDS / TOGETHER) }, (_, batch) =>
  Array.from({ length: Math.min(TOGETHER, SEEDS - batch * TOGETHER) }, (_, at) => 20_261_127 + batch * TOGETHER + at),
);
const STEPS = 40;
const SEED_MS = 120_000;

/** What is wrong with the desk, whatever was done before. */
const wrong = () =>
  on.sql(`
    SELECT 'a block without an owner that goes on' AS what, k.id FROM block k
      LEFT JOIN incident i ON i.tenant_id = k.placed_by AND i.id = k.incident_id
      WHERE k.lifted_at IS NULL AND k.person_id IS NULL AND (i.id IS NULL OR i.closed_at IS NOT NULL)
    UNION ALL SELECT 'a containment that stops nothing', c.id FROM containment c
      WHERE c.released_at IS NULL AND NOT EXISTS (SELECT FROM block k WHERE k.lifted_at IS NULL AND k.tenant_id = c.of_tenant_id
        AND k.incident_id = c.incident_id AND k.kind <> 'destination' AND k.extension_id IS NOT DISTINCT FROM c.extension_id)
    UNION ALL SELECT 'a block that no containment holds', k.id FROM block k
      WHERE k.lifted_at IS NULL AND k.incident_id IS NOT NULL AND NOT EXISTS (SELECT FROM containment c
        WHERE c.released_at IS NULL AND c.incident_id = k.incident_id AND c.of_tenant_id = k.tenant_id
          AND (k.kind = 'destination' AND k.prefix = ANY (c.prefixes) OR c.extension_id IS NOT DISTINCT FROM k.extension_id))
    UNION ALL SELECT 'a step that waits though it was released', c.id FROM containment c JOIN containment_step s ON s.containment_id = c.id
      WHERE c.released_at IS NOT NULL AND s.state NOT IN ('done', 'skipped')
    UNION ALL SELECT 'a timeline that is not whole', i.id FROM incident i
      WHERE i.last_line = 0 OR i.last_line <> (SELECT count(*) FROM incident_line l WHERE l.incident_id = i.id)
    UNION ALL SELECT 'reviewed, and its review is not written', i.id FROM incident i
      LEFT JOIN incident_review r ON r.tenant_id = i.tenant_id AND r.incident_id = i.id
      WHERE i.state = 'reviewed' AND (r.finished_at IS NULL OR '' IN (r.cause, r.worked, r.changes))
    UNION ALL SELECT 'a finished review of what goes on', i.id FROM incident_review r
      JOIN incident i ON i.tenant_id = r.tenant_id AND i.id = r.incident_id WHERE r.finished_at IS NOT NULL AND i.state <> 'reviewed'
    UNION ALL SELECT 'a part of a part', i.id FROM incident i JOIN incident p ON p.id = i.merged_into WHERE p.merged_into IS NOT NULL`);

type Desk = Readonly<{
  phones: readonly (Phone | undefined)[];
  incidents: readonly { id: string }[];
  containments: string[];
}>;

/** A small generator, so that a failing sequence can be run again. */
function generator(begin: number) {
  let seed = begin;
  return (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((seed / 2_147_483_648) * below);
  };
}

/** One act of somebody at the desk, whether or not it can be done now. */
async function act({ phones, incidents, containments }: Desk, pick: (below: number) => number): Promise<unknown> {
  const anIncident = () => incidents[pick(incidents.length)]?.id ?? "";
  const [kind, id, other] = [pick(10), anIncident(), anIncident()];
  const containment = containments[pick(containments.length)];
  if (kind <= 1) {
    const prefixes = pick(2) === 0 ? [] : ["881"];
    const made = await on.contain({ incidentId: id, target: on.target(phones[pick(3)]), prefixes });
    containments.push(made.id);
    return made;
  }
  if (kind === 2 && containment) return on.release(containment);
  if (kind === 3 && containment) {
    on.pbx.away = pick(2) === 0;
    return on.run(containment);
  }
  if (kind === 4) return on.write((tx) => mergeIncident(tx, on.desk, { incidentId: id, intoIncidentId: other }, on.me));
  if (kind === 5) return on.write((tx) => unmergeIncident(tx, on.desk, id, on.me));
  if (kind === 6) {
    const [version, cause] = [pick(3), pick(3) === 0 ? "" : "A guess."];
    const draft = { incidentId: id, version, cause, worked: "The rule.", changes: "Secrets.", followUps: [] };
    return on.write((tx) => saveReview(tx, on.desk, draft, on.me));
  }
  const state = incidentStates[pick(incidentStates.length)] ?? "open";
  const why = state === "dismissed" ? { reason: "test" as const } : { text: "Because." };
  return on.write((tx) => moveIncident(tx, on.desk, { incidentId: id, state, ...why }, on.me));
}

test.each(batches.map((seeds) => [seeds[0], seeds] as const))(
  "no sequence of moves, merges, containments, releases and reviews, two at a time, leaves a block without an owner, an incident without a timeline or one that counts as reviewed and is not: from seed %i on",
  { timeout: TOGETHER * SEED_MS },
  async (_, seeds) => {
    const phones = [await on.realPhone("301"), await on.realPhone("302"), undefined];
    const outcomes = new Set<unknown>();
    for (const seed of seeds) {
      const pick = generator(seed);
      const incidents = [await on.incident(), await on.incident(), await on.incident()];
      const desk: Desk = { phones, incidents, containments: [] };
      on.pbx.away = false;
      for (let step = 0; step < STEPS; step += 1) {
        const both = [act(desk, pick), act(desk, pick)].map((one) => on.code(one));
        for (const outcome of await Promise.all(both)) outcomes.add(outcome);
        expect(await wrong(), `seed ${seed}, after step ${step}`).toEqual([]);
      }
      // Whatever was refused was refused in words.
      const unsaid = [...outcomes].filter((outcome) => typeof outcome !== "string");
      expect(unsaid, `seed ${seed}`).toEqual([]);
      for (const id of new Set(desk.containments)) await on.release(id);
      expect(await on.sql("SELECT id FROM block WHERE lifted_at IS NULL"), `seed ${seed}`).toEqual([]);
    }
    expect([...outcomes]).toEqual(expect.arrayContaining(["done", "invalid_state"]));
    for (const phone of phones) if (phone) expect(await on.ask(phone.endpoint)).toMatchObject({ kind: "out" });
  },
);
