import { z } from "zod";

import { momentSchema, paged, pageOf, type Route, route, textOfMoment } from "@/server/api/rest/route";
import { type ExportKind, exportFormats, exportKinds } from "@/server/domain/exports/export.schema";
import { exportFilters, exportStyleSchema } from "@/server/domain/exports/new-export.schema";
import { rhythms } from "@/server/domain/exports/rhythm-kinds.schema";

const fileSchema = z
  .object({
    id: z.uuid(),
    list: z.enum(exportKinds),
    file_name: z.string(),
    state: z.enum(["making", "stopped", "failed", "ready", "expired"]),
    as_of: momentSchema,
    lines: z.number().int().nullable(),
    bytes: z.number().int().nullable(),
    sha256: z.string().nullable(),
    expires_at: momentSchema.nullable(),
  })
  .meta({ id: "Export" });

/** As the parameters of lists are called; `tenant` there is whom one acts as. */
const nameOutside = (name: string): string =>
  name === "tenant" ? "of_tenant" : name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const namesOf = (kind: ExportKind): string[] => Object.keys(exportFilters[kind].shape);
const namesInside: Readonly<Record<string, string>> = Object.fromEntries(
  exportKinds.flatMap(namesOf).map((name) => [nameOutside(name), name]),
);
/** Every name that a list's filter knows: any other is refused. */
const filterNames = exportKinds
  .map((kind) => `${kind}: ${namesOf(kind).map(nameOutside).join(", ") || "none"}`)
  .join("; ");

/** What a file is asked for with, once or again and again. */
const asked = z.object({
  list: z.enum(exportKinds),
  filter: z.record(z.string(), z.unknown()).optional().describe(`By list, another name is refused. ${filterNames}`),
  format: exportStyleSchema.shape.format,
  columns: exportStyleSchema.shape.columns,
  time_zone: exportStyleSchema.shape.timeZone,
  decimals: exportStyleSchema.shape.decimals,
});
const filterOf = (filter: unknown) =>
  typeof filter === "object" && filter !== null
    ? Object.fromEntries(Object.entries(filter).map(([name, value]) => [namesInside[name] ?? name, value]))
    : {};
const fileOf = ({ list, filter, time_zone, ...style }: Readonly<Record<string, unknown>>) => ({
  what: list,
  filter: filterOf(filter),
  ...style,
  ...(time_zone === undefined ? {} : { timeZone: time_zone }),
});

export const exportRoutes: readonly Route[] = [
  route({
    method: "POST",
    path: "/exports",
    id: "createExport",
    tag: "Exports",
    summary: "Ask for a file of a whole list; the workers make it",
    procedure: "exports.create",
    body: asked,
    answer: z.object({ id: z.uuid() }),
    status: 202,
    input: ({ body }) => ({ file: fileOf(body) }),
    shape: ({ id }) => ({ id }),
  }),
  route({
    method: "GET",
    path: "/exports/{export_id}",
    id: "getExport",
    tag: "Exports",
    summary: "How far a file is",
    procedure: "exports.get",
    answer: fileSchema,
    input: ({ params }) => ({ exportId: params["export_id"] }),
    shape: (file) => ({
      id: file.id,
      list: file.what,
      file_name: file.fileName,
      state: file.state,
      as_of: file.asOf.toISOString(),
      lines: file.lines,
      bytes: file.bytes,
      sha256: file.sha256,
      expires_at: textOfMoment(file.expiresAt),
    }),
  }),
];

const scheduleSchema = z
  .object({
    id: z.uuid(),
    list: z.enum(exportKinds),
    every: z.enum(rhythms),
    filter: z.record(z.string(), z.unknown()),
    format: z.enum(exportFormats),
    person: z.string().describe("Who is told by mail"),
    next_at: momentSchema,
    last_at: momentSchema.nullable(),
    paused_at: momentSchema.nullable(),
    note: z.string(),
  })
  .meta({ id: "ExportSchedule" });

const ofSchedule = (verb: "pause" | "resume" | "remove", summary: string): Route =>
  route({
    method: "POST",
    path: `/export-schedules/{schedule_id}/actions/${verb}`,
    id: `${verb}ExportSchedule`,
    tag: "Exports",
    summary,
    procedure: `exports.${verb}Schedule`,
    answer: z.object({ id: z.uuid() }),
    input: ({ params }) => ({ scheduleId: params["schedule_id"] }),
    shape: ({ id }) => ({ id }),
  });

export const scheduleRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: "/export-schedules",
    id: "listExportSchedules",
    tag: "Exports",
    summary: "Files that are made by themselves, the next one first",
    procedure: "exports.schedules",
    answer: pageOf(scheduleSchema),
    shape: (rows) =>
      paged(
        rows.map((row) => ({
          id: row.id,
          list: row.what,
          every: row.every,
          filter: row.filter,
          format: row.format,
          person: row.person,
          next_at: row.nextAt.toISOString(),
          last_at: textOfMoment(row.lastAt),
          paused_at: textOfMoment(row.pausedAt),
          note: row.note,
        })),
        null,
      ),
  }),
  route({
    method: "POST",
    path: "/export-schedules",
    id: "createExportSchedule",
    tag: "Exports",
    summary: "Have such a file made at the end of every day, week or month; at most 30",
    procedure: "exports.schedule",
    body: asked.extend({ every: z.enum(rhythms) }),
    answer: z.object({ id: z.uuid(), next_at: momentSchema }),
    status: 201,
    input: ({ body: { every, ...file } }) => ({ every, file: fileOf(file) }),
    shape: ({ id, nextAt }) => ({ id, next_at: nextAt.toISOString() }),
  }),
  ofSchedule("pause", "Let a scheduled file rest"),
  ofSchedule("resume", "Make a scheduled file again, from the next period on"),
  ofSchedule("remove", "Make it no more; files that were made stay until they expire"),
];
