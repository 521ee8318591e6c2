/** What each kind of change in the live stream makes old: the first words of the query paths. */
const reads: Readonly<Record<string, readonly string[]>> = {
  calls: ["calls", "home", "shell", "extensions"],
  registrations: ["extensions", "home"],
  balance: [
    "billing",
    "shell",
    "home",
    "tenants",
    "limits",
    "terms",
    "bundles",
    "payments",
    "vouchers",
    "approvals",
    "autoTopUp",
    "alerts",
  ],
  security: ["extensions", "home"],
  audit: ["audit"],
  tenants: ["tenants", "shell", "tenantPlans", "settings"],
  extensions: ["extensions", "connect", "home"],
  numbers: ["numbers"],
  tasks: ["tasks", "decks"],
  mail: ["mail"],
  statements: ["statements"],
  disputes: ["disputes"],
  bans: ["bans", "blocks"],
  incidents: ["incidents", "rules", "evidence", "notifications", "notices", "containment"],
  rules: ["rules"],
};

/** The query paths to ask again after these kinds of change. A kind that this page does not know changes nothing. */
export function pathsOf(kinds: readonly string[]): readonly string[] {
  return [...new Set(kinds.flatMap((kind) => reads[kind] ?? []))];
}

/** Reads one message of the stream; anything else than `{"kinds":[…]}` counts as nothing. */
export function kindsIn(message: string): readonly string[] {
  try {
    const data: unknown = JSON.parse(message);
    if (typeof data !== "object" || data === null || !("kinds" in data) || !Array.isArray(data.kinds)) return [];
    return data.kinds.filter((kind): kind is string => typeof kind === "string");
  } catch {
    return [];
  }
}
