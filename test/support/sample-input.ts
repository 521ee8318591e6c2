import { randomUUID } from "node:crypto";
import { z } from "zod";

import type { MoneyIds } from "./money-things";

/** Ids and names of somebody else, by the kind of thing they name. */
export type Ids = Readonly<
  Record<
    | "extension"
    | "call"
    | "plan"
    | "rate"
    | "user"
    | "invitation"
    | "session"
    | "transaction"
    | "bundle"
    | "task"
    | "deck"
    | "dispute"
    | "difference"
    | "mail"
    | "statement"
    | "incident"
    | "hold"
    | "ban"
    | "target"
    | "delivery"
    | "containment"
    | "export"
    | "schedule"
    | "token"
    | "numberBlock"
    | "hotList"
    | "hotImport"
    | "event"
    | "link"
    | "deskPhone"
    | "secretBatch"
    | "tenantImport"
    | "intoIncident"
    | "followUp"
    | "savedList"
    | "owner"
    | "import"
    | "did"
    | "slug",
    string
  > &
    MoneyIds
>;

type Schema = Readonly<{
  type?: string | readonly string[];
  format?: string;
  enum?: readonly unknown[];
  const?: unknown;
  anyOf?: readonly Schema[];
  allOf?: readonly Schema[];
  properties?: Readonly<Record<string, Schema>>;
  required?: readonly string[];
}>;

/** What is written into a field of this name. A new name that none of these fits must be added: the net says so. */
const fields: Readonly<Record<string, () => unknown>> = {
  number: () => "250",
  displayName: () => "Sample",
  name: () => `Sample ${randomUUID().slice(0, 8)}`,
  slug: () => `s-${randomUUID().slice(0, 8)}`,
  email: () => `${randomUUID()}@sample.example`,
  adminEmail: () => `${randomUUID()}@sample.example`,
  amount: () => "1.00",
  threshold: () => "5.00",
  monthly: () => "50.00",
  levels: () => [{ below: "5.00", forDays: null }],
  keepDays: () => 60,
  initialCredit: () => "0.01",
  postingKey: () => randomUUID(),
  currency: () => "EUR",
  country: () => "DE",
  timeZone: () => "Europe/Berlin",
  perMinute: () => "0.01",
  prefix: () => "49",
  to: () => "+493012345678",
  ms: () => 1_000,
  since: () => new Date(),
  dailyCap: () => "1",
  days: () => ({ from: "2026-01-01", to: "2026-01-31" }),
  address: () => "Quay 1",
  vatId: () => "DE1",
  contactNumber: () => "+4930901820",
  reason: () => "looked at",
  about: () => "+493012345678",
  hold: () => "incident 1",
  roles: () => [],
  seen: () => "As it was",
  colour: () => "#0b7f8c",
  senderName: () => "Sample",
  replyTo: () => "answers@sample.example",
  logo: () => null,
  host: () => "portal.sample.example",
  jobId: () => randomUUID(),
  limit: () => "0",
  quantity: () => 100,
  prefixes: () => ["49"],
  priority: () => 7,
  percent: () => "19",
  code: () => "0000-0000-0000-0000-0000",
  count: () => 2,
  lastDay: () => null,
  until: () => new Date(Date.now() + 3_600_000),
  expiresAt: () => new Date(Date.now() + 86_400_000),
  fileName: () => "march.csv",
  source: () => "wholesale",
  bytes: () => 40,
  parts: () => 1,
  part: () => 0,
  data: () => "QQ==",
  secret: () => "abcdefghjkmnpqrstuvwxyz234",
  csv: () => `number,name,short name,owner mail\n250,Sample,s-${randomUUID().slice(0, 8)},a@sample.example`,
  partly: () => true,
  firstNumber: () => "250",
  lastNumber: () => "252",
  namePattern: () => "Sample",
  key: () => "A".repeat(43),
  mac: () => "80:5e:c0:12:34:56",
  token: () => "a".repeat(43),
  text: () => "Because.",
  cause: () => "A guessed password.",
  worked: () => "The rule.",
  followUps: () => [],
  query: () => "outcome=failed",
  version: () => 0,
  mode: () => "merge",
  comparedAt: () => new Date(),
  title: () => "Strange calls",
  subject: () => "+493012345678",
  digits: () => "4990012345",
  note: () => "Sample",
  dialled: () => "+493012345678",
  ageSeconds: () => 5,
  trunk: () => "carrier2",
  networks: () => ["198.51.100.0/24"],
  network: () => "198.51.100.0/24",
  sender: () => "198.51.100.7",
  failures: () => 5,
  windowSeconds: () => 300,
  firstSeconds: () => 300,
  longestSeconds: () => 86_400,
  recipient: () => `${randomUUID()}@sample.example`,
  skip: () => [],
  scopes: () => ["calls.read"],
  validDays: () => 30,
  overlapHours: () => 1,
  file: () => ({ what: "calls", filter: {} }),
  changes: () => [{ country: "DE", numbers: "normal", open: true }],
  ranges: () => "3519,PT,Rented out",
  normal: () => "DE",
  special: () => "DE FR",
  fraud: () => "",
  month: () => "2026-03",
  periodFrom: () => "2027-01-01",
  periodTo: () => "2027-01-31",
};

