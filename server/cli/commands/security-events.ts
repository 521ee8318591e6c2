import { securityEventFilterSchema, securityEventKey } from "@/server/domain/security-events/security-event.schema";
import { listSecurityEvents, type SecurityEventRow } from "@/server/domain/security-events/security-events";
import { check, checkCount } from "../check";
import type { Command } from "../command";

export const securityList: Command = {
  summary: "What the telephone system reported about sign-ins and requests that were wrong, newest first.",
  options: {
    type: { value: "InvalidPassword", about: "only this, as the telephone system calls it" },
    severity: { value: "high", about: "only high, medium or low" },
    address: { value: "203.0.113.7", about: "only from this address, or a network such as 203.0.113.0/24" },
    account: { value: "name", about: "only with this SIP user name" },
    tenant: { value: "slug", about: "only of phones of this tenant" },
    from: { value: "2027-01-31", about: "from this day on, in the operator's calendar" },
    to: { value: "2027-01-31", about: "up to this day" },
    after: { value: "place", about: "go on after this one of the list" },
    limit: { value: "100", about: "how many", fallback: "100" },
  },
  run: async (desk, given) => {
    const limit = Math.min(checkCount("limit", given.text("limit"), 100), 200);
    const names = ["type", "severity", "address", "account", "tenant", "from", "to"] as const;
    const { after: cursor, ...filter } = check(
      securityEventFilterSchema.extend({ after: securityEventKey.optional() }),
      Object.fromEntries([...names, "after"].map((name) => [name, given.text(name)])),
    );
    if (filter.tenant) await desk.tenant(filter.tenant);
    const operator = await desk.operator();
    const items: SecurityEventRow[] = [];
    // A page may be short and have more behind it.
    for (let place: string | null | undefined = cursor; place !== null && items.length < limit; ) {
      const from: string | undefined = place;
      const page: Awaited<ReturnType<typeof listSecurityEvents>> = await desk.readBelow(operator, (tx) =>
        listSecurityEvents(tx, operator, { ...filter, cursor: from, limit: limit - items.length }),
      );
      items.push(...page.items);
      place = page.nextCursor;
    }
    return { value: items.map(({ tenant, ...row }) => ({ ...row, tenant: tenant.slug })) };
  },
};
