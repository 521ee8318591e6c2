import { DomainError, type DomainErrorCode } from "@/server/kernel/errors";

/** What our SQL functions raise, and the constraints whose violation is somebody's input, as domain errors. */
const codeOfState: Readonly<Record<string, DomainErrorCode>> = {
  RF001: "invalid_state",
  RF002: "not_below",
  RF003: "posting_key_reused",
  RF004: "currency_mismatch",
  RF005: "insufficient_funds",
  RF006: "invalid_input",
  RF007: "not_found",
  RF008: "limit_bound",
  RF009: "suspended_above",
  RF010: "credit_limit_exceeded",
  RF011: "credit_limit_in_use",
  RF031: "deck_has_errors",
  RF032: "deck_stale",
  RF033: "deck_no_change",
  RF034: "deck_on_top",
  RF036: "conflict",
  RF041: "erasure_held",
  RF042: "erasure_in_use",
};
const codeOfConstraint: Readonly<Record<string, DomainErrorCode>> = {
  tenant_slug_key: "slug_taken",
  extension_tenant_id_number_key: "number_taken",
  extension_sip_username_key: "number_taken",
  plan_tenant_id_name_key: "plan_taken",
  rate_one_price_at_a_time: "rate_overlap",
  rate_one_price_at_a_time_in_hours: "rate_overlap",
  incident_one_open: "conflict",
  wallet_never_overdrawn: "insufficient_funds",
};

/**
 * Runs work and turns a refusal by the database into the DomainError it means.
 * @throws DomainError for the states and constraints above; anything else passes through unchanged.
 */
export async function translatingSqlErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DomainError) throw error;
    const text = textOf(error);
    const code = domainCodeOf(text);
    throw code ? new DomainError(code, figuresOf(text)) : error;
  }
}

const aborted = /\bP2034\b|TransactionWriteConflict|[cC]ode"?: ?["`](?:40P01|40001)["`]/;

/** Whether the database gave a transaction up because of another one: a deadlock, or a conflict of two that write. */
export const wasAborted = (error: unknown): boolean => !(error instanceof DomainError) && aborted.test(textOf(error));

// Prisma wraps the driver's error at differing depths; the SQLSTATE and the constraint's name are what stays.
const textOf = (error: unknown): string =>
  error instanceof Error ? `${error.message} ${safeJson(error)} ${safeJson(error.cause)}` : "";

/** The figures that a function put at the end of its message, as in "insufficient funds [available=3 asked=5]". */
function figuresOf(text: string): Record<string, string> {
  const [, pairs = ""] = /\[((?:[a-z]+=[a-z0-9_-]+ ?)+)\]/i.exec(text) ?? [];
  return Object.fromEntries(pairs.split(" ").flatMap((pair) => (pair.includes("=") ? [pair.split("=")] : [])));
}

function domainCodeOf(text: string): DomainErrorCode | undefined {
  const state = /\bRF0\d\d\b/.exec(text)?.[0];
  if (state) return codeOfState[state];
  const constraint = Object.keys(codeOfConstraint).find((name) => text.includes(name));
  if (constraint) return codeOfConstraint[constraint];
  // Browsers and Node know a few zones more than Postgres does.
  if (/time zone .{1,70} not recognized/.test(text)) return "invalid_input";
  // Prisma names the columns of a violated unique key, not always the constraint.
  if (/Unique constraint failed/.test(text) || text.includes("UniqueConstraintViolation")) {
    if (text.includes("slug")) return "slug_taken";
    if (text.includes("sip_username") || text.includes("number")) return "number_taken";
    if (text.includes("plan") || text.includes("name")) return "plan_taken";
    return "conflict";
  }
  return undefined;
}

const safeJson = (value: unknown): string => {
  try {
    return JSON.stringify(value, (_key, part: unknown) => (typeof part === "bigint" ? part.toString() : part)) ?? "";
  } catch {
    return "";
  }
};
