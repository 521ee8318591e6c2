export const ruleScopes = ["extension", "tenant", "network"] as const;
/** About what a rule adds up: an extension, a whole tenant, or a network that something comes from. */
export type RuleScope = (typeof ruleScopes)[number];

export const ruleModes = ["off", "shadow", "enforce"] as const;
/** Shadow writes down what the rule would have done, and does nothing. */
export type RuleMode = (typeof ruleModes)[number];

export const ruleActions = ["notify", "open", "contain_unusual", "contain", "ban"] as const;
/**
 * Notify mails the desk at critical; open makes an incident from warn on; contain also contains its subject at critical, and
 * contain_unusual only where that is much more than the subject spent in any day of the last four weeks; ban, of a rule about
 * networks, bans the network at critical.
 */
export type RuleAction = (typeof ruleActions)[number];

/** What a rule is made of. Thresholds are counts, or micros: of a euro in the standard, else of the tenant's own currency. */
export type Rule = {
  readonly mode: RuleMode;
  readonly action: RuleAction;
  readonly windowMinutes: number;
  readonly warn: bigint;
  readonly critical: bigint;
};

/** What somebody says about a rule; null says nothing. */
export type RuleWord = { readonly [K in keyof Rule]: Rule[K] | null };

type Standard = Readonly<{
  signal: string;
  scope: RuleScope;
  /** What is added up from the calls themselves; the others are counted as they happen. */
  of: "calls" | "counted";
  /** Seen at the PBX or in the system itself, so that only the operator has it. */
  desk?: true;
  /** Micros, not a count. */
  money?: true;
  /** An incident of it is as bad as it gets from warn on. */
  gravest?: true;
  /** Counts what is still open after so many minutes, however old it is then: the window says nothing of it. */
  openMinutes?: number;
  /** Its thresholds rise with what the subject spent in the weeks before. */
  againstPast?: true;
  mode?: RuleMode;
  action?: RuleAction;
  minutes: number;
  warn: number;
  critical: number;
}>;

const million = 1_000_000;
/** Every rule there is, with what holds where nobody said anything. */
const standards = [
  {
    signal: "spend",
    scope: "extension",
    of: "calls",
    money: true,
    action: "contain_unusual",
    minutes: 60,
    warn: 10 * million,
    critical: 30 * million,
  },
  {
    signal: "spend_day",
    scope: "extension",
    of: "calls",
    money: true,
    againstPast: true,
    action: "contain",
    minutes: 1_440,
    warn: 30 * million,
    critical: 60 * million,
  },
  {
    signal: "spend",
    scope: "tenant",
    of: "calls",
    money: true,
    minutes: 60,
    warn: 50 * million,
    critical: 200 * million,
  },
  { signal: "special", scope: "extension", of: "calls", action: "contain", minutes: 15, warn: 3, critical: 6 },
  { signal: "special", scope: "tenant", of: "calls", minutes: 15, warn: 6, critical: 20 },
  { signal: "calls", scope: "extension", of: "calls", minutes: 10, warn: 80, critical: 200 },
  { signal: "calls", scope: "tenant", of: "calls", minutes: 10, warn: 600, critical: 1_200 },
  { signal: "refused", scope: "extension", of: "calls", minutes: 10, warn: 20, critical: 60 },
  { signal: "refused", scope: "tenant", of: "calls", minutes: 10, warn: 60, critical: 200 },
  { signal: "new_country", scope: "extension", of: "calls", minutes: 60, warn: 3, critical: 6 },
  { signal: "new_country", scope: "tenant", of: "calls", minutes: 60, warn: 4, critical: 8 },
  { signal: "off_hours", scope: "extension", of: "calls", minutes: 60, warn: 30, critical: 90 },
  { signal: "off_hours", scope: "tenant", of: "calls", minutes: 60, warn: 150, critical: 500 },
  { signal: "short_calls", scope: "extension", of: "calls", minutes: 15, warn: 20, critical: 60 },
  { signal: "short_calls", scope: "tenant", of: "calls", minutes: 15, warn: 100, critical: 300 },
  { signal: "sequential", scope: "extension", of: "calls", minutes: 30, warn: 8, critical: 25 },
  { signal: "sequential", scope: "tenant", of: "calls", minutes: 30, warn: 20, critical: 60 },
  { signal: "repeated", scope: "extension", of: "calls", minutes: 30, warn: 20, critical: 60 },
  { signal: "repeated", scope: "tenant", of: "calls", minutes: 30, warn: 60, critical: 200 },
  { signal: "price", scope: "extension", of: "calls", money: true, minutes: 10, warn: million, critical: 3 * million },
  { signal: "moves", scope: "extension", of: "counted", minutes: 60, warn: 4, critical: 8 },
  { signal: "denied", scope: "tenant", of: "counted", minutes: 60, warn: 20, critical: 60 },
  { signal: "config", scope: "tenant", of: "counted", minutes: 60, warn: 40, critical: 120 },
  { signal: "sip_failure", scope: "network", of: "counted", desk: true, minutes: 5, warn: 5, critical: 50 },
  { signal: "sign_in", scope: "network", of: "counted", desk: true, minutes: 15, warn: 10, critical: 40 },
  {
    signal: "difference",
    scope: "tenant",
    of: "counted",
    desk: true,
    money: true,
    minutes: 60,
    // Reconciliation looks every minute: what is older has had its chance to heal by what came in late.
    openMinutes: 2,
    // From the first one on, whatever there is at risk.
    warn: 1,
    critical: 10 * million,
  },
  { signal: "ami_login", scope: "tenant", of: "counted", desk: true, minutes: 30, warn: 2, critical: 5 },
  { signal: "ami_silence", scope: "tenant", of: "counted", desk: true, minutes: 30, warn: 2, critical: 5 },
  {
    signal: "ami_intrusion",
    scope: "network",
    of: "counted",
    desk: true,
    gravest: true,
    minutes: 30,
    warn: 1,
    critical: 2,
  },
  { signal: "retention", scope: "tenant", of: "counted", desk: true, minutes: 1_440, warn: 1, critical: 3 },
] as const satisfies readonly Standard[];

