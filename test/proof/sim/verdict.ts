import type { Client } from "pg";
import type { Channel } from "@/test/proof/sim/channel";
import { chargeOf, taxOf, usedOfBundle } from "@/test/proof/sim/oracle";
import { ofBundleOfCalls, payersOf, priceAt } from "@/test/proof/sim/people";
import { Violation } from "@/test/proof/sim/violation";
import type { World } from "@/test/proof/sim/world";

type HoldRow = {
  tenant: string;
  level: number;
  state: string;
  held: string;
  charged: string | null;
  tax: string | null;
  bundle: string | null;
  lent: number | null;
  used: number | null;
};
type CallRow = {
  call: string;
  state: string;
  source: string | null;
  granted: number;
  talk_ms: string | null;
  shortfall: string;
  holds: HoldRow[] | null;
};
type DifferenceRow = { kind: string; call: string; risk: string };

export type Outcome = Readonly<{
  calls: number;
  talked: number;
  /** Charged by the exact talk time; by the hang-up event, up to a second late; for less than was talked, and listed. */
  exact: number;
  byHangup: number;
  unproven: number;
  /** Money that stays held because nobody knows whether the call was answered; listed. */
  stuck: number;
}>;

/** The handler that tells an end has a second, during which the channel is still there. */
const HANGUP_EVENT_MS = 1_100;
const CLOCK_MS = 2;

const CALLS = `
  SELECT c.pbx_call_id AS call, c.state, c.source, c.granted_seconds AS granted, c.talk_ms::text, c.shortfall_micros::text AS shortfall,
    (SELECT json_agg(json_build_object('tenant', t.slug, 'level', h.level, 'state', h.state, 'held', h.held_micros::text, 'charged', h.charged_micros::text,
      'tax', h.tax_micros::text, 'bundle', h.bundle_unit, 'lent', h.bundle_held, 'used', h.bundle_used) ORDER BY h.level)
     FROM hold h JOIN tenant t ON t.id = h.tenant_id WHERE h.call_id = c.id) AS holds
  FROM call c ORDER BY c.pbx_call_id`;
const DIFFERENCES = `
  SELECT d.kind, coalesce(c.pbx_call_id, d.subject) AS call, d.money_at_risk_micros::text AS risk
  FROM difference d LEFT JOIN call c ON c.id::text = d.subject WHERE d.healed_at IS NULL`;

/**
 * When all is over: every answered second was charged once at every level, to the micro; nothing was charged that was not
 * talked; no money is held without a reason; and what could not be proven is listed with its money.
 */
export async function judgeWorld(world: World, owner: Client): Promise<Outcome> {
  const calls = (await owner.query<CallRow>(CALLS)).rows;
  const differences = (await owner.query<DifferenceRow>(DIFFERENCES)).rows;
  const counts = { calls: calls.length, talked: 0, exact: 0, byHangup: 0, unproven: 0, stuck: 0 };
  const records = new Map(calls.map((call) => [call.call, call]));
  for (const channel of world.pbx.channels) {
    if (channel.talkMs > 0 && !records.has(channel.call))
      throw new Violation(`${channel.call} talked for ${channel.talkMs} ms and has no record`);
  }
  for (const call of calls) {
    const channel = world.pbx.channels.find((one) => one.call === call.call);
    if (!channel) throw new Violation(`${call.call} is a record of a call that never was`);
    const listed = differences.filter((one) => one.call === call.call);
    if (channel.talkMs > 0) counts.talked += 1;
    counts[judgeCall(world, call, channel, listed)] += 1;
  }
  judgeCaps(world, calls);
  return counts;
}

/** All in one day: what a customer was charged is within its cap. */
function judgeCaps(world: World, calls: readonly CallRow[]): void {
  for (const { slug, dailyCap } of world.parts.plan.tenants) {
    if (dailyCap === undefined) continue;
    const own = calls.flatMap(({ holds }) => holds ?? []).filter(({ tenant, level }) => tenant === slug && level === 0);
    const spent = own.reduce((sum, { charged, tax }) => sum + BigInt(charged ?? "0") + BigInt(tax ?? "0"), 0n);
    if (spent > dailyCap && world.parts.plan.stepsMs === 0)
      throw new Violation(`${slug} spent ${spent} with a daily cap of ${dailyCap}`);
  }
}

type Judgement = "exact" | "byHangup" | "unproven" | "stuck";

