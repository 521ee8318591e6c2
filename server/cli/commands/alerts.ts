import { auditOfLevels, getBalanceAlert, setBalanceAlert } from "@/server/domain/billing/balance-alert";
import { balanceAlertSchema } from "@/server/domain/billing/balance-alert.schema";
import type { TenantId } from "@/server/kernel/ids";
import { check } from "../check";
import { BadInput, type Command, type Result } from "../command";
import type { Desk } from "../desk";

const tenant = { value: "slug", about: "whose owners are told", required: true } as const;

export const alertSet: Command = {
  summary:
    "Tells a tenant's owners by mail when credit is low, once at each of up to three levels. Replaces those there are.",
  options: {
    tenant,
    below: { value: "10.00", about: "when less than this is available; may be given often, falling", repeatable: true },
    days: {
      value: "3",
      about: "when it lasts less than so many days at the pace of the last seven; may be given often, falling",
      repeatable: true,
    },
    none: { about: "tell nobody" },
  },
  run: async (desk, given) => {
    const [below, days] = [given.all("below"), given.all("days")];
    if (given.flag("none") === below.length + days.length > 0) {
      throw new BadInput("Name --below, --days or both; or --none.");
    }
    const levels = [
      ...below.map((amount) => ({ below: amount, forDays: null })),
      ...days.map((count) => ({ below: null, forDays: Number(count) })),
    ];
    const input = check(balanceAlertSchema, { levels }, { levels: below.length > 0 ? "below" : "days" });
    const { id, slug } = await desk.tenant(given.must("tenant"));
    await desk.change(id, "billing.set_alert", async (tx) => {
      const before = await setBalanceAlert(tx, id, input, desk.actorName);
      return {
        subject: `tenant:${id}`,
        before: auditOfLevels({ levels: before }),
        after: auditOfLevels(input),
        result: undefined,
      };
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

/** The levels; beside them, as before there were several, the first amount, the first days, and whether any of them went off. */
async function shown(desk: Desk, id: TenantId, slug: string): Promise<Result> {
  const levels = await desk.read(id, (tx) => getBalanceAlert(tx, id));
  const last = levels.map(({ firedAt }) => firedAt?.getTime() ?? 0).reduce((a, b) => Math.max(a, b), 0);
  return {
    value: {
      tenant: slug,
      belowMicros: levels.find(({ belowMicros }) => belowMicros !== null)?.belowMicros ?? null,
      belowDays: levels.find(({ belowDays }) => belowDays !== null)?.belowDays ?? null,
      low: levels.some(({ low }) => low),
      firedAt: last === 0 ? null : new Date(last),
      levels,
    },
  };
}
