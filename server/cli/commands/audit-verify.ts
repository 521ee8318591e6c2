import { verifyTrail } from "@/server/domain/audit/trail";
import { listTree } from "@/server/domain/tenancy/tenants";
import type { Command } from "../command";

export const auditVerify: Command = {
  summary:
    "Walks the chain of audit events: an edit, a deletion, a reordering, an insertion or a cut-off end is found.",
  options: { tenant: { value: "slug", about: "one tenant; all when left out" } },
  run: async (desk, given) => {
    const slug = given.text("tenant");
    const operator = await desk.operator();
    const some = slug === undefined ? await desk.readAll((tx) => listTree(tx, operator)) : [await desk.tenant(slug)];
    const tenants = [];
    for (const tenant of some) {
      const { ok, rows, firstBadSeq } = await desk.read(tenant.id, (tx) => verifyTrail(tx, tenant.id));
      const badSeq = firstBadSeq === null ? null : Number(firstBadSeq);
      tenants.push({ tenant: tenant.slug, ok, events: Number(rows), firstBadSeq: badSeq });
    }
    const bad = tenants.filter(({ ok }) => !ok);
    const events = tenants.reduce((sum, each) => sum + each.events, 0);
    const fine = `${events} events of ${tenants.length} tenants: nothing was changed, removed or inserted.`;
    const say = bad.map(({ tenant, firstBadSeq }) => `${tenant}: the chain breaks at event ${firstBadSeq}.`).join("\n");
    return { value: { ok: bad.length === 0, events, tenants }, say: say || fine, failed: bad.length > 0 };
  },
};
