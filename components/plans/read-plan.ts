import { plainAmount } from "@/components/billing/amount-input";
import { checks, type Problems } from "@/components/ui/use-fields";
import { newPlanSchema } from "@/server/domain/rating/plan.schema";
import { type Message, say } from "@/server/kernel/words";

/** What a plan can have, as the form names it. */
export const planFields = {
  name: checks.any,
  currency: checks.any,
  timeZone: checks.any,
  kind: checks.any,
  basePlanId: checks.any,
  factor: checks.any,
  perMinuteFee: checks.any,
  callFee: checks.any,
  floorPerMinute: checks.any,
} as const;
export type PlanField = keyof typeof planFields;
type Values = Readonly<Record<PlanField, string>>;

export type ReadPlan = Readonly<
  { plan: ReturnType<typeof typedPlan>; problems?: undefined } | { problems: Problems<PlanField>; plan?: undefined }
>;

/** Reads the form by the schema of the server and of the command line. */
export function readPlan(values: Values): ReadPlan {
  const plan = typedPlan(values);
  const { error } = newPlanSchema.safeParse(plan);
  if (!error) return { plan };
  const problems: Problems<PlanField> = {};
  for (const { path, message } of error.issues) problems[String(path.at(-1)) as PlanField] ??= say(message as Message);
  return { problems };
}

function typedPlan(values: Values) {
  const fees = (["perMinuteFee", "callFee", "floorPerMinute"] as const)
    .map((name) => [name, plainAmount(values[name])] as const)
    .filter(([, text]) => text !== "");
  const markup = {
    factor: plainAmount(values.factor),
    ...(values.basePlanId === "" ? {} : { basePlanId: values.basePlanId }),
    ...Object.fromEntries(fees),
  };
  return {
    name: values.name,
    currency: values.currency.toUpperCase(),
    ...(values.timeZone === "" ? {} : { timeZone: values.timeZone }),
    ...(values.kind === "markup" ? { markup } : {}),
  };
}