/** What a rule about networks may keep a network away from, by its signal. */
export const banScopeOf: Readonly<Partial<Record<string, "sip" | "web">>> = { sip_failure: "sip", sign_in: "web" };
/** What may stand in the form of a rule: only calls can be contained, only networks banned. */
export const actionsOf = ({
  of,
  signal,
  scope,
}: Pick<StandardRule, "of" | "signal" | "scope">): readonly RuleAction[] => {
  if (banScopeOf[signal]) return ["notify", "open", "ban"];
  if (signal === "spend" && scope === "extension") return ["notify", "open", "contain_unusual", "contain"];
  return of === "calls" ? ["notify", "open", "contain"] : ["notify", "open"];
};

/** Whether what was usual before may decide what it does. */
export const looksBack = (standard: StandardRule): boolean =>
  standard.againstPast || actionsOf(standard).includes("contain_unusual");

/** What past days left enough of to replay it: calls, and networks that can be banned. */
export const canRehearse = ({ of, signal }: Pick<StandardRule, "of" | "signal">): boolean =>
  of === "calls" || banScopeOf[signal] !== undefined;

/** What the PBX calls a sign-in that failed; what the machine says about its own load is no try. */
export const failedSignIns: readonly string[] = [
  "InvalidPassword",
  "ChallengeResponseFailed",
  "InvalidAccountID",
  "FailedACL",
  "UnexpectedAddress",
  "RequestNotAllowed",
  "RequestNotSupported",
  "AuthMethodNotAllowed",
  "RequestBadFormat",
  "InvalidTransport",
  "SessionLimit",
];

export type Signal = (typeof standards)[number]["signal"];
/** Every signal a rule is about, once. */
export const signals = [...new Set(standards.map(({ signal }) => signal))] as readonly Signal[];
/** Of what kind the incidents of a signal are: what is spent in an hour and in a day is one loss. */
export const incidentKindOf = (signal: Signal): Signal => (signal === "spend_day" ? "spend" : signal);
export type CountedSignal = Exclude<Extract<(typeof standards)[number], { of: "counted" }>["signal"], "sip_failure">;

export type RuleKey = { readonly signal: Signal; readonly scope: RuleScope };
export type StandardRule = RuleKey & {
  readonly of: "calls" | "counted";
  readonly desk: boolean;
  readonly money: boolean;
  readonly gravest: boolean;
  readonly againstPast: boolean;
  /** Null where a window counts. */
  readonly openMinutes: number | null;
  readonly rule: Rule;
};

/** The standard rules, in the order in which people read them. */
export const standardRules: readonly StandardRule[] = standards.map((one: Standard & { signal: Signal }) => ({
  signal: one.signal,
  scope: one.scope,
  of: one.of,
  desk: one.desk ?? false,
  money: one.money ?? false,
  gravest: one.gravest ?? false,
  againstPast: one.againstPast ?? false,
  openMinutes: one.openMinutes ?? null,
  rule: {
    mode: one.mode ?? "enforce",
    action: one.action ?? "open",
    windowMinutes: one.minutes,
    warn: BigInt(one.warn),
    critical: BigInt(one.critical),
  },
}));

/** Of money: anything at all, however little. */
export const ANY_MICROS = "0.000001";

/** @returns undefined when there is no such rule. */
export const standardOf = (signal: string, scope: string): StandardRule | undefined =>
  standardRules.find((one) => one.signal === signal && one.scope === scope);