/**
 * An input that a procedure accepts, made from its own schemas, with these ids wherever an id is asked for. Optional ids
 * are given as well: a filter is a door like any other.
 */
export function sampleInput(parsers: readonly unknown[], ids: Ids): Record<string, unknown> {
  const parts = parsers.map((parser) => {
    const schema = z.toJSONSchema(parser as z.ZodType, { io: "input", unrepresentable: "any" }) as Schema;
    return objectOf(schema, ids);
  });
  return Object.assign({}, ...parts);
}

function objectOf(schema: Schema, ids: Ids): Record<string, unknown> {
  if (schema.allOf) return Object.assign({}, ...schema.allOf.map((part) => objectOf(part, ids)));
  const entries = Object.entries(schema.properties ?? {}).flatMap(([name, inner]) => {
    const id = idFor(name, ids);
    if (id !== undefined) return [[name, id] as const];
    if (!schema.required?.includes(name)) return [];
    return [[name, valueFor(name, inner, ids)] as const];
  });
  return Object.fromEntries(entries);
}

/** Ends like an id and is none: the number that a phone shows. */
const notAnId = ["callerId", "vatId", "jobId"];

function idFor(name: string, ids: Ids): string | readonly string[] | undefined {
  if (name === "tenantSlug" || notAnId.includes(name)) return undefined;
  if (/slugs$/i.test(name)) return [ids.slug];
  if (/slug$/i.test(name) && name !== "slug") return ids.slug;
  // A number of ours is its own id.
  if (name === "did") return ids.did;
  if (name === "callIds") return [ids.call];
  if (name === "extensionIds") return [ids.extension];
  if (name === "incidentIds") return [ids.incident];
  const kind = /^(.*)Id$/.exec(name)?.[1];
  if (kind === undefined) return undefined;
  const id = (ids as Readonly<Record<string, string>>)[kind];
  if (id === undefined) throw new Error(`test/support/sample-input.ts has no id of somebody else for ${name}: add one`);
  return id;
}

function valueFor(name: string, schema: Schema, ids: Ids): unknown {
  if (name === "tenantSlug") return "set by the net";
  // A day is a day, whatever it is called: the same one for both ends of a span.
  if (schema.format === "date" && schema.type === "string") return "2026-01-31";
  // Of a review; those of destinations are a list.
  if (name === "changes" && schema.type === "string") return "Longer passwords.";
  const known = fields[name];
  // A word of a list is one of that list.
  if (known && (!schema.enum || schema.enum.includes(known()))) return known();
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  const [first] = schema.anyOf ?? [];
  if (first) return valueFor(name, first, ids);
  if (schema.type === "boolean") return true;
  if (schema.type === "object") return objectOf(schema, ids);
  throw new Error(`test/support/sample-input.ts does not know what to write into the field ${name}: add it`);
}

/** Whether any field of the input names a thing of somebody's, as opposed to plain values. */
export const namesAThing = (input: Readonly<Record<string, unknown>>): boolean =>
  Object.keys(input).some(
    (name) => name !== "tenantSlug" && !notAnId.includes(name) && /(Id|[a-z]Slugs?|^did)$/.test(name),
  );
