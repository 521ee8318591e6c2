import { z } from "zod";

import { rhythms } from "@/server/domain/exports/rhythm-kinds.schema";
import { newScheduleSchema, scheduleId } from "@/server/domain/exports/schedule.schema";
import { addSchedule, listSchedules, pauseSchedule, removeSchedule } from "@/server/domain/exports/schedules";
import { reachesTenant } from "@/server/domain/tenancy/seats";
import { check } from "../check";
import { BadInput, type Command } from "../command";
import { askedFor, fileOptions } from "./exports";
import { personNamed } from "./people";

const tenant = { value: "slug", about: "whose list", required: true } as const;

export const scheduleList: Command = {
  summary: "The files that are made by themselves, the next one first.",
  options: { tenant },
  run: async (desk, given) => {
    const { id } = await desk.tenant(given.must("tenant"));
    return { value: await desk.read(id, (tx) => listSchedules(tx, id, () => true)) };
  },
};

export const scheduleCreate: Command = {
  summary: "Has such a file made at the end of every day, week or month, and somebody told by mail.",
  words: ["list"],
  options: {
    tenant,
    every: { value: rhythms.join("|"), about: "how often", required: true },
    email: { value: "address", about: "who is told; has a seat at the tenant or above", required: true },
    ...fileOptions,
  },
  run: async (desk, given) => {
    const slug = given.must("tenant");
    const { id: tenantId } = await desk.tenant(slug);
    const { file, every } = check(newScheduleSchema, { file: askedFor(given), every: given.text("every") });
    const { userId, email } = await personNamed(desk, given);
    if (!(await reachesTenant(desk.db, userId, slug))) throw new BadInput(`--email: ${email} has no seat at ${slug}.`);
    const made = await desk.change(tenantId, "export.schedule", async (tx) => {
      const result = await addSchedule(tx, tenantId, { file, every }, userId);
      const after = { what: file.what, every, format: file.format, filter: JSON.stringify(file.filter) };
      return { subject: `schedule:${result.id}`, after, result };
    });
    await desk.publish(tenantId, ["audit"]);
    return { value: made, say: `Schedule ${made.id}; the first file on ${made.nextAt.toISOString()}.` };
  },
};

const verbs = {
  pause: ["Lets a scheduled file rest.", "export.pause_schedule", "rests."],
  resume: ["Makes a scheduled file again, from the next period on.", "export.resume_schedule", "goes on."],
  remove: ["Makes it no more; files that were made stay until they expire.", "export.remove_schedule", "is gone."],
} as const;

const changing = (verb: keyof typeof verbs): Command => {
  const [summary, action, done] = verbs[verb];
  return {
    summary,
    words: ["schedule"],
    options: { tenant },
    run: async (desk, given) => {
      const { schedule: id } = check(z.object({ schedule: scheduleId }), { schedule: given.word(0) });
      const { id: tenantId } = await desk.tenant(given.must("tenant"));
      await desk.change(tenantId, action, async (tx) => {
        if (verb === "remove") await removeSchedule(tx, tenantId, id);
        else await pauseSchedule(tx, tenantId, id, verb === "pause");
        return { subject: `schedule:${id}`, result: undefined };
      });
      await desk.publish(tenantId, ["audit"]);
      return { value: { id }, say: `Schedule ${id} ${done}` };
    },
  };
};

export const schedulePause = changing("pause");
export const scheduleResume = changing("resume");
export const scheduleRemove = changing("remove");
