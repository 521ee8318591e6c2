import { type HoldKind, holdKinds, liftHoldSchema, placeHoldSchema } from "@/server/domain/evidence/evidence.schema";
import { countHeld, liftHold, listHolds, placeHold } from "@/server/domain/evidence/holds";
import { check } from "../check";
import type { Command } from "../command";

export const holdList: Command = {
  summary: "What retention and erasure must leave alone, and why.",
  options: { counts: { about: "counts what each holds, which takes its time" } },
  run: async (desk, given) => {
    const operator = await desk.operator();
    const holds = await desk.read(operator, (tx) => listHolds(tx, operator));
    const value = [];
    for (const { key, ...hold } of holds) {
      const held = given.flag("counts") ? await desk.read(operator, (tx) => countHeld(tx, key)) : undefined;
      value.push({ ...hold, ...(held && { held }) });
    }
    return { value };
  },
};

export const holdPlace: Command = {
  summary: "Keeps what is about a tenant, a person, a number or an incident from retention and erasure.",
  words: ["kind", "subject"],
  options: { reason: { value: "text", about: "why, for whoever lifts it", required: true } },
  run: async (desk, given) => {
    const operator = await desk.operator();
    const typed = { kind: given.word(0) as HoldKind, subject: given.word(1), reason: given.must("reason") };
    const asked = check(placeHoldSchema, typed, { kind: `kind (${holdKinds.join(", ")})` });
    const placed = await desk.change(operator, "evidence.place_hold", async (tx) => {
      const result = await placeHold(tx, operator, asked, desk.actorName);
      const after = { kind: asked.kind, held: result.label, reason: asked.reason, before: result.before };
      return { subject: `hold:${result.id}`, after, result };
    });
    await desk.publish(operator, ["audit"]);
    const say = placed.before ? `${placed.label} was held already.` : `${placed.label} is held: hold ${placed.id}.`;
    return { value: placed, say };
  },
};

export const holdLift: Command = {
  summary: "Lets retention and erasure go on with what a hold kept.",
  words: ["hold"],
  options: { reason: { value: "text", about: "why it is over", required: true } },
  run: async (desk, given) => {
    const operator = await desk.operator();
    const asked = check(liftHoldSchema, { holdId: given.word(0), reason: given.must("reason") }, { holdId: "hold" });
    const { label } = await desk.change(operator, "evidence.lift_hold", async (tx) => {
      const result = await liftHold(tx, operator, asked, desk.actorName);
      return { subject: `hold:${asked.holdId}`, after: { held: result.label, reason: asked.reason }, result };
    });
    await desk.publish(operator, ["audit"]);
    return { value: { hold: asked.holdId, label }, say: `${label} is not held by it any more.` };
  },
};
