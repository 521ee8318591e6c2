import { plainAmount } from "@/components/billing/amount-input";
import { momentIn } from "@/components/ui/local-moment";
import { checks, type Problems } from "@/components/ui/use-fields";
import { newRateSchema, rateWarnings } from "@/server/domain/rating/rate.schema";
import { type Message, say, t } from "@/server/kernel/words";

/** Everything that a price can have, as the form names it. */
export const rateFields = {
  prefix: checks.any,
  perMinute: checks.any,
  connectionFee: checks.any,
  first: checks.any,
  next: checks.any,
  grace: checks.any,
  destination: checks.any,
  direction: checks.any,
  steps: checks.any,
  freeSeconds: checks.any,
  minimumCharge: checks.any,
  maxCharge: checks.any,
  beyond: checks.any,
  days: checks.any,
  hours: checks.any,
  from: checks.any,
  to: checks.any,
} as const;
export type RateField = keyof typeof rateFields;
export type RateValues = Readonly<Record<RateField, string>>;

/** Those behind "More". */
export const moreFields: readonly RateField[] = [
  "destination",
  "direction",
  "steps",
  "freeSeconds",
  "minimumCharge",
  "maxCharge",
  "beyond",
  "days",
  "hours",
  "from",
  "to",
];

const fieldOf: Readonly<Record<string, RateField>> = {
  firstSeconds: "first",
  nextSeconds: "next",
  graceSeconds: "grace",
  week: "hours",
};

export type ReadRate = Readonly<
  | { rate: ReturnType<typeof typedRate>; warnings: readonly string[]; problems?: undefined }
  | { problems: Problems<RateField>; rate?: undefined; warnings?: undefined }
>;

/**
 * Reads the form by the schema of the server and of the command line.
 * @param zone whose clock the start and end are typed on.
 */
export function readRate(values: RateValues, zone: string): ReadRate {
  const rate = typedRate(values, zone);
  const { success, data, error } = newRateSchema.safeParse(rate);
  const problems: Problems<RateField> = stepsProblem(values.steps);
  if (values.from !== "" && rate.from === undefined) problems.from = t("Write a day and a time.");
  if (values.to !== "" && rate.to === undefined) problems.to = t("Write a day and a time.");
  for (const { path, message } of error?.issues ?? []) {
    const name = String(path[0]);
    const field = fieldOf[name] ?? (name as RateField);
    if (field === "hours" && /no day/.test(message)) problems.days ??= say(message as Message);
    else problems[field] ??= say(message as Message);
  }
  if (!success || Object.keys(problems).length > 0) return { problems };
  return { rate, warnings: rateWarnings(data) };
}

/** "60:0.05:1; 600:0.04:60" in parts. */
const partsOf = (steps: string): readonly string[] =>
  steps
    .split(";")
    .map((part) => part.trim())
    .filter((part) => part !== "");

function stepsProblem(steps: string): Problems<RateField> {
  const wrong = partsOf(steps).find((part) => part.split(":").length !== 3);
  return wrong === undefined
    ? {}
    : { steps: t('"{part}" is not understood: write second:price:increment, such as 60:0.05:1.', { part: wrong }) };
}

const optional = <Name extends string>(name: Name, text: string) =>
  (text === "" ? {} : { [name]: text }) as Partial<Record<Name, string>>;

function typedRate(values: RateValues, zone: string) {
  const money = (name: "connectionFee" | "minimumCharge" | "maxCharge") => optional(name, plainAmount(values[name]));
  const steps = partsOf(values.steps).map((part) => {
    const [from = "", perMinute = "", increment = ""] = part.split(":").map((one) => one.trim());
    return { from, perMinute: plainAmount(perMinute), increment };
  });
  const [from, to] = [momentIn(zone, values.from)?.toISOString(), momentIn(zone, values.to)?.toISOString()];
  const beyond = values.beyond === "free" ? ("free" as const) : ("cut" as const);
  return {
    prefix: values.prefix.replaceAll(/[\s()/-]/g, ""),
    perMinute: plainAmount(values.perMinute),
    ...money("connectionFee"),
    firstSeconds: values.first,
    nextSeconds: values.next,
    graceSeconds: values.grace,
    direction: values.direction === "in" ? ("in" as const) : ("out" as const),
    ...optional("destination", values.destination),
    ...optional("freeSeconds", values.freeSeconds),
    ...money("minimumCharge"),
    ...money("maxCharge"),
    // Said only where there is a maximum to go beyond.
    ...(values.maxCharge === "" ? {} : { beyond }),
    ...(steps.length === 0 ? {} : { steps }),
    ...(values.days === "" && values.hours === "" ? {} : { week: { days: values.days, hours: values.hours } }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  };
}
