import { type Message, msg, say, t } from "@/server/kernel/words";

type Gate = Readonly<{ gate: string; ok: boolean; value: string; limit: string }>;

const labels: Readonly<Record<string, Message>> = {
  emergency: msg("Emergency number"),
  tenant: msg("Tenant may call"),
  extension: msg("Extension may call"),
  block: msg("Nothing blocks it"),
  number: msg("Number valid"),
  country: msg("Country open"),
  "special numbers": msg("Special numbers open"),
  "fraud-prone range": msg("Fraud-prone range open"),
  provider: msg("Provider can carry it"),
  price: msg("Price found"),
  "calls at once": msg("Calls at once"),
  "calls per minute": msg("Calls per minute"),
  "calls per second": msg("Calls per second"),
  "daily cap": msg("Daily cap"),
  "monthly cap": msg("Monthly cap"),
  "call cap": msg("Cap per call"),
  "extension daily cap": msg("Daily cap of the extension"),
  "extension monthly cap": msg("Monthly cap of the extension"),
  "extension call cap": msg("Cap per call of the extension"),
  "price per minute": msg("Price per minute allowed"),
  money: msg("Credit"),
  margin: msg("Not below cost"),
  "call control": msg("Call control reachable"),
  incoming: msg("Price of incoming calls"),
};

/** What a gate of the decision trace is called. A gate that has no words yet is shown by its own name. */
export function gateLabel(gate: string): string {
  const known = labels[gate];
  return known ? say(known) : gate.charAt(0).toUpperCase() + gate.slice(1);
}

/** What the database writes down where there is no figure. */
const plainWords: Readonly<Record<string, Message>> = {
  active: msg("gate|active"),
  suspended: msg("gate|suspended"),
  deleted: msg("gate|deleted"),
  "below cost": msg("gate|below cost"),
  "sold in another currency than it is bought in": msg("sold in another currency than it is bought in"),
  "below what carriers ask": msg("below what carriers ask"),
  "sold in another currency than carriers are paid in": msg("sold in another currency than carriers are paid in"),
  "no cost known": msg("no cost known"),
  "at least cost": msg("gate|at least cost"),
  free: msg("gate|free"),
  "nobody pays for the rest": msg("nobody pays for the rest"),
  "no credit": msg("gate|no credit"),
  credit: msg("gate|credit"),
  "no plan": msg("gate|no plan"),
  "no rate": msg("gate|no rate"),
};

function plain(text: string): string {
  const known = plainWords[text];
  return known ? say(known) : text;
}

const special = (value: string, limit: string): string =>
  limit === "closed above" ? t("{value}, closed by your provider", { value }) : value;

/** What was looked at, as short as the row allows; nothing where the tick says it all. */
export function gateMeasure({ gate, ok, value, limit }: Gate): string | undefined {
  // What was compared is not for everybody above the caller.
  if (!value && !limit) return undefined;
  switch (gate) {
    case "tenant":
    case "extension":
    case "provider":
    case "emergency":
    case "country":
    case "margin":
    case "call control":
      return plain(value) || undefined;
    case "special numbers":
      return special(value, limit);
    case "fraud-prone range":
      return special(`+${value}…`, limit);
    case "number":
      if (limit === "rings at an extension") return ok ? value : t("{value} rings nowhere", { value });
      return limit === "own extension" ? t("{value}, own extension", { value }) : value || undefined;
    case "price":
      return ok
        ? t("prefix {value} in {plan}", { value, plan: limit })
        : t("{what} for {value}", { what: plain(limit), value });
    case "calls at once":
      return t("{value}; at most {limit}", { value, limit });
    case "price per minute":
      if (limit === "none") return t("no limit set");
      return ok ? t("{value}; at most {limit}", { value, limit }) : t("{value} is above {limit}", { value, limit });
    case "daily cap":
    case "monthly cap":
    case "call cap":
    case "extension daily cap":
    case "extension monthly cap":
    case "extension call cap":
      if (!ok) return t("{value} of {limit}", { value, limit });
      return limit === "none" ? t("none set") : t("{limit} left", { limit });
    case "money":
      return ok
        ? t("{value} reserved of {limit}", { value, limit })
        : t("{value} available, {limit} needed", { value, limit });
    default:
      if (value && limit) return t("{value} of {limit}", { value: plain(value), limit: plain(limit) });
      return plain(value || limit) || undefined;
  }
}
