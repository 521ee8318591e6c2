import { auditOfTopUp, getAutoTopUp, setAutoTopUp, switchAutoTopUp } from "@/server/domain/payments/auto-top-up";
import { autoTopUpSchema } from "@/server/domain/payments/auto-top-up.schema";
import { listCards } from "@/server/domain/payments/payments";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";
import { check } from "../check";
import { BadInput, type Command, type Given, type Result } from "../command";
import type { Desk } from "../desk";

const tenant = { value: "slug", about: "whose card is charged", required: true } as const;

export const topupAuto: Command = {
  summary: "Charges a saved card by itself when credit gets low. Without amounts it tells how that is set.",
  options: {
    tenant,
    threshold: { value: "10.00", about: "charge when less than this is available" },
    amount: { value: "25.00", about: "how much at once" },
    monthly: { value: "200.00", about: "the most in a month" },
    card: { value: "4242", about: "the last four digits of a saved card; the newest when left out" },
  },
  run: async (desk, given) => {
    const { id, slug } = await desk.tenant(given.must("tenant"));
    const typed = { threshold: given.text("threshold"), amount: given.text("amount"), monthly: given.text("monthly") };
    const named = Object.values(typed).filter((text) => text !== undefined).length;
    if (named === 0) return shown(desk, id, slug);
    if (named < 3) throw new BadInput("--threshold, --amount and --monthly belong together.");
    const cardId = await desk.read(id, (tx) => cardNamed(tx, id, given.text("card")));
    const input = check(autoTopUpSchema, { ...typed, cardId });
    await desk.change(id, "billing.set_auto_top_up", async (tx) => {
      const before = await setAutoTopUp(tx, id, input, desk.actorName);
      return { subject: `tenant:${id}`, ...(before && { before }), after: auditOfTopUp(input), result: undefined };
    });
    await desk.publish(id, ["balance", "audit"]);
    return shown(desk, id, slug);
  },
};

export const topupResume: Command = {
  summary: "Lets automatic top-ups go on after a pause, or after they were stopped.",
  options: { tenant },
  run: (desk, given) => switched(desk, given, "on"),
};

export const topupStop: Command = {
  summary: "Stops automatic top-ups. A charge that is under way is not called back.",
  options: { tenant },
  run: (desk, given) => switched(desk, given, "off"),
};

async function switched(desk: Desk, given: Given, state: "on" | "off"): Promise<Result> {
  const { id, slug } = await desk.tenant(given.must("tenant"));
  const action = state === "on" ? "billing.resume_auto_top_up" : "billing.stop_auto_top_up";
  await desk.change(id, action, async (tx) => {
    await switchAutoTopUp(tx, state, desk.actorName);
    return { subject: `tenant:${id}`, after: { state }, result: undefined };
  });
  await desk.publish(id, ["balance", "audit"]);
  return shown(desk, id, slug);
}

async function shown(desk: Desk, id: TenantId, slug: string): Promise<Result> {
  const settings = await desk.read(id, (tx) => getAutoTopUp(tx, id));
  return { value: { tenant: slug, ...(settings ?? { state: "off" }) } };
}

async function cardNamed(tx: TenantRead, id: TenantId, last4: string | undefined): Promise<string> {
  const card = (await listCards(tx, id)).find((one) => last4 === undefined || one.last4 === last4);
  if (card) return card.id;
  throw new DomainError("not_found", {}, "There is no such saved card: somebody saves one when they pay.");
}
