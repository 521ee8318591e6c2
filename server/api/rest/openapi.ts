import { z } from "zod";

import { problemSchema } from "@/server/api/rest/problem";
import type { Route } from "@/server/api/rest/route";
import { routes } from "@/server/api/rest/routes";
import { appRouter } from "@/server/api/root";
import type { ProcedureMeta } from "@/server/api/trpc";

type Json = Readonly<Record<string, unknown>>;
type Procedures = Readonly<Record<string, { _def: { meta?: ProcedureMeta } } | undefined>>;

/** What a token must have to ask for an address: the permission of its procedure. */
export function scopeOf({ procedure }: Pick<Route, "procedure">): string {
  const procedures = appRouter._def.procedures as unknown as Procedures;
  const permission = procedures[procedure]?._def.meta?.permission;
  if (!permission) throw new Error(`${procedure} has no permission`);
  return permission;
}

const REFERENCE = "#/components/schemas/";

/** The document of the whole API, version 3.1 of OpenAPI, made from the schemas that requests and answers are checked by. */
export function openApi(appUrl: string): Json {
  const components: Record<string, Json> = {};
  const paths: Record<string, Record<string, Json>> = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operationOf(route, components) };
  }
  schemaOf(problemSchema, "output", components);
  return {
    openapi: "3.1.0",
    info: {
      title: "Ringfence",
      version: "1",
      description:
        "What the portal does, for programs. A token acts for its maker on their tenant; with the parameter tenant on one below it.",
    },
    servers: [{ url: `${appUrl}/api/v1` }],
    security: [{ token: [] }],
    tags: [...new Set(routes.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: { token: { type: "http", scheme: "bearer", description: "A token of the page Developers" } },
      schemas: Object.fromEntries(Object.entries(components).toSorted(([a], [b]) => (a < b ? -1 : 1))),
    },
  };
}

/** A schema as JSON Schema; those that have a name become components of the document. */
function schemaOf(schema: z.ZodType, io: "input" | "output", components: Record<string, Json>): Json {
  const {
    $defs,
    $schema: _,
    ...json
  } = z.toJSONSchema(schema, {
    io,
    unrepresentable: "any",
    override: ({ jsonSchema }) => {
      // Patterns of scripts are no part of JSON Schema; what they say stands in the answer to a wrong value.
      if (typeof jsonSchema.pattern === "string" && /\\p\{/.test(jsonSchema.pattern)) delete jsonSchema.pattern;
    },
  }) as Json & { $defs?: Readonly<Record<string, Json>> };
  const told = (value: unknown): unknown => JSON.parse(JSON.stringify(value).replaceAll("#/$defs/", REFERENCE));
  for (const [name, inner] of Object.entries($defs ?? {})) components[name] = told(inner) as Json;
  const name = z.globalRegistry.get(schema)?.id;
  if (typeof name !== "string") return told(json) as Json;
  const { id: _id, ...rest } = json as Json & { id?: string };
  components[name] = told(rest) as Json;
  return { $ref: `${REFERENCE}${name}` };
}

function operationOf(route: Route, components: Record<string, Json>): Json {
  const inPath = [...route.path.matchAll(/\{(.+?)\}/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
  const { properties = {} } = route.query ? (schemaOf(route.query, "input", components) as { properties?: Json }) : {};
  const inQuery = Object.entries(properties).map(([name, schema]) => ({ name, in: "query", required: false, schema }));
  const tenant = {
    name: "tenant",
    in: "query",
    required: false,
    schema: { type: "string" },
    description: "Short name of a tenant below; else the token's own",
  };
  const isChange = route.method !== "GET";
  const key = {
    name: "Idempotency-Key",
    in: "header",
    required: true,
    schema: { type: "string", maxLength: 150 },
    description: "The same key and request again: the same answer, for a day",
  };
  return {
    operationId: route.id,
    tags: [route.tag],
    summary: route.summary,
    description: `Scope: ${scopeOf(route)}`,
    parameters: [...inPath, ...inQuery, tenant, ...(isChange ? [key] : [])],
    ...(route.body
      ? {
          requestBody: {
            required: true,
            content: { "application/json": { schema: schemaOf(route.body.strict(), "input", components) } },
          },
        }
      : {}),
    responses: {
      [String(route.status ?? 200)]: {
        description: "Done",
        content: { "application/json": { schema: schemaOf(route.answer, "output", components) } },
      },
      default: {
        description: "Not done, and why",
        content: { "application/problem+json": { schema: { $ref: `${REFERENCE}Problem` } } },
      },
    },
  };
}
