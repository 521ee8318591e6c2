import { z } from "zod";

import {
  afterSchema,
  limitSchema,
  momentSchema,
  moneyOf,
  moneySchema,
  paged,
  pageInput,
  pageOf,
  type Route,
  route,
  textOfMoment,
} from "@/server/api/rest/route";
import { incidentFilterSchema, incidentStates, severities } from "@/server/domain/incidents/incident.schema";
import { onboardSchema } from "@/server/domain/onboarding/onboard.schema";
import { securityEventFilterSchema } from "@/server/domain/security-events/security-event.schema";
import { securityEventSeverities } from "@/server/domain/security-events/security-event-kinds.schema";

const tenantSchema = z
  .object({
    slug: z.string(),
    name: z.string(),
    kind: z.enum(["operator", "reseller", "customer"]),
    state: z.enum(["active", "suspended"]),
    parent: z.string().nullable(),
    plan: z.string().nullable(),
    available: moneySchema,
    live_calls: z.number().int(),
    created_at: momentSchema,
  })
  .meta({ id: "Tenant" });

const setState = (verb: "suspend" | "resume", summary: string): Route =>
  route({
    method: "POST",
    path: `/tenants/{slug}/actions/${verb}`,
    id: `${verb}Tenant`,
    tag: "Tenants",
    summary,
    procedure: `tenants.${verb}`,
    answer: z.object({ slug: z.string(), state: z.enum(["active", "suspended"]) }),
    input: ({ params }) => ({ childSlug: params["slug"] }),
    shape: ({ slug, state }) => ({ slug, state }),
  });

export const tenantRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: "/tenants",
    id: "listTenants",
    tag: "Tenants",
    summary: "This tenant and all below it, nearest first; at most 2000",
    procedure: "tenants.tree",
    answer: pageOf(tenantSchema),
    shape: ({ items }) =>
      paged(
        items.map((row) => ({
          slug: row.slug,
          name: row.name,
          kind: row.kind,
          state: row.state,
          parent: row.parentSlug,
          plan: row.planName,
          available: moneyOf(BigInt(row.availableMicros), row.currency),
          live_calls: Number(row.liveCalls),
          created_at: row.createdAt.toISOString(),
        })),
        null,
      ),
  }),
  route({
    method: "POST",
    path: "/tenants",
    id: "createTenant",
    tag: "Tenants",
    summary: "Make a tenant below this one with a first extension, and invite its owner",
    procedure: "tenants.onboard",
    body: z.object({
      name: onboardSchema.shape.name,
      slug: onboardSchema.shape.slug,
      kind: onboardSchema.shape.kind,
      admin_email: onboardSchema.shape.adminEmail,
      plan_id: onboardSchema.shape.planId,
      initial_credit: onboardSchema.shape.initialCredit,
      currency: onboardSchema.shape.currency,
      time_zone: onboardSchema.shape.timeZone,
      country: onboardSchema.shape.country,
    }),
    answer: z.object({
      slug: z.string(),
      invitation_url: z.string().describe("Shown this once"),
      mailed: z.boolean(),
      extension: z.object({ number: z.string(), sip_username: z.string(), sip_secret: z.string() }),
    }),
    status: 201,
    input: ({ body: { admin_email, plan_id, initial_credit, time_zone, ...rest } }) => ({
      ...rest,
      adminEmail: admin_email,
      planId: plan_id,
      initialCredit: initial_credit,
      timeZone: time_zone,
    }),
    shape: (made) => ({
      slug: made.tenantSlug,
      invitation_url: made.invitationUrl,
      mailed: made.mailed,
      extension: {
        number: made.extension.number,
        sip_username: made.extension.sipUsername,
        sip_secret: made.extension.secretOnce,
      },
    }),
  }),
  setState("suspend", "End the calls of a tenant below and all below it, and refuse new ones"),
  setState("resume", "Let a suspended tenant call again"),
];

