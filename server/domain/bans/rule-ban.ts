import { change } from "@/server/domain/audit/change";
import { type Cut, type Placed, placeRuleBan, previewBan } from "@/server/domain/bans/bans";
import { isWithin, parseNetwork } from "@/server/domain/bans/network.rules";
import { addLine } from "@/server/domain/incidents/incidents";
import { banScopeOf } from "@/server/domain/rules/rule-kinds.schema";
import type { Db } from "@/server/infra/db/client";
import type { TenantWrite } from "@/server/infra/db/tenant-tx";
import type { TenantId } from "@/server/kernel/ids";

export type RuleBan = Readonly<{
  incidentId: string;
  /** Of a rule about networks: what it counts decides what they are kept away from. */
  signal: string;
  network: string;
  value: bigint;
  windowMinutes: number;
}>;

/** Networks that nobody on the internet can come from: somebody there may be a proxy that nobody named, and so everybody. */
const inside = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"].map(parseNetwork);

function isInside(network: string): boolean {
  const read = parseNetwork(network);
  return inside.some((one) => typeof one !== "string" && typeof read !== "string" && isWithin(read, one));
}

/** What came of it: a ban, or what works there and so kept it from one. */
export type RuleBanned = Readonly<{ ban?: Placed; kept?: Cut }>;

/**
 * Bans a network because a rule came to critical there, for the first duration, doubled with each repetition. The rule holds the
 * ban, the incident's timeline and the trail say so. Nothing that works is cut off, nor a private network from the portal, where a
 * proxy may stand for everybody: that stands in the timeline instead, once.
 * A repeat while the rule holds it does nothing.
 * @returns undefined when there was nothing to do, or it is no network.
 */
export async function banByRule(db: Db, operatorId: TenantId, asked: RuleBan): Promise<RuleBanned | undefined> {
  const scope = banScopeOf[asked.signal];
  if (!scope || typeof parseNetwork(asked.network) === "string") return undefined;
  const { incidentId, signal, network, value, windowMinutes } = asked;
  const rule = `${signal} per network`;
  const actor = { kind: "job", id: "rule.ban", requestId: incidentId } as const;
  try {
    return await change<RuleBanned>(db, { tenantId: operatorId, actor, action: "rule.ban" }, async (tx) => {
      if (await isHeld(tx, { network, scope, rule })) throw new NothingToDo();
      const [works] = await previewBan(tx, { network, scope });
      const kept =
        scope === "web" && isInside(network) ? ({ kind: "keep", what: "a private network" } as const) : works;
      if (kept) {
        if (await wasSaid(tx, operatorId, incidentId)) throw new NothingToDo();
        const detail = { network, kept: `${kept.kind} ${kept.what}` };
        await addLine(tx, operatorId, incidentId, "system", { kind: "rule_kept", detail });
        return { subject: `incident:${incidentId}`, after: { rule, ...detail }, result: { kept } };
      }
      const reason = `${value} failed sign-ins within ${windowMinutes} min`;
      const ban = await placeRuleBan(tx, { network, scope, reason, rule, seconds: null });
      const detail = { network, until: ban.expiresAt.toISOString() };
      await addLine(tx, operatorId, incidentId, "system", { kind: "rule_ban", detail });
      return { subject: `ban:${ban.id}`, after: { rule, scope, incidentId, ...detail }, result: { ban } };
    });
  } catch (error) {
    if (error instanceof NothingToDo) return undefined;
    throw error;
  }
}

class NothingToDo extends Error {}

type Holding = Readonly<{ network: string; scope: string; rule: string }>;

async function isHeld(tx: TenantWrite, { network, scope, rule }: Holding): Promise<boolean> {
  const rows = await tx.$queryRaw<unknown[]>`
    SELECT 1 AS held FROM ban b JOIN ban_owner o ON o.tenant_id = b.tenant_id AND o.ban_id = b.id
    WHERE b.tenant_id = app_tenant() AND b.network = ${network}::inet AND b.scope = ${scope} AND b.lifted_at IS NULL
      AND o.kind = 'rule' AND o.owner_id = ${rule} AND o.ended_at IS NULL AND o.until > clock_timestamp()`;
  return rows.length > 0;
}

const wasSaid = async (tx: TenantWrite, tenantId: TenantId, incidentId: string): Promise<boolean> =>
  (await tx.incidentLine.count({ where: { tenantId, incidentId, kind: "rule_kept" } })) > 0;
