import { z } from "zod";
import { getTask } from "@/server/domain/tasks/tasks";
import { planRebuild, startRebuild } from "@/server/domain/usage/rebuild";
import { check, checkCount } from "../check";
import type { Command } from "../command";

const LOOK_MS = 250;
const askedSchema = z.object({ from: z.iso.date("Use a day such as 2027-01-31.").optional() });

export const rollupRebuild: Command = {
  summary: "Makes the sums that reports read anew from the calls and corrections on record, day by day.",
  options: {
    from: { value: "2027-01-01", about: "first day, of UTC; the first call's when left out" },
    wait: { value: "600", about: "seconds to wait for the end of the job", fallback: "600" },
  },
  run: async (desk, given) => {
    const wait = checkCount("wait", given.text("wait"), 3_600);
    const { from } = check(askedSchema, { from: given.text("from") });
    const operator = await desk.operator();
    const input = await desk.read(operator, (tx) => planRebuild(tx, from));
    const taskId = await desk.change(operator, "usage.rebuild", async (tx) => {
      const id = await startRebuild(tx, operator, input, desk.actorName);
      return { subject: `task:${id}`, after: input, result: id };
    });
    await desk.publish(operator, ["tasks", "audit"]);
    const look = () => desk.read(operator, (tx) => getTask(tx, operator, taskId));
    const until = Date.now() + wait * 1_000;
    let task = await look();
    while ((task.state === "queued" || task.state === "running") && Date.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      task = await look();
    }
    const { state, done, total, error, result } = task;
    const end = error ? `: ${error}` : `, ${done} of ${total ?? "?"} days`;
    return {
      value: { task: taskId, state, done, total, error, result },
      say: `The job ${taskId} is ${state}${end}.`,
      failed: state === "failed",
    };
  },
};
