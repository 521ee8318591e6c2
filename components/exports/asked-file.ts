import type { Inputs } from "@/components/api/outputs";
import type { Filter } from "@/components/exports/export-address";
import {
  datedKinds,
  type ExportFormat,
  type ExportKind,
  exportFormats,
  exportWords,
} from "@/server/domain/exports/export.schema";

export type Whose = "own" | "below";
type Begun = Readonly<{ what: ExportKind; filter: Filter; seller: boolean; again?: boolean }>;

/**
 * The filter that the form begins with. Where there are tenants below it always says whose calls are meant: as the page shows
 * them those of all below; a file that is made again and does not say so was of own ones.
 */
export function begunWith({ what, filter, seller, again = false }: Begun): Filter {
  if (!seller || what !== "calls") return filter;
  const { scope, ...rest } = filter;
  const own = rest["tenant"] === undefined && (scope === "own" || (scope === undefined && again));
  return { ...rest, scope: own ? "own" : "below" };
}

export type Parts = Readonly<{
  /** For the fields of the days; undefined for a list that days do not narrow. */
  days: Readonly<{ from?: string; to?: string }> | undefined;
  /** For the choice whose calls; undefined where there is none. */
  whose: Whose | undefined;
  /** What came with the list's filter and can be taken out. */
  rest: Filter;
}>;

/** A filter as the form shows it. */
export function partsOf({ what, filter, seller }: Omit<Begun, "again">): Parts {
  const { from, to, ...others } = filter;
  const days = datedKinds.includes(what)
    ? { ...(isText(from) && { from: from.slice(0, 10) }), ...(isText(to) && { to: to.slice(0, 10) }) }
    : undefined;
  if (!seller || what !== "calls") return { days, whose: undefined, rest: others };
  const { scope, ...rest } = others;
  return { days, whose: scope === "own" ? "own" : "below", rest };
}

const isText = (value: unknown): value is string => typeof value === "string";

/** The filter for other calls: a tenant is one below, a phone one of the tenant's own. */
export const withWhose = ({ tenant: _, extensionId: __, ...filter }: Filter, scope: Whose): Filter => ({
  ...filter,
  scope,
});

/** What is left when the rest is taken out: the days, and whose calls. */
export const takenOut = ({ days, whose }: Parts): Filter => ({ ...days, ...(whose && { scope: whose }) });

/** How a file can be written: a document is of a tenant's own calls. */
export const formatsFor = (what: ExportKind, { whose }: Pick<Parts, "whose">): readonly ExportFormat[] =>
  exportFormats.filter((one) => one !== "pdf" || (what === "calls" && whose !== "below"));

type AskedFile = Inputs["exports"]["create"]["file"];
type Chosen = Pick<Parts, "rest" | "whose"> & Readonly<{ what: ExportKind; format: ExportFormat }>;

/** The file that the form asks for. */
export function fileOf(data: FormData, { what, rest, whose, format }: Chosen): AskedFile {
  const text = (name: string) => String(data.get(name) ?? "");
  const days = Object.fromEntries(
    (["from", "to"] as const).flatMap((name) => (text(name) ? [[name, text(name)]] : [])),
  );
  const columns = data.getAll("columns").map(String);
  const all = columns.length === 0 || columns.length === exportWords[what].columns.length;
  const file = {
    what,
    filter: { ...rest, ...(whose && { scope: whose }), ...days },
    format,
    timeZone: text("timeZone"),
    decimals: text("decimals") === "comma" ? "comma" : "point",
    ...(all ? {} : { columns }),
  };
  // The filter belongs to the kind; the procedure reads it by the schema of that kind.
  return file as AskedFile;
}