const incidentSchema = z
  .object({
    id: z.uuid(),
    number: z.string(),
    title: z.string(),
    kind: z.string(),
    severity: z.enum(severities),
    state: z.enum(incidentStates),
    signals: z.number().int(),
    first_at: momentSchema,
    last_at: momentSchema,
    opened_at: momentSchema,
    closed_at: momentSchema.nullable(),
    owner: z.string().nullable(),
  })
  .meta({ id: "Incident" });

type IncidentRow = Readonly<{
  id: string;
  number: string;
  title: string;
  kind: string;
  severity: (typeof severities)[number];
  state: (typeof incidentStates)[number];
  signals: number;
  firstAt: Date;
  lastAt: Date;
  openedAt: Date;
  closedAt: Date | null;
  ownerName: string | null;
}>;
const incidentOf = (row: IncidentRow): z.input<typeof incidentSchema> => ({
  id: row.id,
  number: row.number,
  title: row.title,
  kind: row.kind,
  severity: row.severity,
  state: row.state,
  signals: row.signals,
  first_at: row.firstAt.toISOString(),
  last_at: row.lastAt.toISOString(),
  opened_at: row.openedAt.toISOString(),
  closed_at: textOfMoment(row.closedAt),
  owner: row.ownerName,
});

export const incidentRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: "/incidents",
    id: "listIncidents",
    tag: "Incidents",
    summary: "Incidents: what waits first, in it the worst; at the operator",
    procedure: "incidents.list",
    query: z.object({
      show: incidentFilterSchema.shape.show,
      severity: incidentFilterSchema.shape.severity,
      text: incidentFilterSchema.shape.text,
      limit: limitSchema,
      starting_after: afterSchema,
    }),
    answer: pageOf(incidentSchema),
    input: pageInput,
    shape: ({ items, nextCursor }) => paged(items.map(incidentOf), nextCursor),
  }),
  route({
    method: "GET",
    path: "/incidents/{incident_id}",
    id: "getIncident",
    tag: "Incidents",
    summary: "One incident with what it touches",
    procedure: "incidents.get",
    answer: incidentSchema.extend({
      outcome: z.string(),
      subjects: z.array(z.object({ kind: z.string(), value: z.string(), signals: z.number().int() })),
    }),
    input: ({ params }) => ({ incidentId: params["incident_id"] }),
    shape: (one) => ({
      ...incidentOf(one),
      outcome: one.outcome,
      subjects: one.subjects.map(({ kind, value, signals }) => ({ kind, value, signals })),
    }),
  }),
];

const securityEventSchema = z
  .object({
    id: z.string().describe("Its place in the list"),
    at: momentSchema,
    type: z.string().describe("As the telephone system calls it, such as InvalidPassword"),
    severity: z.enum(securityEventSeverities),
    account: z.string().describe("The SIP user name that was tried"),
    address: z.string(),
    transport: z.string(),
    count: z.number().int().describe("How often the same came within a moment"),
    tenant: z.string().describe("Whose phone was tried; the operator's for a name that nobody has"),
  })
  .meta({ id: "SecurityEvent" });

export const securityRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: "/security-events",
    id: "listSecurityEvents",
    tag: "Security",
    summary: "What the telephone system reported about phones of this tenant and those below, newest first",
    procedure: "securityEvents.list",
    query: securityEventFilterSchema
      .omit({ tenant: true })
      .extend({ of_tenant: securityEventFilterSchema.shape.tenant, limit: limitSchema, starting_after: afterSchema }),
    answer: pageOf(securityEventSchema),
    input: (asked) => {
      const { of_tenant: tenant, ...rest } = pageInput(asked);
      return { ...rest, ...(tenant === undefined ? {} : { tenant }) };
    },
    shape: ({ items, nextCursor }) =>
      paged(
        items.map(({ key, at, tenant, ...row }) => ({ ...row, id: key, at: at.toISOString(), tenant: tenant.slug })),
        nextCursor,
      ),
  }),
];