function judgeCall(world: World, call: CallRow, channel: Channel, listed: readonly DifferenceRow[]): Judgement {
  if (call.state !== "ended") return judgeOpen(world, call, listed);
  const recorded = Number(call.talk_ms);
  const truth = channel.talkMs;
  const slackMs = CLOCK_MS + world.parts.plan.stepsMs;
  judgeCharges(world, call, channel, recorded);
  const late = truth - call.granted * 1000 - slackMs;
  if (late > 0 && late > world.parts.plan.weather.link.slowMs)
    throw new Violation(`${call.call} talked for ${truth} ms and was granted ${call.granted} s`);
  if (recorded > truth + slackMs) {
    const byHangup = call.source === "event" && truth > 0 && recorded <= truth + HANGUP_EVENT_MS + slackMs;
    if (!byHangup)
      throw new Violation(`${call.call} talked for ${truth} ms and is charged for ${recorded} by ${call.source}`);
    return "byHangup";
  }
  if (recorded >= truth - slackMs) {
    if (listed.some(({ kind }) => kind === "hold_without_channel") && call.source !== "sweep")
      throw new Violation(`${call.call} is charged exactly by ${call.source}, and still listed`);
    return "exact";
  }
  // Fewer seconds than were talked: the money that may be missing has to be listed.
  const missing = (call.holds ?? []).reduce((sum, hold) => sum + lossOf(world, channel, hold), 0n);
  const risk = listed.reduce((sum, one) => sum + BigInt(one.risk), 0n);
  if (missing > 0n && (listed.length === 0 || risk < missing)) {
    throw new Violation(
      `${call.call} talked for ${truth} ms, is charged for ${recorded} by ${call.source}, ${missing} are missing and ${risk} listed`,
    );
  }
  return "unproven";
}

/** Each level pays exactly what its price makes of the recorded talk; a late timer of up to a second is not charged. */
function judgeCharges(world: World, call: CallRow, channel: Channel, recorded: number): void {
  const grantMs = call.granted * 1000;
  const chargedMs = recorded <= grantMs + 1000 ? Math.min(recorded, grantMs) : recorded;
  let short = 0n;
  for (const hold of call.holds ?? []) {
    const { net, tax, used } = expectedOf(world, channel, hold, chargedMs);
    const [charged, taxed] = [BigInt(hold.charged ?? "0"), BigInt(hold.tax ?? "0")];
    const what = `${call.call}: ${hold.tenant} is charged ${charged} and ${taxed} tax for ${chargedMs} ms`;
    if (hold.state === "open" || charged > net || taxed > tax)
      throw new Violation(`${what}, which cost ${net} and ${tax}`);
    if ((hold.used ?? 0) !== used) throw new Violation(`${what} and ${hold.used} s of a bundle, not ${used}`);
    short += net + tax - charged - taxed;
  }
  if (short !== BigInt(call.shortfall))
    throw new Violation(
      `${call.call}: ${short} less than the price of ${chargedMs} ms is charged, ${call.shortfall} noted`,
    );
  if (short > 0n && world.parts.plan.stepsMs === 0)
    throw new Violation(`${call.call}: ${short} were not there although they were held`);
  const chain = payersOf(world.parts.plan, channel.dial);
  if (call.source !== "refused" && (call.holds?.length ?? 0) !== chain.length)
    throw new Violation(`${call.call} has ${call.holds?.length ?? 0} holds for ${chain.length} levels`);
}

/** A call that is still open stays so only while there is no evidence, and is listed with all its money. */
function judgeOpen(world: World, call: CallRow, listed: readonly DifferenceRow[]): Judgement {
  const held = (call.holds ?? []).reduce((sum, hold) => sum + BigInt(hold.held), 0n);
  const risk = listed.reduce((sum, one) => sum + BigInt(one.risk), 0n);
  if (world.pbx.spool.has(call.call)) throw new Violation(`${call.call} is open although the PBX has a record of it`);
  if (risk < held || listed.length === 0)
    throw new Violation(`${call.call} is open with ${held} held, and ${risk} listed`);
  return "stuck";
}

type Expected = Readonly<{ net: bigint; tax: bigint; used: number }>;

function expectedOf(world: World, channel: Channel, hold: HoldRow, talkMs: number): Expected {
  const tenant = payersOf(world.parts.plan, channel.dial).find(({ slug }) => slug === hold.tenant);
  if (!tenant) throw new Violation(`${hold.tenant} pays for ${channel.call} and is not in its chain`);
  const plain = priceAt(tenant, channel.dial.way, channel.answeredAtMs ?? channel.startedAtMs);
  const price = hold.bundle === "calls" ? ofBundleOfCalls(plain, tenant) : plain;
  const lent = hold.bundle === "seconds" ? (hold.lent ?? 0) : 0;
  const net = chargeOf(price, talkMs, lent);
  const oneCall = isCharged(price, talkMs) ? 1 : 0;
  const used = hold.bundle === "calls" ? oneCall : usedOfBundle(price, talkMs, lent);
  return { net, tax: taxOf(net, tenant.taxPpm), used };
}

const isCharged = ({ grace }: { grace: number }, talkMs: number) => talkMs > 0 && Math.ceil(talkMs / 1000) > grace;

function lossOf(world: World, channel: Channel, hold: HoldRow): bigint {
  const { net, tax } = expectedOf(world, channel, hold, channel.talkMs);
  const loss = net + tax - BigInt(hold.charged ?? "0") - BigInt(hold.tax ?? "0");
  return loss > 0n ? loss : 0n;
}
