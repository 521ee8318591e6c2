import { makeBranches } from "@/test/support/branch";
import { callDesk } from "@/test/support/call-desk";
import type { TestDatabase } from "@/test/support/database";
import { noonZone } from "@/test/support/noon";

/** Branches in which a customer under a reseller made a call, was refused one, and has one going; all of it at noon. */
export async function livedBranches(db: TestDatabase) {
  const zone = noonZone();
  const branches = await makeBranches(db);
  const { build, operator, reseller, customer, seat } = branches;
  await build.sql("UPDATE tenant SET time_zone = $1", [zone]);
  const owner = await seat(customer, "owner");
  const above = await seat(reseller, "support");
  const wholesale = await build.plan(operator, { "49": { perMinute: 10_000n } });
  await build.assign(reseller, wholesale);
  await build.assign(customer, await build.plan(reseller, { "49": { perMinute: 20_000n } }));
  await build.topUp(reseller, 50_000_000n);
  await build.topUp(customer, 5_000_000n);
  const { endpoint } = await build.phone(customer, "101");
  const desk = callDesk(db.pool);
  await desk.authorise({ call: "one", endpoint });
  await desk.answered("one");
  await desk.settle("one", 60_000);
  await desk.authorise({ call: "closed", endpoint, country: "FR", e164: "33199001234" });
  await desk.authorise({ call: "going", endpoint });
  return { ...branches, owner, above, zone };
}
