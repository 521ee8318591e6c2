/** What each kind of change in the live stream makes old: the first words of the query paths. */
const reads: Readonly<Record<string, readonly string[]>> = {
  calls: ["calls", "home", "shell", "extensions"],
  registrations: ["extensions", "home", "bell"],
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
  security: ["extensions", "home", "securityEvents"],
  audit: ["audit"],
  tenants: ["tenants", "shell", "tenantPlans", "settings"],
  extensions: ["extensions", "connect", "home"],
  numbers: ["numbers"],
  tasks: ["tasks", "decks", "bell"],
  // A low balance and a paused top-up are mailed too.
  mail: ["mail", "bell"],
  statements: ["statements", "bell"],
  disputes: ["disputes"],
  bans: ["bans", "blocks", "trunks", "pbx"],
  incidents: [
    "incidents",
    "incidentReviews",
    "rules",
    "evidence",
    "notifications",
    "notices",
    "containment",
    "bell",
    "duties",
  ],
  rules: ["rules"],
};

/** The query paths to ask again after these kinds of change. A kind that this page does not know changes nothing. */
export function pathsOf(kinds: readonly string[]): readonly string[] {
  return [...new Set(kinds.flatMap((kind) => reads[kind] ?? []))];
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
const wordsIn = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((word): word is string => typeof word === "string") : [];

function dataIn(message: string): Record<string, unknown> {
  try {
    const data: unknown = JSON.parse(message);
    return isRecord(data) ? data : {};
  } catch {
    return {};
  }
}

/** The kinds that a message of the stream says of this tenant; anything else than `{"<tenant>":[…]}` counts as nothing. */
export const kindsIn = (message: string, tenantSlug: string): readonly string[] => {
  const data = dataIn(message);
  return Object.hasOwn(data, tenantSlug) ? wordsIn(data[tenantSlug]) : [];
};

/** What the stream says when it begins. `reload`: too much was missed, so all may be old. */
export type Hello = Readonly<{
  build: string;
  tenants: readonly string[];
  refused: readonly string[];
  reload: boolean;
}>;

export function helloIn(message: string): Hello {
  const { build, tenants, refused, reload } = dataIn(message);
  return {
    build: typeof build === "string" ? build : "",
    tenants: wordsIn(tenants),
    refused: wordsIn(refused),
    reload: reload === true,
  };
}

/** Which tenants are not told of any more, and whether the whole session ended or a seat. */
export function endIn(message: string): Readonly<{ why: string; tenants: readonly string[] }> {
  const { why, tenants } = dataIn(message);
  return { why: typeof why === "string" ? why : "", tenants: wordsIn(tenants) };
}
