import { doDuty, listDuties } from "@/server/domain/duties/duties";
import { doneDutySchema } from "@/server/domain/duties/duty.schema";
import { check } from "../check";
import type { Command } from "../command";

export const dutyList: Command = {
  summary: "What the desk looks after by the calendar: what is overdue on top.",
  options: {},
  run: async (desk) => {
    const operator = await desk.operator();
    const items = await desk.read(operator, (tx) => listDuties(tx, operator));
    return {
      value: items.map(({ duty, every, ownerName, dueOn, overdue, doneAt, doneBy, note }) => ({
        ...{ duty, every, owner: ownerName, dueOn, overdue, doneAt, doneBy, note },
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
    await desk.change(operator, "duty.do", async (tx) => {
      const before = { note: await doDuty(tx, operator, asked, desk.actorName) };
      return { subject: `duty:${asked.duty}`, before, after: { note: asked.note }, result: asked.duty };
    });
    await desk.publish(operator, ["incidents", "audit"]);
    return { value: asked, say: `Done: ${asked.duty}.` };
  },
};
