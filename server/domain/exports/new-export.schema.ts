import { z } from "zod";

import { trailFilterSchema } from "@/server/domain/audit/trail.schema";
import { callFilterSchema } from "@/server/domain/calls/call.schema";
import { monthSchema } from "@/server/domain/earnings/earnings.schema";
import { type ExportKind, exportFormats } from "@/server/domain/exports/export.schema";
import { incidentFilterSchema } from "@/server/domain/incidents/incident.schema";
import { languageSchema } from "@/server/domain/languages/language.schema";
import { extensionFilterSchema } from "@/server/domain/provisioning/extension.schema";
import { securityEventFilterSchema } from "@/server/domain/security-events/security-event.schema";
import { tenantListSchema } from "@/server/domain/tenancy/tenant-list.schema";

/** A filter of these names and no others: a file that left one out without a word would be another list than was asked for. */
const only = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys" ? `There is no filter ${issue.keys[0]} for this list.` : undefined,
  });

const { cursor: _c, limit: _l, far: _f, sort: _o, ...callsFilter } = callFilterSchema.shape;
const { after: _a, sort: _s, ...extensionsFilter } = extensionFilterSchema.shape;
const { severity, view, text } = incidentFilterSchema.shape;

/** What narrows each kind of file: the filter of its page, whole. */
export const exportFilters = {
  calls: only(callsFilter),
  ledger: only({ from: callFilterSchema.shape.from, to: callFilterSchema.shape.to }),
  extensions: only(extensionsFilter),
  numbers: only({ text: z.string().trim().max(60).optional() }),
  audit: only(trailFilterSchema.shape),
  incidents: only({ show: incidentFilterSchema.shape.show.unwrap().optional(), severity, view, text }),
  security_events: only(securityEventFilterSchema.shape),
  number_blocks: only({}),
  hot_lists: only({}),
  bans: only({}),
  tenants: only({ view: tenantListSchema.shape.view.unwrap().optional(), text: tenantListSchema.shape.text }),
  earnings: only({ month: monthSchema }),
  everything: only({}),
} as const satisfies Record<ExportKind, z.ZodType>;

const zone = z.string().max(60).refine(isZone, "is a time zone such as Europe/Berlin or UTC");

function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

/** How a file is written. */
export const exportStyleSchema = z.object({
  format: z.enum(exportFormats).default("csv"),
  /** Keys of columns, in their order; none: all of them. */
  columns: z.array(z.string().max(40)).max(40).optional(),
  /** For moments; each is written with its offset. */
  timeZone: zone.default("UTC"),
  /** A comma for decimals puts a semicolon between cells. JSON lines have a point always. */
  decimals: z.enum(["point", "comma"]).default("point"),
  /** Of a document; none: that of whoever asks. */
  language: languageSchema.optional(),
});
export type ExportStyle = z.output<typeof exportStyleSchema>;
const asked = <K extends ExportKind>(what: K) =>
  exportStyleSchema.extend({ what: z.literal(what), filter: exportFilters[what] });

/** What is asked for: a list with its filter, and how it is written. */
export const newExportSchema = z.discriminatedUnion("what", [
  asked("calls"),
  asked("ledger"),
  asked("extensions"),
  asked("numbers"),
  asked("audit"),
  asked("incidents"),
  asked("security_events"),
  asked("number_blocks"),
  asked("hot_lists"),
  asked("bans"),
  asked("tenants"),
  asked("earnings"),
  asked("everything"),
]);
export type NewExport = z.output<typeof newExportSchema>;

export const exportId = z.uuid();
