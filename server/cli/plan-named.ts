import { findPlansByName, type NamedPlan } from "@/server/domain/rating/plans";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";
import { BadInput } from "./command";
import type { Desk } from "./desk";

const noPlan = (name: string, where: string) =>
  new DomainError("not_found", { field: "plan" }, `There is no plan called "${name}"${where}.`);

/**
 * The plan of a name: the operator's, or the only one; with an owner, that tenant's.
 * @throws DomainError not_found; BadInput when several resellers have one.
 */
export async function planNamed(desk: Desk, name: string, owner: string | undefined): Promise<NamedPlan> {
  const plans = await desk.readAll((tx) => findPlansByName(tx, name));
  const operator = await desk.operator();
  const own = plans.filter((plan) => (owner === undefined ? plan.ownerId === operator : plan.ownerSlug === owner));
  const [plan, another] = own.length > 0 || owner !== undefined ? own : plans;
  if (!plan) throw noPlan(name, owner === undefined ? "" : ` at ${owner}`);
  if (another)
    throw new BadInput(`--plan: ${plans.length} tenants have a plan called "${name}"; say whose with --owner.`);
  return plan;
}

/**
 * The plan of a name that a tenant may buy under: of those above it, the nearest one's.
 * @param parentId for a tenant that is still to come: its parent, whose own plans count.
 * @throws DomainError not_found.
 */
export async function planFor(
  desk: Desk,
  name: string,
  buyer: { id: TenantId } | { parentId: TenantId },
): Promise<NamedPlan> {
  const plans = await desk.readAll(async (tx) =>
    "id" in buyer
      ? findPlansByName(tx, name, buyer.id)
      : [
          ...(await findPlansByName(tx, name, buyer.parentId)),
          ...(await findPlansByName(tx, name)).filter(({ ownerId }) => ownerId === buyer.parentId),
        ],
  );
  const plan = plans.at(-1);
  if (!plan) throw noPlan(name, " at a tenant above");
  return plan;
}
