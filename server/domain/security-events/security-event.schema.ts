import { z } from "zod";

import {
  leftOut,
  MOST_LEFT_OUT,
  securityEventSeverities,
} from "@/server/domain/security-events/security-event-kinds.schema";

const day = z.iso.date("Use a day such as 2027-01-31.");
const text = (most: number) => z.string().trim().max(most).optional();

/** What narrows the list; an empty text asks for everything, because search boxes send it. */
export const securityEventFilterSchema = z.object({
  /** As the PBX calls it. */
  type: text(40),
  severity: z.enum(securityEventSeverities).optional(),
  /** One address, or the network such as 203.0.113.0/24 or 2001:db8:0:1::/64 that it belongs to. */
  address: text(64),
  /** The SIP user name that was tried, whole. */
  account: text(128),
  /** A tenant at or below this one, by its short name. */
  tenant: text(63),
  /** UDP, TCP, TLS … */
  transport: text(16),
  /** What is left out: "kind:value" with spaces between, such as "type:FailedACL address:203.0.113.0/24"; values are written as in an address. */
  not: z
    .string()
    .trim()
    .max(2_000)
    .refine((words) => {
      const { length } = leftOut(words);
      return length <= MOST_LEFT_OUT && length === words.split(" ").filter((word) => word !== "").length;
    }, `At most ${MOST_LEFT_OUT} words such as type:FailedACL, address:203.0.113.0/24, account:, transport: or tenant:.`)
    .optional(),
  /** From this moment on, and before that one. */
  since: z.iso.datetime({ offset: true }).optional(),
  until: z.iso.datetime({ offset: true }).optional(),
  /** First and last day, both included, in the tenant's own calendar. */
  from: day.optional(),
  to: day.optional(),
});
export type SecurityEventFilter = z.output<typeof securityEventFilterSchema>;

/** The place of an event: its moment in microseconds and its id. */
export const securityEventKey = z.string().regex(/^\d{1,18}_[0-9a-f-]{36}$/, "Not an event of this list.");
