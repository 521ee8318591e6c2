import { planRerate, startRerate } from "@/server/domain/rerating/rerate";
import { type RerateResult, rerateSchema } from "@/server/domain/rerating/rerate.schema";
import { rerate } from "@/server/domain/rerating/rerate-run";
import { getTask } from "@/server/domain/tasks/tasks";
import type { TenantBelow } from "@/server/domain/tenancy/tenant-below";
import { DomainError } from "@/server/kernel/errors";
import { formatMicros } from "@/server/kernel/money";
import { check, checkCount } from "../check";
import { BadInput, type Command } from "../command";
import type { Desk } from "../desk";
import { planNamed } from "../plan-named";
import { taskEnded } from "../task-ended";

export const rerateCommand: Command = {
  summary: "Prices calls again by the rates of now and corrects their charges; never touches what was charged.",
  options: {
    tenant: { value: "slug,slug", about: "customers, all of one seller; with --seller also none" },
    seller: { value: "slug", about: "whose customers; the one above --tenant when left out" },
    from: { value: "2027-01-01", about: "first day of the calls, or a time", required: true },
    to: { value: "2027-01-31", about: "last day, or a time before which they began", required: true },
    prefix: { value: "4915", about: "only numbers that begin with it" },
    "charged-by": { value: "name", about: "only calls that a plan of this name charged" },
    plan: { value: "name", about: "the seller's plan to price by; the one that charged each call when left out" },
    "dry-run": { about: "say what it would do, and move nothing" },
    wait: { value: "600", about: "seconds to wait for the end of the job", fallback: "600" },
  },
  run: async (desk, given) => {
    const wait = checkCount("wait", given.text("wait"), 600);
    const slugs = given.text("tenant")?.split(",").filter(Boolean);
    const seller = await sellerOf(desk, given.text("seller"), slugs);
    const plan = given.text("plan");
    const typed = {
      buyerSlugs: slugs,
      periodFrom: given.text("from"),
      periodTo: given.text("to"),
      prefix: given.text("prefix"),
      chargedBy: given.text("charged-by"),
      planId: plan === undefined ? undefined : (await planNamed(desk, plan, seller.slug)).id,
    };
    const names = { buyerSlugs: "tenant", periodFrom: "from", periodTo: "to", chargedBy: "charged-by", planId: "plan" };
    const asked = check(rerateSchema, typed, names);
    const input = await desk.readBelow(seller.id, (tx) => planRerate(tx, seller.id, asked));
    if (given.flag("dry-run")) {
      const preview = { ...input, preview: true };
      const report = async () => {};
      const actor = { kind: "cli", id: desk.actorName, requestId: "" } as const;
      const { db, actorName } = desk;
      const job = {
        db,
        sellerId: seller.id,
        taskId: undefined,
        input: preview,
        checkpoint: null,
        actorName,
        actor,
        report,
      };
      const result = await rerate(job);
      return { value: result, say: sentenceOf(result, "would change") };
    }
    const taskId = await desk.change(seller.id, "rating.rerate", async (tx) => {
      const id = await startRerate(tx, seller.id, { ...input, preview: false }, desk.actorName);
      const { buyers, ...filter } = input;
      return { subject: `task:${id}`, after: { ...filter, buyers: buyers?.join(" ") ?? null }, result: id };
    });
    await desk.publish(seller.id, ["tasks", "audit"]);
    const task = await taskEnded((id) => desk.read(seller.id, (tx) => getTask(tx, seller.id, id)), taskId, wait);
    if (task.state !== "done") {
      const say = `The job ${taskId} is ${task.state}${task.error ? `: ${task.error}` : ""}.`;
      return {
        value: { task: taskId, state: task.state, done: task.done, error: task.error },
        say,
        failed: task.state === "failed",
      };
    }
    const result = task.result as RerateResult;
    return { value: { task: taskId, state: task.state, ...result }, say: sentenceOf(result, "changed") };
  },
};

/** Who sells to these tenants, and so may correct what they were charged. */
async function sellerOf(
  desk: Desk,
  slug: string | undefined,
  buyers: readonly string[] | undefined,
): Promise<TenantBelow> {
  if (slug !== undefined) return desk.tenant(slug);
  const [first] = buyers ?? [];
  if (first === undefined) throw new BadInput("--tenant is required, or --seller with --prefix or --charged-by.");
  const { parentId } = await desk.tenant(first);
  const [row] = await desk.readAll((tx) =>
    tx.tenant.findMany({ where: { id: parentId ?? "" }, select: { slug: true } }),
  );
  if (!row) throw new DomainError("not_below", { tenant: first }, "The operator buys from nobody.");
  return desk.tenant(row.slug);
}

function sentenceOf(result: RerateResult, verb: string): string {
  const money = (text: string) => formatMicros(BigInt(text), result.currency, { exact: true });
  const left = [
    result.uncollected > 0 && `${result.uncollected} more than the wallet has (${money(result.uncollectedMicros)})`,
    result.kept > 0 && `${result.kept} disputed or short`,
    result.noPrice > 0 && `${result.noPrice} without a price`,
  ].filter(Boolean);
  const rest = left.length > 0 ? ` Left as they are: ${left.join(", ")}.` : "";
  return `${result.changed} of ${result.calls} charges ${verb}: ${money(result.downMicros)} back, ${money(result.upMicros)} more.${rest}`;
}
