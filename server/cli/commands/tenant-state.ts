import { setTenantState, suspensionEffect } from "@/server/domain/tenancy/tenants";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";
import type { Command } from "../command";
import type { Desk } from "../desk";

const tenant = { value: "slug", about: "which one", required: true } as const;

type Effect = Readonly<{ liveCalls: number; tenantsBelow: number; said: string }>;

export const tenantSuspend: Command = {
  summary: "Ends the calls of a tenant and of everybody below it and refuses new ones, except to emergency numbers.",
  options: { tenant, "dry-run": { about: "say what it would end, and change nothing" } },
  run: async (desk, given) => {
    const slug = given.must("tenant");
    const { id } = await desk.tenant(slug);
    const { said, ...effect } = await effectOf(desk, id, slug);
    if (given.flag("dry-run")) return { value: { slug, ...effect, changed: false }, say: said };
    process.stderr.write(`${said}\n`);
    const before = await set(desk, id, slug, "suspended");
    const changed = before !== "suspended";
    return { value: { slug, id, ...effect, state: "suspended", changed }, say: `${slug} is suspended.` };
  },
};

export const tenantResume: Command = {
  summary: "Lets a suspended tenant and everybody below it call again.",
  options: { tenant },
  run: async (desk, given) => {
    const slug = given.must("tenant");
    const { id } = await desk.tenant(slug);
    const before = await set(desk, id, slug, "active");
    return { value: { slug, id, state: "active", changed: before !== "active" }, say: `${slug} may call again.` };
  },
};

/** What a suspension does to calls that are going on now, in words. */
async function effectOf(desk: Desk, id: TenantId, slug: string): Promise<Effect> {
  if (id === (await desk.operator())) {
    throw new DomainError("not_below", { tenant: slug }, "The operator is nobody's customer: nobody suspends it.");
  }
  const { liveCalls, tenantsBelow } = await desk.readBelow(id, (tx) => suspensionEffect(tx, id));
  const below = tenantsBelow === 1 ? "the tenant" : `${tenantsBelow} tenants`;
  const whose = tenantsBelow === 0 ? slug : `${slug} and ${below} below it`;
  const ends = liveCalls === 1 ? "1 live call ends" : `${liveCalls} live calls end`;
  const calls = liveCalls === 0 ? "No call is going on" : ends;
  const said = `${calls} of ${whose}, and new ones are refused, except to emergency numbers. Telephones stay registered.`;
  return { liveCalls, tenantsBelow, said };
}

async function set(desk: Desk, id: TenantId, slug: string, state: "active" | "suspended"): Promise<string> {
  const operator = await desk.operator();
  const action = state === "suspended" ? "tenant.suspend" : "tenant.resume";
  const before = await desk.change(operator, action, async (tx) => {
    const done = await setTenantState(tx, operator, slug, state);
    const after = { state };
    return { subject: `tenant:${id}`, before: { state: done.before }, after, alsoFor: [id], result: done.before };
  });
  await desk.publish(operator, ["audit"]);
  await desk.publish(id, ["audit"]);
  return before;
}
