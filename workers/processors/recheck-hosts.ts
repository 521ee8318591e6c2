import { change } from "@/server/domain/audit/change";
import { isShown, noteHost, type TxtLookup, type Wanted } from "@/server/domain/brands/hosts";
import type { TenantId } from "@/server/kernel/ids";
import type { Processor, SystemContext } from "@/workers/processors/types";

const MOST = 200;

type Due = Wanted & { tenant_id: TenantId };

/**
 * Looks once a day whether verified host names are still shown in the DNS. One that is not for three days is served no more,
 * and its owners are told. A DNS that does not answer says nothing either way. Safe to repeat, and beside another worker.
 */
export const recheckHosts: Processor<"recheckHosts"> = async (_payload, ctx) => {
  const { lookupTxt } = ctx;
  if (!lookupTxt) return;
  for (const due of await ctx.pool.query<Due>("brand_hosts_due", "SELECT * FROM brand_hosts_due($1)", [MOST])) {
    try {
      await recheck(ctx, lookupTxt, due);
    } catch (error) {
      ctx.log.warn({ tenant: due.tenant_id, host: due.host, error }, "a host name could not be looked at again");
    }
  }
};

async function recheck({ db, jobId }: SystemContext, lookupTxt: TxtLookup, { tenant_id: tenantId, ...wanted }: Due) {
  const shown = await isShown(wanted, lookupTxt);
  const actor = { kind: "job", id: "brand.recheck_hosts", requestId: jobId } as const;
  await change(db, { tenantId, actor, action: "brand.check_host" }, async (tx) => {
    const state = await noteHost(tx, tenantId, wanted, shown);
    return { subject: `tenant:${tenantId}`, after: { host: wanted.host, state }, result: undefined };
  });
}
