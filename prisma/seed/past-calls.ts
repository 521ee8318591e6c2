import { authorise, type End, markAnswered, renew, settle } from "@/server/domain/calls/call-control";
import { authoriseInbound } from "@/server/domain/calls/inbound-calls";
import type { SqlPool } from "@/server/infra/db/pool";

import { type Chance, chanceFrom } from "./chance";
import type { DemoPhone } from "./phones";
import { callersFrom, type DemoTenant, dialledBy, refusedBy } from "./story";

const DAY_MS = 86_400_000;
const DAYS = 30;
/** Not a telephone system that exists, so reconciliation never looks for its channels. */
const PBX = "demo";

type Planned = Readonly<{ at: Date; phone: DemoPhone; dialled: string }>;

/** The times of a tenant's calls over the last days, in order: more on working days, within working hours. */
function planCalls(tenant: DemoTenant, phones: readonly DemoPhone[], now: Date, chance: Chance): Planned[] {
  const planned: Planned[] = [];
  const working = phones.filter((phone) => !phone.suspended);
  for (let back = DAYS; back >= 0; back -= 1) {
    const day = new Date(now.getTime() - back * DAY_MS);
    const weekend = day.getUTCDay() === 0 || day.getUTCDay() === 6;
    const calls = weekend ? chance.whole(0, 2) : chance.whole(tenant.busy - 3, tenant.busy + 2);
    for (let call = 0; call < calls; call += 1) {
      const at = new Date(day).setUTCHours(
        chance.whole(6, 16),
        chance.whole(0, 59),
        chance.whole(0, 59),
        chance.whole(0, 999),
      );
      planned.push({ at: new Date(at), phone: chance.one(working), dialled: dialledOf(tenant, phones, chance) });
    }
  }
  const forbidden = phones.find((phone) => phone.suspended);
  if (forbidden) {
    const at = new Date(now.getTime() - 2 * DAY_MS + 5_000);
    planned.push({ at, phone: forbidden, dialled: dialledOf(tenant, phones, chance) });
  }
  // The last hour stays free for calls that are real.
  const before = now.getTime() - 3_600_000;
  return planned.filter((call) => call.at.getTime() < before).sort((a, b) => a.at.getTime() - b.at.getTime());
}

type Incoming = Readonly<{ at: Date; called: string; caller: string }>;

/** Those of people outside who call the tenant's numbers: up to two for each on a day. */
function planIncoming(tenant: DemoTenant, now: Date, chance: Chance): Incoming[] {
  const numbers = tenant.phones.flatMap(([, , { callerId } = {}]) => callerId ?? []);
  const planned: Incoming[] = [];
  for (let back = DAYS; back > 0; back -= 1) {
    for (const called of numbers) {
      for (let call = chance.whole(0, 2); call > 0; call -= 1) {
        const day = new Date(now.getTime() - back * DAY_MS);
        const at = new Date(day.setUTCHours(chance.whole(6, 16), chance.whole(0, 59), chance.whole(0, 59)));
        if (at.getTime() < now.getTime() - 3_600_000) planned.push({ at, called, caller: chance.one(callersFrom) });
      }
    }
  }
  return planned;
}

function dialledOf(tenant: DemoTenant, phones: readonly DemoPhone[], chance: Chance): string {
  const luck = chance.next();
  if (luck < 0.06) return chance.one(refusedBy[tenant.country] ?? ["999999"]);
  if (luck < 0.14) return chance.one(phones).number;
  return chance.one(dialledBy[tenant.country] ?? ["+49 30 23125 441"]);
}

const unanswered = [
  { outcome: "busy", reason: "FAR-01", cause: 17 },
  { outcome: "no_answer", reason: "FAR-02", cause: 19 },
  { outcome: "no_answer", reason: "FAR-02", cause: 19 },
  { outcome: "cancelled", reason: null, cause: 16 },
] as const;

/** One call from dialling to its charge, through the functions that call control uses. */
async function live(pool: SqlPool, call: string, planned: Planned | Incoming, chance: Chance): Promise<void> {
  const subject = { pbx: PBX, call };
  const { at } = planned;
  const asked = { ...subject, address: "127.0.0.1:5060", at };
  const answer = await ("phone" in planned
    ? authorise(pool, { ...asked, endpoint: planned.phone.sipUsername, dialled: planned.dialled })
    : authoriseInbound(pool, { ...asked, called: planned.called, caller: planned.caller }));
  if (answer.kind === "refuse") return;
  const ringMs = chance.whole(2_000, 14_000);
  const end = (talkMs: number, more: Pick<End, "outcome" | "reason" | "cause">): Promise<unknown> => {
    const endedAt = new Date(at.getTime() + ringMs + talkMs);
    const side = chance.next() < 0.6 ? "caller" : "callee";
    return settle(pool, { ...subject, talkMs, endedAt, side, source: "hangup", ...more });
  };
  if (chance.next() > 0.76) {
    await end(0, chance.one(unanswered));
    return;
  }
  // Most calls are short, a few are long.
  const talkMs = Math.round(6_000 + 840_000 * chance.next() ** 3);
  const answeredAt = new Date(at.getTime() + ringMs);
  await markAnswered(pool, subject, answeredAt);
  for (let granted = answer.grantedSeconds; granted * 1_000 < talkMs; ) {
    const more = await renew(pool, subject, new Date(answeredAt.getTime() + granted * 1_000));
    if (!more || more.grantedSeconds <= granted) break;
    granted = more.grantedSeconds;
  }
  await end(talkMs, { outcome: "answered", reason: null, cause: 16 });
}

/** The past of one tenant, oldest call first: the gates count what happened in the minute before. Returns how many. */
export async function livePast(
  pool: SqlPool,
  tenant: DemoTenant,
  phones: readonly DemoPhone[],
  now: Date,
): Promise<number> {
  const seed = [...tenant.slug].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7);
  const chance = chanceFrom(seed);
  const calls = planCalls(tenant, phones, now, chance);
  for (const [at, call] of calls.entries()) await live(pool, `${PBX}-${tenant.slug}-${at}`, call, chance);
  // Nobody pays for these, so they change nothing of the others.
  const luck = chanceFrom(seed + 1);
  const incoming = planIncoming(tenant, now, luck);
  for (const [at, call] of incoming.entries()) await live(pool, `${PBX}-${tenant.slug}-in-${at}`, call, luck);
  return calls.length + incoming.length;
}
