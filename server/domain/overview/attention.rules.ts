import { isRefusalCode, refusals } from "@/server/kernel/refusals";
import { say, t } from "@/server/kernel/words";

/** One thing that waits for a person, and where it is mended. */
export type Attention = {
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly href: string;
};

/** Numbers of one tenant at one moment. Money in micros. */
export type Facts = {
  readonly slug: string;
  readonly kind: string;
  readonly state: string;
  readonly currency: string;
  readonly hasPlan: boolean;
  readonly availableMicros: bigint;
  /** Charged in the last seven days. */
  readonly weekMicros: bigint;
  /** Its automatic top-up stopped after failures, and waits for a person. */
  readonly topUpPaused: boolean;
  readonly phonesTotal: number;
  readonly phonesOnline: number;
  /** Own extensions that no phone ever used, and those whose phone was there once and is not now. */
  readonly neverSeen: number;
  readonly lostPhones: number;
  readonly callsToday: number;
  readonly firstCallDone: boolean;
  readonly failedRegistrations: number;
  readonly differences: number;
  /** An incident stops all its calls, or those of these extensions (the first four). */
  readonly stopped: boolean;
  readonly stoppedNumbers: readonly string[];
  readonly refused: readonly { readonly reason: string; readonly calls: number }[];
  readonly lowBelow: number;
  readonly lowBelowSlugs: readonly string[];
};

const MOST = 5;
/** Fewer wrong passwords in an hour than this are people, not attacks. */
const SUSPICIOUS_FAILURES = 10;

/** What needs somebody, the most urgent first, at most five: a longer list is not read. */
export function needsAttention(facts: Facts): readonly Attention[] {
  return [...ofTenant(facts), ...ofMoney(facts), ...ofSecurity(facts), ...ofRefusals(facts), ...ofPhones(facts)].slice(
    0,
    MOST,
  );
}

const page = ({ slug }: Facts, name: string): string => `/t/${slug}/${name}`;

function stoppedDetail({ stopped, stoppedNumbers }: Facts): string {
  const numbers = stoppedNumbers.slice(0, 3).join(", ");
  if (stopped) {
    return t("Your provider stopped calls; emergency numbers can be dialled. A phone that is off needs a new secret.");
  }
  return stoppedNumbers.length > 3
    ? t(
        "Your provider stopped calls of {numbers} and others; emergency numbers can be dialled. A phone that is off needs a new secret.",
        { numbers },
      )
    : t(
        "Your provider stopped calls of {numbers}; emergency numbers can be dialled. A phone that is off needs a new secret.",
        { numbers },
      );
}

function ofTenant(facts: Facts): Attention[] {
  const found: Attention[] = [];
  if (facts.state === "suspended") {
    const detail = t("Only emergency numbers can be dialled. Your provider can lift this.");
    found.push({ code: "SEC-02", title: t("Calling is suspended"), detail, href: page(facts, "calls") });
  }
  if (facts.stopped || facts.stoppedNumbers.length > 0) {
    const title = t("Calls are stopped by an incident");
    found.push({ code: "INC-01", title, detail: stoppedDetail(facts), href: page(facts, "extensions") });
  }
  if (facts.kind !== "operator" && !facts.hasPlan) {
    const detail = t("Without a plan no number has a price, so calls are refused. Your provider assigns one.");
    found.push({ code: "RAT-01", title: t("No plan yet"), detail, href: page(facts, "balance") });
  }
  return found;
}

function ofMoney(facts: Facts): Attention[] {
  const found: Attention[] = [];
  const href = page(facts, "balance");
  if (facts.kind !== "operator") {
    const daysLeft = facts.weekMicros > 0n ? Number((facts.availableMicros * 7n) / facts.weekMicros) : undefined;
    if (facts.availableMicros <= 0n) {
      found.push({
        code: "BAL-01",
        title: t("No credit left"),
        detail: t("Calls are refused until the balance is topped up."),
        href,
      });
    } else if (daysLeft !== undefined && daysLeft < 3) {
      const detail =
        daysLeft < 1
          ? t("At the pace of the last week it lasts less than a day.")
          : t("At the pace of the last week it lasts {days, plural, one {# day} other {# days}}.", { days: daysLeft });
      found.push({ code: "BAL-01", title: t("Credit is running low"), detail, href });
    }
  }
  if (facts.topUpPaused) {
    const detail = t("The saved card was not charged. Look at it and resume.");
    found.push({ code: "PAY-01", title: t("Automatic top-up is paused"), detail, href });
  }
  if (facts.lowBelow > 0) {
    const tenants = facts.lowBelowSlugs.join(", ");
    const detail =
      facts.lowBelow > facts.lowBelowSlugs.length
        ? t("{tenants} and others: less than 1.00 available.", { tenants })
        : t("{tenants}: less than 1.00 available.", { tenants });
    const title = t("{tenants, plural, one {# tenant is} other {# tenants are}} out of credit", {
      tenants: facts.lowBelow,
    });
    found.push({ code: "LOW-01", title, detail, href: page(facts, "tenants") });
  }
  return found;
}

function ofSecurity(facts: Facts): Attention[] {
  const found: Attention[] = [];
  if (facts.differences > 0) {
    const title = t("{differences, plural, one {# difference} other {# differences}} in the money", {
      differences: facts.differences,
    });
    found.push({
      code: "REC-01",
      title,
      detail: t("Reconciliation found what it could not heal by itself."),
      // Only the operator has the page that says which and why.
      href: page(facts, facts.kind === "operator" ? "reconciliation" : "calls"),
    });
  }
  if (facts.failedRegistrations >= SUSPICIOUS_FAILURES) {
    const title = t("{count} refused registrations in an hour", { count: facts.failedRegistrations });
    found.push({
      code: "AUT-01",
      title,
      detail: t("Somebody may be guessing the secrets of your phones."),
      href: page(facts, "extensions"),
    });
  }
  return found;
}

function ofRefusals(facts: Facts): Attention[] {
  return facts.refused.map(({ reason, calls }) => ({
    code: reason,
    title: t("{calls, plural, one {# call} other {# calls}} refused in 24 hours", { calls }),
    detail: isRefusalCode(reason) ? say(refusals[reason].sentence) : t("See the decision of each call."),
    href: `${page(facts, "calls")}?outcome=blocked`,
  }));
}

function ofPhones(facts: Facts): Attention[] {
  const found: Attention[] = [];
  const href = page(facts, "extensions");
  if (facts.lostPhones > 0) {
    const title = t("{phones, plural, one {# phone is} other {# phones are}} not registered", {
      phones: facts.lostPhones,
    });
    found.push({ code: "NET-01", title, detail: t("It was there before and cannot be called now."), href });
  }
  if (facts.neverSeen > 0 && facts.kind !== "operator") {
    const title = t("{extensions, plural, one {# extension has} other {# extensions have}} no phone yet", {
      extensions: facts.neverSeen,
    });
    found.push({
      code: "NET-02",
      title,
      detail: t("Connect one with the secret it was given, or rotate the secret."),
      href,
    });
  }
  return found;
}
