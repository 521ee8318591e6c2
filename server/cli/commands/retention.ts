import { z } from "zod";

import { clearPolicy, listPolicies, setPolicy } from "@/server/domain/retention/policies";
import { policySchema, retentionClassSchema } from "@/server/domain/retention/retention.schema";
import { boundOf, classWords, retentionClasses } from "@/server/domain/retention/retention-kinds.schema";
import { dryRun } from "@/server/domain/retention/sweeps";
import { enqueue } from "@/server/queue/outbox";
import { check } from "../check";
import { BadInput, type Command } from "../command";

export const retentionList: Command = {
  summary: "How long each class of data is kept, and whose policy says so.",
  options: { tenant: { value: "slug", about: "of a tenant; the operator's when left out" } },
  run: async (desk, given) => {
    const slug = given.text("tenant");
    const tenantId = slug === undefined ? await desk.operator() : (await desk.tenant(slug)).id;
    const policies = await desk.readAll((tx) => listPolicies(tx, tenantId));
    return {
      value: policies.map(({ class: of, action, days, wishDays, floorDays, ceilingDays, setBy }) => ({
        class: of,
        action,
        days,
        wishDays,
        floorDays,
        ceilingDays,
        setBy,
      })),
    };
  },
};

export const retentionSet: Command = {
  summary:
    "Sets for how many days a class of data is kept, at a tenant and all below it that have no policy of their own.",
  words: ["class"],
  options: {
    tenant: { value: "slug", about: "whose policy; the operator's when left out" },
    days: { value: "90", about: "how long" },
    action: { value: "delete|keep|pseudonymise", about: "what becomes of older ones", fallback: "delete" },
    inherit: { about: "takes the tenant's own policy back, so that the one above counts" },
  },
  run: async (desk, given) => {
    const slug = given.text("tenant");
    const operator = await desk.operator();
    const tenantId = slug === undefined ? operator : (await desk.tenant(slug)).id;
    const of = check(z.object({ class: retentionClassSchema }), { class: given.word(0) }).class;
    if (given.flag("inherit") === (given.text("days") !== undefined))
      throw new BadInput("Say either --days or --inherit.");
    const done = await desk.change(operator, "retention.set", async (tx) => {
      const result = given.flag("inherit")
        ? await clearPolicy(tx, tenantId, of, desk.actorName)
        : await setPolicy(
            tx,
            tenantId,
            check(
              policySchema,
              { class: of, action: given.text("action"), keepDays: given.must("days") },
              { keepDays: "days" },
            ),
            desk.actorName,
          );
      const subject = `retention:${of}`;
      const alsoFor = tenantId === operator ? [] : [tenantId];
      return {
        subject,
        before: result.before,
        after: { ...result.after, tenant: slug ?? "operator" },
        alsoFor,
        result,
      };
    });
    await desk.publish(operator, ["audit"]);
    const { action, days, wishDays } = done.after;
    const bound = boundOf(done.after);
    const why =
      bound === "floor"
        ? `, not ${wishDays}: ${classWords[of].floor}`
        : bound === "ceiling"
          ? `, not ${wishDays}: longer is not allowed`
          : "";
    const say =
      action === "keep"
        ? `${classWords[of].name}: kept.`
        : `${classWords[of].name}: ${days} days, then ${action}${why}.`;
    return { value: { class: of, action, days, wishDays, bound: bound ?? null }, say };
  },
};

export const retentionRun: Command = {
  summary: "Sweeps what is older than its policy; the workers do it. With --dry-run it only counts.",
  options: {
    "dry-run": { about: "counts what would go, and changes nothing" },
    class: { value: "mail", about: "only this class; for a dry run" },
  },
  run: async (desk, given) => {
    const operator = await desk.operator();
    const typed = given.text("class");
    const only =
      typed === undefined ? undefined : check(z.object({ class: retentionClassSchema }), { class: typed }).class;
    if (given.flag("dry-run")) {
      const lines = [];
      for (const of of only ? [only] : retentionClasses) lines.push(...(await desk.readAll((tx) => dryRun(tx, of))));
      const say = lines.length === 0 ? "Nothing is older than its policy." : undefined;
      return { value: lines, ...(say !== undefined && { say }) };
    }
    if (only) throw new BadInput("--class is for a dry run: a sweep looks at every class.");
    const job = await desk.change(operator, "retention.run", async (tx) => {
      const id = await enqueue(tx, operator, "sweepRetentionNow", {});
      return { subject: `job:${id}`, result: id };
    });
    return { value: { job }, say: "Asked for; each receipt stands in the trail of its tenant." };
  },
};
