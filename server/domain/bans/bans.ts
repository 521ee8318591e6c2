import { type BanReach, type BanScope, scopesOf } from "@/server/domain/bans/ban.schema";
import { isWithin, parseNetwork } from "@/server/domain/bans/network.rules";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";

/** Something that a ban would cut off: this machine, what is kept, a trunk, a telephone, somebody signed in, oneself. */
export type Cut = {
  readonly kind: "loopback" | "keep" | "trunk" | "extension" | "session" | "you";
  readonly what: string;
};

export type Placed = {
  readonly id: string;
  readonly expiresAt: Date;
  /** How often the same network was banned in the seven days before, without being taken back. */
  readonly timesBefore: number;
  /** False: there was one already, and it holds at least as long now. */
  readonly placed: boolean;
  readonly prolonged: boolean;
};

type Where = Readonly<{
  /** As `networkField` gives it: an address, or a network without host bits. */
  network: string;
  scope: BanScope;
  /** Where whoever asks comes from. */
  ownAddress?: string | undefined;
}>;

type Wanted = Where &
  Readonly<{
    reason: string;
    /** A person's id, or the account of the command line. */
    source: Readonly<{ kind: "person"; id: string }>;
    /** How long; undefined: the first duration, doubled for each ban of the same network in the last seven days. */
    seconds?: number | undefined;
    /** Says that what works there is to be cut off: telephones, trunks, people. */
    cutOff?: boolean | undefined;
  }>;

/**
 * Would this lock us out? What works now and comes from that network; at most 20 of a kind. The operator's only.
 * @throws DomainError not_found on another tenant.
 */
export async function previewBan(tx: TenantRead, { network, scope, ownAddress }: Where): Promise<Cut[]> {
  const cut = await tx.$queryRaw<Cut[]>`SELECT kind, what FROM ban_preview(${network}::inet, ${scope})`;
  const own = parseNetwork(ownAddress ?? "");
  const banned = parseNetwork(network);
  if (typeof own === "string" || typeof banned === "string" || !isWithin(own, banned)) return cut;
  return [{ kind: "you", what: ownAddress ?? "" }, ...cut];
}

/** What nobody may cut off, whatever they say: this machine itself, what is kept, and one's own way in. */
const isSacred = ({ kind }: Cut, scope: BanScope): boolean =>
  kind === "loopback" || kind === "keep" || (kind === "you" && scope === "web");

/**
 * Bans an address or a network, or holds the ban that there is, longer than before when asked to; never shorter. It holds from
 * the commit on, for whoever placed it until then: what others hold of it, they hold as long as they want. Wants the operator's transaction. Two at once queue up, and make one ban. Times are this machine's, durations seconds.
 * @throws DomainError ban_cuts_off when something works from there and `cutOff` does not say that it may be cut off; always for
 *   this machine, a network on the keep-list, and one's own way into the portal.
 */
export async function placeBan(tx: TenantWrite, wanted: Wanted): Promise<Placed> {
  await refuseCuts(tx, wanted, [wanted.scope]);
  return place(tx, wanted);
}

/** Of all scopes at once: whoever says that it may be cut off was told of everything. */
async function refuseCuts(tx: TenantWrite, wanted: Omit<Wanted, "scope">, scopes: readonly BanScope[]): Promise<void> {
  const cut = new Map<string, Cut & { readonly sacred: boolean }>();
  for (const scope of scopes) {
    for (const one of await previewBan(tx, { ...wanted, scope })) {
      const key = `${one.kind} ${one.what}`;
      cut.set(key, { ...one, sacred: isSacred(one, scope) || cut.get(key)?.sacred === true });
    }
  }
  const all = [...cut.values()];
  const sacred = all.find((one) => one.sacred);
  if (sacred) throw cutsOff([sacred], { ...wanted, others: all.length - 1, sacred: true });
  const named = [...new Map(all.toReversed().map((one) => [one.kind, one])).values()].toReversed();
  if (wanted.cutOff || named.length === 0) return;
  throw cutsOff(named, { ...wanted, others: all.length - named.length, sacred: false });
}

async function place(tx: TenantWrite, { network, scope, reason, source, seconds }: Wanted): Promise<Placed> {
  const [placed] = await tx.$queryRaw<Placed[]>`
    SELECT id, expires_at AS "expiresAt", times_before AS "timesBefore", placed, prolonged
    FROM ban_place(${network}::inet, ${scope}, ${reason}, ${source.kind}, ${source.id}, ${seconds ?? null}::int)`;
  if (!placed) throw new Error("ban_place answered with no row");
  return placed;
}

export type PlacedAll = Placed & {
  /** Of all that were placed or held; the end is that of the one that ends last. */
  readonly ids: readonly string[];
};

