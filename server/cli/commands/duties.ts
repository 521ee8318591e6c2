import { doDuty, giveDuty, listDuties } from "@/server/domain/duties/duties";
import { doneDutySchema, takeDutySchema } from "@/server/domain/duties/duty.schema";
import { leftOf } from "@/server/domain/duties/left";
import { check } from "../check";
import type { Command } from "../command";
import { memberOf } from "../member-of";

export const dutyList: Command = {
  summary: "What the desk looks after by the calendar: what is overdue on top.",
  options: {},
  run: async (desk) => {
    const operator = await desk.operator();
    const items = await desk.readBelow(operator, (tx) => listDuties(tx, operator));
    return {
      value: items.map(({ duty, every, ownerName, dueOn, overdue, left, doneAt, doneBy, note }) => ({
        ...{ duty, every, owner: ownerName, dueOn, overdue, left, doneAt, doneBy, note },
      })),
    };
  },
};

export const dutyDone: Command = {
  summary: "Says that a duty was done, and what shows it.",
  words: ["duty"],
  options: { note: { value: "text", about: "what was found, or where it is written" } },
  run: async (desk, given) => {
    const asked = check(doneDutySchema, { duty: given.word(0), note: given.text("note") });
    const operator = await desk.operator();
    const left = (await desk.readBelow(operator, (tx) => leftOf(tx, operator)))[asked.duty] ?? null;
    await desk.change(operator, "duty.do", async (tx) => {
      const before = { note: await doDuty(tx, operator, { ...asked, left }, desk.actorName) };
      return { subject: `duty:${asked.duty}`, before, after: { note: asked.note, left }, result: asked.duty };
    });
    await desk.publish(operator, ["incidents", "audit"]);
    return { value: asked, say: `Done: ${asked.duty}.` };
  },
};

const NOBODY = "nobody";

export const dutyTake: Command = {
  summary: "Makes a duty somebody's. One that has an owner is taken only from whoever is named.",
  words: ["duty"],
  options: {
    for: { value: "email|nobody", about: "whose it is from now on", required: true },
    from: { value: "email|nobody", about: "whose it was until now", fallback: NOBODY },
  },
  run: async (desk, given) => {
    const { duty } = check(takeDutySchema.pick({ duty: true }), { duty: given.word(0) });
    const operator = await desk.operator();
    const [to, from] = [given.must("for"), given.text("from")];
    const owner = to === NOBODY ? null : await memberOf(desk, operator, "for", to);
    const seen = { owner: !from || from === NOBODY ? null : await memberOf(desk, operator, "from", from) };
    await desk.change(operator, "duty.take", async (tx) => {
      const before = await giveDuty(tx, operator, { duty, owner });
      const shown = { owner: before.ownerName ?? "" };
      return { subject: `duty:${duty}`, before: { owner: before.owner }, after: { owner }, seen, shown, result: duty };
    });
    await desk.publish(operator, ["incidents", "audit"]);
    return { value: { duty, owner: to }, say: `${duty}: ${to}.` };
  },
};
