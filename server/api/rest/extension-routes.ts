import { z } from "zod";

import { idSchema, momentSchema, paged, pageOf, type Route, route, textOfMoment } from "@/server/api/rest/route";
import { extensionChangeSchema, newExtensionSchema } from "@/server/domain/provisioning/extension.schema";
import type { ExtensionRow } from "@/server/domain/provisioning/extension-list";

const extensionSchema = z
  .object({
    id: z.uuid(),
    number: z.string(),
    name: z.string(),
    caller_id: z.string().nullable(),
    state: z.enum(["active", "suspended"]),
    sip_username: z.string(),
    max_calls: z.number().int(),
    registered: z.boolean(),
    user_agent: z.string().nullable(),
    last_seen_at: momentSchema.nullable(),
    calls_today: z.number().int(),
    created_at: momentSchema,
  })
  .meta({ id: "Extension" });

const extensionOf = (row: ExtensionRow): z.input<typeof extensionSchema> => ({
  id: row.id,
  number: row.number,
  name: row.displayName,
  caller_id: row.callerId,
  state: row.state,
  sip_username: row.sipUsername,
  max_calls: row.maxCalls,
  registered: row.registration !== null,
  user_agent: row.registration?.userAgent ?? null,
  last_seen_at: textOfMoment(row.lastSeenAt),
  calls_today: Number(row.callsToday),
  created_at: row.createdAt.toISOString(),
});

const newPhoneSchema = z
  .object({
    id: z.uuid(),
    number: z.string(),
    sip_username: z.string(),
    sip_secret: z.string().describe("Shown this once"),
    sip_domain: z.string(),
    sip_port: z.number().int(),
    transport: z.string(),
  })
  .meta({ id: "NewExtension" });

const change = z.object({
  name: extensionChangeSchema.shape.displayName,
  caller_id: extensionChangeSchema.shape.callerId,
  max_calls: extensionChangeSchema.shape.maxCalls,
  daily_cap: extensionChangeSchema.shape.dailyCap.describe("A decimal of the tenant's currency; null takes it away"),
});
const named = ({ name, caller_id, max_calls, daily_cap }: Readonly<Record<string, unknown>>) => ({
  ...(name === undefined ? {} : { displayName: name }),
  ...(caller_id === undefined ? {} : { callerId: caller_id }),
  ...(max_calls === undefined ? {} : { maxCalls: max_calls }),
  ...(daily_cap === undefined ? {} : { dailyCap: daily_cap }),
});

const one = ({ params }: { params: Readonly<Record<string, string>> }) => ({ extensionId: params["extension_id"] });
const act = (verb: "suspend" | "resume", summary: string): Route =>
  route({
    method: "POST",
    path: `/extensions/{extension_id}/actions/${verb}`,
    id: `${verb}Extension`,
    tag: "Extensions",
    summary,
    procedure: `extensions.${verb}`,
    answer: idSchema,
    input: one,
    shape: ({ id }) => ({ id }),
  });

export const extensionRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: "/extensions",
    id: "listExtensions",
    tag: "Extensions",
    summary: "All extensions, by number",
    procedure: "extensions.list",
    answer: pageOf(extensionSchema),
    shape: ({ items }) => paged(items.map(extensionOf), null),
  }),
  route({
    method: "POST",
    path: "/extensions",
    id: "createExtension",
    tag: "Extensions",
    summary: "Make an extension; its secret is in this answer and nowhere else",
    procedure: "extensions.create",
    body: change.extend({
      number: newExtensionSchema.shape.number,
      name: newExtensionSchema.shape.displayName,
      caller_id: newExtensionSchema.shape.callerId,
      daily_cap: newExtensionSchema.shape.dailyCap,
    }),
    answer: newPhoneSchema,
    status: 201,
    input: ({ body }) => ({ number: body["number"], ...named(body) }),
    shape: (made) => ({
      id: made.id,
      number: made.number,
      sip_username: made.sipUsername,
      sip_secret: made.secretOnce,
      sip_domain: made.sipDomain,
      sip_port: made.sipPort,
      transport: made.transport,
    }),
  }),
  route({
    method: "GET",
    path: "/extensions/{extension_id}",
    id: "getExtension",
    tag: "Extensions",
    summary: "One extension",
    procedure: "extensions.get",
    answer: extensionSchema,
    input: one,
    shape: extensionOf,
  }),
  route({
    method: "PATCH",
    path: "/extensions/{extension_id}",
    id: "editExtension",
    tag: "Extensions",
    summary: "Change name, caller ID or limits; what is left out stays",
    procedure: "extensions.edit",
    body: change,
    answer: idSchema,
    input: (asked) => ({ ...one(asked), ...named(asked.body) }),
    shape: ({ id }) => ({ id }),
  }),
  act("suspend", "Refuse its calls until it is resumed"),
  act("resume", "Let a suspended extension call again"),
  route({
    method: "DELETE",
    path: "/extensions/{extension_id}",
    id: "deleteExtension",
    tag: "Extensions",
    summary: "Take an extension away; its calls stay on record",
    procedure: "extensions.delete",
    answer: idSchema,
    input: one,
    shape: ({ id }) => ({ id }),
  }),
];