/** The same for the PBX, the portal, or both at once: all or none, and one refusal for all of them. @returns the first, with the ids of all. */
export async function placeBans(
  tx: TenantWrite,
  { scope: reach, ...wanted }: Omit<Wanted, "scope"> & Readonly<{ scope: BanReach }>,
): Promise<PlacedAll> {
  const each: Placed[] = [];
  await refuseCuts(tx, wanted, scopesOf(reach));
  for (const scope of scopesOf(reach)) each.push(await place(tx, { ...wanted, scope }));
  const [first] = each;
  if (!first) throw new Error("nothing was asked to be banned");
  return {
    ...first,
    expiresAt: new Date(Math.max(...each.map(({ expiresAt }) => expiresAt.getTime()))),
    placed: each.some(({ placed }) => placed),
    prolonged: each.some(({ prolonged }) => prolonged),
    ids: each.map(({ id }) => id),
  };
}

const words: Readonly<Record<Cut["kind"], (what: string) => string>> = {
  loopback: () => "This machine itself is in",
  keep: (what) => `${what} is on the keep-list, and in or around`,
  trunk: (what) => `The trunk ${what} is in`,
  extension: (what) => `The telephone ${what} is registered from`,
  session: (what) => `${what} is signed in from`,
  you: () => "You come from",
};

/** The first of each kind by name, of the others how many. */
function cutsOff(
  named: readonly Cut[],
  { network, others, sacred }: Readonly<{ network: string; others: number; sacred: boolean }>,
): DomainError {
  const more = others > 0 ? `, and ${others} more` : "";
  const fix = sacred ? "That cannot be banned: leave it out." : "Say that it is to be cut off, or ban less.";
  const said = named.map(({ kind, what }) => `${words[kind](what)} ${network}`).join("; ");
  const { kind = "", what = "" } = named[0] ?? {};
  return new DomainError("ban_cuts_off", { network, kind, what }, `${said}${more}. ${fix}`);
}

/**
 * Bans a sender whose failures reached the number, for the first duration, doubled with each repetition. Checks again under a
 * lock what `ban_failures` saw. A repeat places nothing.
 * @returns undefined when it is banned already, when something works from there, or when automatic bans are off.
 */
export async function placeAutomaticBan(
  tx: TenantWrite,
  { network, scope, failures }: Readonly<{ network: string; scope: BanScope; failures: number }>,
): Promise<Placed | undefined> {
  const reason = `${failures} failed sign-ins`;
  const [placed] = await tx.$queryRaw<Placed[]>`
    SELECT id, expires_at AS "expiresAt", times_before AS "timesBefore", placed, prolonged
    FROM ban_place(${network}::inet, ${scope}, ${reason}, 'automatic', '', NULL)`;
  return placed;
}

type ByRule = Readonly<{ network: string; scope: BanScope; reason: string; rule: string; seconds: number | null }>;

/**
 * Bans a network for a rule, which holds it from then on; a repeat while it holds prolongs it and never shortens it. Wants the
 * operator's transaction. Looks again under a lock whether something works there.
 * @param rule "signal scope". @param seconds null: the first duration, doubled with each repetition.
 * @returns undefined when something works there.
 */
export async function placeRuleBan(
  tx: TenantWrite,
  { network, scope, reason, rule, seconds }: ByRule,
): Promise<Placed | undefined> {
  const [placed] = await tx.$queryRaw<Placed[]>`
    SELECT id, expires_at AS "expiresAt", times_before AS "timesBefore", placed, prolonged
    FROM ban_place(${network}::inet, ${scope}, ${reason}, 'rule', ${rule}, ${seconds}::int)`;
  return placed;
}

export type BanOf = {
  readonly id: string;
  readonly network: string;
  readonly scope: BanScope;
  readonly reason: string;
};

/**
 * Ends a ban before its time, from the commit on, whoever holds it. What was counted before it is forgotten, and it does not make the next one
 * longer. A repeat changes nothing. Wants the operator's transaction.
 * @param by a person's id, a job's name, or the account of the command line.
 * @throws DomainError not_found.
 */
export async function liftBan(tx: TenantWrite, { banId, by }: Readonly<{ banId: string; by: string }>) {
  const [ban] = await tx.$queryRaw<BanOf[]>`
    SELECT id, abbrev(network) AS network, scope, reason FROM ban WHERE tenant_id = app_tenant() AND id = ${banId}::uuid`;
  if (!ban) throw new DomainError("not_found", { banId });
  const [row] = await tx.$queryRaw<{ lifted: boolean }[]>`SELECT ban_lift(${banId}::uuid, ${by}) AS lifted`;
  return { ban, lifted: row?.lifted ?? false };
}
