import { z } from "zod";

import { delimiterOf, splitLine } from "@/server/domain/cdr-import/csv-line.rules";
import { limitsSchema } from "@/server/domain/limits/limits.schema";
import { onboardSchema } from "@/server/domain/onboarding/onboard.schema";
import { MOST_TENANTS } from "@/server/domain/onboarding/tenant-import.schema";
import { DomainError } from "@/server/kernel/errors";

const { name, slug, adminEmail, initialCredit, currency, timeZone, country } = onboardSchema.shape;

/** A row as it is typed; what is left out comes from the tenant that imports. */
const rowSchema = z.object({
  /** By which a row is known again in another file; the short name when left out. */
  key: z.string().max(100, "At most 100 characters.").optional(),
  name,
  slug,
  adminEmail,
  plan: z.string().max(200).optional(),
  initialCredit,
  currency: currency.optional(),
  timeZone: timeZone.optional(),
  country: country.optional(),
  kind: z.enum(["customer", "reseller"], "Write customer or reseller.").optional(),
  dailyCap: limitsSchema.shape.dailyCap,
  monthlyCap: limitsSchema.shape.monthlyCap,
  maxCalls: limitsSchema.shape.maxCalls,
});

type Field = keyof typeof rowSchema.shape;
/** A row that can be read. */
export type TenantLine = z.output<typeof rowSchema> & Readonly<{ line: number; key: string }>;
/** What is wrong with a row: the line of the file, the column as the file calls it, and why. */
export type LineProblem = Readonly<{ line: number; column: string; value: string; reason: string }>;
export type TenantFile = Readonly<{
  rows: readonly TenantLine[];
  problems: readonly LineProblem[];
  /** What each column was read as, and the columns that nothing is taken from. */
  columns: readonly Readonly<{ column: string; field: Field | null }>[];
  lines: number;
}>;

const synonyms: Readonly<Record<Field, readonly string[]>> = {
  key: ["key", "id", "reference", "externalid", "customernumber", "kundennummer"],
  name: ["name", "company", "companyname", "tenant", "customer", "firma", "kunde"],
  slug: ["slug", "shortname", "kurzname", "login", "code"],
  adminEmail: ["email", "mail", "adminemail", "owner", "owneremail", "ownermail", "admin", "contact"],
  plan: ["plan", "tariff", "rateplan", "priceplan", "tarif"],
  initialCredit: ["credit", "initialcredit", "openingcredit", "openingbalance", "balance", "guthaben"],
  currency: ["currency", "wahrung", "waehrung", "währung"],
  timeZone: ["timezone", "zone", "tz", "zeitzone"],
  country: ["country", "countrycode", "land"],
  kind: ["kind", "type", "art"],
  dailyCap: ["dailycap", "daycap", "dailylimit", "capperday", "tageslimit"],
  monthlyCap: ["monthlycap", "monthcap", "monthlylimit", "cappermonth", "monatslimit"],
  maxCalls: ["maxcalls", "callsatonce", "channels", "maxchannels", "concurrentcalls"],
};
const fields = Object.keys(synonyms) as Field[];
const plain = (text: string): string => text.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, "");
const fieldOf = (heading: string): Field | undefined =>
  fields.find((field) => synonyms[field].includes(plain(heading)));

const needed = { name: "name", slug: "short name", adminEmail: "owner's mail" } as const;

/**
 * Reads a table of tenants: a line of column names, then a row for each. Comma, semicolon, tab or bar between them; each line is
 * a row, and one that is wrong harms no other.
 * @throws DomainError invalid_input without the columns that are needed, and for two that mean one thing; too_large above 1 000 rows.
 */
export function readTenantFile(csv: string): TenantFile {
  const lines = csv.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/);
  const first = lines.findIndex((line) => line.trim() !== "");
  const heading = lines[first] ?? "";
  const delimiter = delimiterOf(heading);
  const names = (splitLine(heading, delimiter) ?? []).map((each) => each.trim());
  const columns = names.map((column) => ({ column, field: fieldOf(column) ?? null }));
  requireColumns(columns.map(({ field }) => field));
  const read = { rows: [] as TenantLine[], problems: [] as LineProblem[], seen: new Map<string, number>() };
  let count = 0;
  for (const [index, text] of lines.entries()) {
    if (index <= first || text.trim() === "") continue;
    count += 1;
    if (count > MOST_TENANTS) {
      throw new DomainError(
        "too_large",
        { most: MOST_TENANTS },
        `At most ${MOST_TENANTS} tenants at once. Split the file.`,
      );
    }
    takeLine(read, { line: index + 1, cells: splitLine(text, delimiter), columns });
  }
  if (count === 0) throw new DomainError("invalid_input", { field: "csv" }, "The file has column names and no row.");
  return {
    rows: read.rows,
    problems: read.problems,
    columns: columns.filter(({ column }) => column !== ""),
    lines: count,
  };
}

function requireColumns(columns: readonly (Field | null)[]): void {
  const missing = (Object.keys(needed) as (keyof typeof needed)[]).filter((field) => !columns.includes(field));
  const twice = fields.find((field) => columns.filter((column) => column === field).length > 1);
  if (missing.length === 0 && !twice) return;
  const sentence = twice
    ? `Two columns are read as ${twice}. Take one away.`
    : `The first line must name the columns; missing: ${missing.map((field) => needed[field]).join(", ")}.`;
  throw new DomainError("invalid_input", { field: "csv" }, sentence);
}

type Reading = { rows: TenantLine[]; problems: LineProblem[]; seen: Map<string, number> };
type Line = Readonly<{ line: number; cells: readonly string[] | undefined; columns: TenantFile["columns"] }>;

function takeLine({ rows, problems, seen }: Reading, { line, cells, columns }: Line): void {
  if (!cells) {
    problems.push({ line, column: "", value: "", reason: "A quotation mark is left open." });
    return;
  }
  const given: Partial<Record<Field, string | number>> = {};
  for (const [at, { field }] of columns.entries()) {
    const value = cells[at]?.trim() ?? "";
    if (field && value !== "") given[field] = value;
  }
  const columnOf = (field: string) => columns.find((column) => column.field === field)?.column ?? field;
  const calls = String(given.maxCalls ?? "");
  const typed = { initialCredit: "", ...given, ...(/^\d{1,9}$/.test(calls) ? { maxCalls: Number(calls) } : {}) };
  const parsed = rowSchema.safeParse(typed);
  if (!parsed.success) {
    for (const { path, message } of parsed.error.issues) {
      const field = String(path[0] ?? "") as Field;
      const value = String(given[field] ?? "").slice(0, 80);
      problems.push({ line, column: columnOf(field), value, reason: value === "" ? "It is missing." : message });
    }
    return;
  }
  const key = parsed.data.key ?? parsed.data.slug;
  for (const [field, value] of [
    ["slug", parsed.data.slug],
    ["key", key],
  ] as const) {
    const before = seen.get(`${field} ${value}`);
    if (before !== undefined) {
      problems.push({ line, column: columnOf(field), value, reason: `It is in line ${before} already.` });
      return;
    }
  }
  seen.set(`slug ${parsed.data.slug}`, line);
  seen.set(`key ${key}`, line);
  rows.push({ ...parsed.data, key, line });
}
