import { z } from "zod";

import { momentSchema, moneyOf, moneySchema, paged, pageOf, type Route, route } from "@/server/api/rest/route";
import type { Way } from "@/server/domain/pbx/trunk-sums.rules";

const pbxSchema = z
  .object({
    pbx: z.string(),
    heard_at: momentSchema.describe("When a worker of it was heard last"),
    connected: z.boolean().describe("Whether its manager interface is"),
    problem: z.string().nullable().describe("Why not"),
    version: z.string().nullable(),
    contacts: z.number().int().describe("Phones registered at it"),
    live_calls: z.number().int(),
    begun_calls: z.number().int().describe("Within the last minute"),
  })
  .meta({ id: "Pbx" });

const waySchema = z.object({
  calls: z.number().int(),
  answered: z.number().int(),
  failed: z.number().int().describe("Not answered for a cause that is the network's"),
  causes: z
    .array(z.object({ cause: z.number().int().nullable(), calls: z.number().int() }))
    .describe("Of calls that were not answered, by Q.850; null where none was named; the most frequent first"),
});
const wayOf = ({ calls, answered, failed, causes }: Way) => ({
  ...{ calls, answered, failed },
  causes: causes.map(({ cause, calls: n }) => ({ cause, calls: n })),
});
const trunkSchema = z
  .object({
    trunk: z.string(),
    networks: z.array(z.string()).describe("Where its calls may come from"),
    live_calls: z.number().int(),
    out: waySchema,
    in: waySchema,
    reached: z
      .array(z.object({ pbx: z.string(), status: z.string(), round_trip_ms: z.number().nullable(), at: momentSchema }))
      .describe("What each PBX says of the address that calls are sent to"),
  })
  .meta({ id: "Trunk" });

export const pbxRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: "/pbxs",
    id: "listPbxs",
    tag: "PBXs and trunks",
    summary: "Each PBX with its link and what it carries; at the operator",
    procedure: "pbx.list",
    answer: pageOf(pbxSchema),
    shape: ({ pbxs }) =>
      paged(
        pbxs.map(({ pbx, heardAt, link, contacts, live, begun }) => ({
          pbx,
          heard_at: heardAt.toISOString(),
          connected: link?.connected ?? false,
          problem: link?.problem ?? null,
          version: link?.version ?? null,
          contacts,
          live_calls: live,
          begun_calls: begun,
        })),
        null,
      ),
  }),
  route({
    method: "GET",
    path: "/trunks",
    id: "listTrunks",
    tag: "PBXs and trunks",
    summary: "Each trunk with what it carried within the last hour or day; at the operator",
    procedure: "pbx.trunks",
    query: z.object({ hours: z.enum(["1", "24"]).optional().describe("1, or 24") }),
    answer: z.object({
      data: z.array(trunkSchema),
      charged: moneySchema.describe("What calls that went out were charged below, by quarters of an hour"),
    }),
    input: ({ query: { hours } }) => (hours === undefined ? {} : { hours: Number(hours) }),
    shape: ({ trunks, charged }) => ({
      data: trunks.map(({ trunk, networks, configured, sums, contacts }) => ({
        trunk,
        networks: [...(networks.length > 0 ? networks : configured)],
        live_calls: sums.live,
        out: wayOf(sums.out),
        in: wayOf(sums.in),
        reached: contacts.map(({ pbx, status, roundTripMs, at }) => ({
          pbx,
          status,
          round_trip_ms: roundTripMs,
          at: at.toISOString(),
        })),
      })),
      charged: moneyOf(charged.micros, charged.currency),
    }),
  }),
];
