import type { Route } from "@/server/api/rest/route";

/** Something that the address takes, so that nothing but the token is wrong. */
export function bodyFor({ path }: Route): object {
  const bodies: Record<string, object> = {
    "/extensions": { number: "188", name: "Sample" },
    "/extensions/{extension_id}": { name: "Sample" },
    "/numbers/{number}/actions/route": { extension_id: null },
    "/top-ups": { to_tenant: "acme", amount: "1.00" },
    "/vouchers/actions/redeem": { code: "0000-0000-0000-0000-0000" },
    "/limits": { max_calls: 3 },
    "/cost-plan": { plan_id: "00000000-0000-4000-8000-000000000001" },
    "/tenants": {
      name: "Quay",
      slug: "quay",
      admin_email: "a@b.example",
      plan_id: null,
      initial_credit: "0",
      currency: "EUR",
      time_zone: "UTC",
      country: "DE",
    },
    "/exports": { list: "calls" },
    "/export-schedules": { list: "calls", every: "month" },
  };
  return bodies[path] ?? {};
}
