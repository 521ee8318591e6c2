import { z } from "zod";

import { trailFilterSchema } from "@/server/domain/audit/trail.schema";
import { callFilterSchema } from "@/server/domain/calls/call.schema";
import { type ExportKind, exportFormats } from "@/server/domain/exports/export.schema";
import { severities } from "@/server/domain/incidents/incident.schema";
import { securityEventFilterSchema } from "@/server/domain/security-events/security-event.schema";

const callsFilter = callFilterSchema.omit({ cursor: true, limit: true, far: true });
const days = z.object({ from: callFilterSchema.shape.from, to: callFilterSchema.shape.to });

/** What narrows each kind of file: the filter of its page, whole. */
export const exportFilters = {
  calls: callsFilter,
  ledger: days,
  extensions: z.object({}),
  numbers: z.object({ text: z.string().trim().max(60).optional() }),
  audit: trailFilterSchema,
  incidents: z.object({ severity: z.enum(severities).optional(), text: z.string().trim().max(100).optional() }),
  security_events: securityEventFilterSchema,
  number_blocks: z.object({}),
  hot_lists: z.object({}),
  bans: z.object({}),
  everything: z.object({}),
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
});
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
  asked("everything"),
]);
export type NewExport = z.output<typeof newExportSchema>;

export const exportId = z.uuid();
