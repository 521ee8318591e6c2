import { getBalanceAlert, setBalanceAlert } from "@/server/domain/billing/balance-alert";
import { balanceAlertSchema } from "@/server/domain/billing/balance-alert.schema";
import type { TenantId } from "@/server/kernel/ids";
import { decimalOf } from "@/server/kernel/money";
import { check } from "../check";
import { BadInput, type Command, type Result } from "../command";
import type { Desk } from "../desk";

const tenant = { value: "slug", about: "whose owners are told", required: true } as const;

export const alertSet: Command = {
  summary: "Tells a tenant's owners by mail, once, when credit is low. What is left out is lifted; none lifts both.",
  options: {
    tenant,
    below: { value: "10.00", about: "when less than this is available" },
    days: { value: "3", about: "when it lasts less than so many days at the pace of the last seven" },
    none: { about: "tell nobody" },
  },
  run: async (desk, given) => {
    const [below, days] = [given.text("below"), given.text("days")];
    if (given.flag("none") === (below !== undefined || days !== undefined)) {
      throw new BadInput("Name --below, --days or both; or --none.");
    }
    const input = check(balanceAlertSchema, {
      below: below ?? null,
      forDays: days === undefined ? null : Number(days),
    });
    const { id, slug } = await desk.tenant(given.must("tenant"));
    await desk.change(id, "billing.set_alert", async (tx) => {
      await setBalanceAlert(tx, input, desk.actorName);
      const after = { below: input.below === null ? null : decimalOf(input.below), days: input.forDays };
      return { subject: `tenant:${id}`, after, result: undefined };
    });
    await desk.publish(id, ["balance", "audit"]);
    return shown(desk, id, slug);
  },
};

export const alertShow: Command = {
  summary: "When a tenant's owners are told that credit is low.",
  options: { tenant },
  run: async (desk, given) => {
    const { id, slug } = await desk.tenant(given.must("tenant"));
    return shown(desk, id, slug);
  },
};

async function shown(desk: Desk, id: TenantId, slug: string): Promise<Result> {
  const alert = await desk.read(id, (tx) => getBalanceAlert(tx, id));
  return { value: { tenant: slug, ...(alert ?? { belowMicros: null, belowDays: null, low: false, firedAt: null }) } };
}
