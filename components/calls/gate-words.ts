type Gate = Readonly<{ gate: string; ok: boolean; value: string; limit: string }>;

const labels: Readonly<Record<string, string>> = {
  emergency: "Emergency number",
  tenant: "Tenant may call",
  extension: "Extension may call",
  block: "Nothing blocks it",
  number: "Number valid",
  country: "Country open",
  "special numbers": "Special numbers open",
  "fraud-prone range": "Fraud-prone range open",
  provider: "Provider can carry it",
  price: "Price found",
  "calls at once": "Calls at once",
  "calls per minute": "Calls per minute",
  "daily cap": "Daily cap",
  "monthly cap": "Monthly cap",
  "call cap": "Cap per call",
  "extension daily cap": "Daily cap of the extension",
  "extension monthly cap": "Monthly cap of the extension",
  "extension call cap": "Cap per call of the extension",
  "price per minute": "Price per minute allowed",
  money: "Credit",
  margin: "Not below cost",
  "call control": "Call control reachable",
  incoming: "Price of incoming calls",
};

/** What a gate of the decision trace is called. A gate that has no words yet is shown by its own name. */
export function gateLabel(gate: string): string {
  return labels[gate] ?? gate.charAt(0).toUpperCase() + gate.slice(1);
}

/** What was looked at, as short as the row allows; nothing where the tick says it all. */
export function gateMeasure({ gate, ok, value, limit }: Gate): string | undefined {
  switch (gate) {
    case "tenant":
    case "extension":
    case "provider":
    case "emergency":
    case "country":
    case "call control":
      return value || undefined;
    case "special numbers":
      return limit === "closed above" ? `${value}, closed by your provider` : value;
    case "fraud-prone range":
      return limit === "closed above" ? `+${value}…, closed by your provider` : `+${value}…`;
    case "number":
      if (limit === "rings at an extension") return ok ? value : `${value} rings nowhere`;
      return limit === "own extension" ? `${value}, own extension` : value || undefined;
    case "price":
      return ok ? `prefix ${value} in ${limit}` : `${limit} for ${value}`;
    case "calls at once":
      return `${value}; at most ${limit}`;
    case "price per minute":
      return limit === "none" ? "no limit set" : ok ? `${value}; at most ${limit}` : `${value} is above ${limit}`;
    case "daily cap":
    case "monthly cap":
    case "call cap":
    case "extension daily cap":
    case "extension monthly cap":
    case "extension call cap":
      return ok ? (limit === "none" ? "none set" : `${limit} left`) : `${value} of ${limit}`;
    case "money":
      return ok ? `${value} reserved of ${limit}` : `${value} available, ${limit} needed`;
    default:
      return value && limit ? `${value} of ${limit}` : value || limit || undefined;
  }
}
