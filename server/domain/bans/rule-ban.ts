import { type Changed, change } from "@/server/domain/audit/change";
import { type Cut, type Placed, placeRuleBan, previewBan } from "@/server/domain/bans/bans";
import { isWithin, parseNetwork } from "@/server/domain/bans/network.rules";
import { addLine } from "@/server/domain/incidents/incidents";
import { banScopeOf, failedSignIns } from "@/server/domain/rules/rule-kinds.schema";
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
  /** From how much on the rule bans. */
  critical: bigint;
}>;

/** Networks that nobody on the internet can come from: somebody there may be a proxy that nobody named, and so everybody. */
const inside = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"].map(parseNetwork);

function isInside(network: string): boolean {
  const read = parseNetwork(network);
  return inside.some((one) => typeof one !== "string" && typeof read !== "string" && isWithin(read, one));
}

/** What came of it: a ban, or what works there and so kept it from one, and the addresses that were banned instead. */
export type RuleBanned = Readonly<{ ban?: Placed; kept?: Cut; addresses?: readonly string[] }>;

/**
 * Bans a network because a rule came to critical there, for the first duration, doubled with each repetition. What was counted
 * before an earlier ban of it ended is paid for, and counts no more. The rule holds the ban, the incident's timeline and the trail
 * say so. Nothing that works is cut off, nor a private network from the portal, where a proxy may stand for everybody: that stands
 * in the timeline instead, once. From where telephones worked in the last week somebody may call for help: there only the addresses
 * are banned that failed and from which nothing worked, twenty at most.
 * A repeat while the rule holds it does nothing.
 * @returns undefined when there was nothing to do, or it is no network.
 */
export async function banByRule(db: Db, operatorId: TenantId, asked: RuleBan): Promise<RuleBanned | undefined> {
  const scope = banScopeOf[asked.signal];
  if (!scope || typeof parseNetwork(asked.network) === "string") return undefined;
  const doing = { ...asked, operatorId, scope, rule: `${asked.signal} per network` };
  const actor = { kind: "job", id: "rule.ban", requestId: asked.incidentId } as const;
  try {
    return await change<RuleBanned>(db, { tenantId: operatorId, actor, action: "rule.ban" }, async (tx) => {
      if (await isHeld(tx, doing)) throw new NothingToDo();
      const value = await since(tx, doing);
      if (value < asked.critical) throw new NothingToDo();
      const kept = await keptBy(tx, doing);
      return kept ? banWithin(tx, doing, kept) : banAll(tx, doing, value);
    });
  } catch (error) {
    if (error instanceof NothingToDo) return undefined;
    throw error;
  }
}

type Doing = RuleBan & Readonly<{ operatorId: TenantId; scope: "sip" | "web"; rule: string }>;

/** How much there is of it since the last ban ended, and never more than whoever asks counted. */
async function since(tx: TenantWrite, { signal, network, scope, windowMinutes, value }: Doing): Promise<bigint> {
  const [row] = await tx.$queryRaw<{ value: bigint }[]>`
    SELECT rule_recent(${signal}, ${network}::inet, ${scope}, ${windowMinutes}::int) AS value`;
  const recent = row?.value ?? 0n;
  return recent < value ? recent : value;
}

/** What works there now, or did within a week, or has to be left alone. */
async function keptBy(tx: TenantWrite, { network, scope }: Doing): Promise<Cut | undefined> {
  const [works] = await previewBan(tx, { network, scope });
  if (works) return works;
  if (scope === "web") return isInside(network) ? { kind: "keep", what: "a private network" } : undefined;
  const [worked] = await tx.$queryRaw<{ what: string }[]>`
    SELECT what FROM network_worked(${network}::inet) ORDER BY address LIMIT 1`;
  return worked && { kind: "extension", what: worked.what };
}

async function banAll(tx: TenantWrite, doing: Doing, value: bigint): Promise<Changed<RuleBanned>> {
  const { operatorId, incidentId, scope, rule, network } = doing;
  const ban = await placeRuleBan(tx, { network, scope, reason: reasonOf(value, doing), rule, seconds: null });
  // A telephone came meanwhile: the next failure from there decides anew.
  if (!ban) throw new NothingToDo();
  const detail = { network, until: ban.expiresAt.toISOString() };
  await addLine(tx, operatorId, incidentId, "system", { kind: "rule_ban", detail });
  return { subject: `ban:${ban.id}`, after: { rule, scope, incidentId, ...detail }, result: { ban } };
}

async function banWithin(tx: TenantWrite, doing: Doing, kept: Cut): Promise<Changed<RuleBanned>> {
  const { operatorId, incidentId, scope, rule, network } = doing;
  const addresses =
    scope === "sip" && (kept.kind === "extension" || kept.kind === "trunk") ? await banEach(tx, doing) : [];
  const said = await wasSaid(tx, operatorId, incidentId);
  if (said && addresses.length === 0) throw new NothingToDo();
  const detail = { network, kept: `${kept.kind} ${kept.what}` };
  if (!said) await addLine(tx, operatorId, incidentId, "system", { kind: "rule_kept", detail });
  const after = { rule, ...detail, ...(addresses.length > 0 ? { addresses: addresses.join(" ") } : {}) };
  return { subject: `incident:${incidentId}`, after, result: { kept, addresses } };
}

/** Bans the addresses of a network that failed, one by one. @returns those that are banned now. */
async function banEach(tx: TenantWrite, doing: Doing): Promise<string[]> {
  const { operatorId, incidentId, scope, rule, network, windowMinutes } = doing;
  const failed = await tx.$queryRaw<{ address: string; failures: bigint }[]>`
    SELECT abbrev(address) AS address, failures
    FROM rule_addresses(${network}::inet, ${[...failedSignIns]}::text[], ${windowMinutes}::int) ORDER BY rule_addresses.address`;
  const banned: string[] = [];
  for (const { address, failures } of failed) {
    const reason = reasonOf(failures, doing);
    const ban = await placeRuleBan(tx, { network: address, scope, reason, rule, seconds: null });
    if (!ban) continue;
    const detail = { network: address, until: ban.expiresAt.toISOString() };
    await addLine(tx, operatorId, incidentId, "system", { kind: "rule_ban", detail });
    banned.push(address);
  }
  return banned;
}

const reasonOf = (failures: bigint, { windowMinutes }: Doing): string =>
  failures === 1n
    ? `1 failed sign-in within ${windowMinutes} min`
    : `${failures} failed sign-ins within ${windowMinutes} min`;

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
