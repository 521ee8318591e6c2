import type { Dial } from "@/test/proof/sim/channel";
import type { QueryFaults } from "@/test/proof/sim/database";
import { EPOCH_MS } from "@/test/proof/sim/kernel";
import type { LinkFaults } from "@/test/proof/sim/link";
import type { Markup, Price } from "@/test/proof/sim/oracle";
import { planTenants } from "@/test/proof/sim/plan-tenants";
import type { Random } from "@/test/proof/sim/random";

/** In order of time; each holds until the next begins. */
export type Timeline = readonly Readonly<{ fromMs: number; price: Price }>[];

export type PlannedTenant = Readonly<{
  slug: string;
  kind: "reseller" | "customer";
  /** The slug of the one above; none is the operator. */
  parent: string | undefined;
  money: bigint;
  creditLimit: bigint;
  sliceSeconds: number;
  dailyCap: bigint | undefined;
  taxPpm: number;
  bundle: Readonly<{ unit: "seconds" | "calls"; amount: number; secondsPerCall: number }> | undefined;
  /** The prices stand in a plan that is asked before another, dearer one. */
  twoPlans: boolean;
  /** What stands in the plan that this tenant buys by; nothing where that marks up what its seller pays. */
  rates: Timeline;
  /** Another price that holds in these minutes of the week, Monday 00:00 of the plan's zone being 0. */
  hours: Readonly<{ zone: string; fromMinute: number; untilMinute: number; price: Price }> | undefined;
  /** On the rates above, or on what the seller pays. */
  markup: Markup | undefined;
  /** All of that together: what this tenant pays, and when. */
  prices: Timeline;
  /** What stands in the plan for calls from outside, and what it comes to. Most pay nothing for them. */
  inboundRate: Price | undefined;
  inbound: Price | undefined;
}>;

export type Happening = Readonly<{ atMs: number }> &
  (
    | Readonly<{ do: "dial"; dial: Dial }>
    | Readonly<{ do: "top up"; to: string; amount: bigint }>
    | Readonly<{ do: "take"; to: string; amount: bigint }>
    | Readonly<{ do: "transfer"; to: string; amount: bigint; back: boolean }>
    | Readonly<{ do: "suspend"; tenant: string; forMs: number }>
    | Readonly<{ do: "crash"; forMs: number; onStatement: string | undefined; afterSteps: number }>
    | Readonly<{ do: "second worker" }>
    | Readonly<{ do: "lose link"; forMs: number }>
    /** Every talk ends at that moment. */
    | Readonly<{ do: "lose trunk" }>
    | Readonly<{ do: "database away"; forMs: number }>
    | Readonly<{ do: "restart pbx"; how: "kill" | "stop"; downMs: number; spool: "kept" | "torn" | "lost" }>
    | Readonly<{ do: "rotate records" }>
    | Readonly<{ do: "step clock"; of: "pbx" | "host"; byMs: number }>
  );

export type Weather = Readonly<{
  queries: QueryFaults;
  link: LinkFaults;
  /** Of a thousand requests of the PBX. */
  requests: Readonly<{ lost: number; answerLost: number; repeated: number; slowMs: number }>;
}>;

export type WorldPlan = Readonly<{
  seed: number;
  tenants: readonly PlannedTenant[];
  /** Endpoint of each phone, and whose it is. */
  phones: readonly Readonly<{ endpoint: string; tenant: string; number: string; did: string }>[];
  happenings: readonly Happening[];
  weather: Weather;
  /** Clocks are set during it: holds may then be outrun by that much. */
  stepsMs: number;
  /** When nothing new begins. */
  quietMs: number;
}>;

export const ACTIVE_MS = 260_000;

/** All that is going to happen in the world of a seed, before it begins. */
export function planWorld(seed: number, random: Random): WorldPlan {
  const tenants = planTenants(random.fork("tenants"));
  const phones = tenants
    .filter(({ kind }) => kind === "customer")
    .flatMap(({ slug }) => ["101", "102"].map((number) => ({ slug, number })))
    .map(({ slug, number }, at) => ({ endpoint: `${slug}-${number}`, tenant: slug, number, did: `494000100${at}` }));
  const calls = planCalls(random.fork("calls"), tenants, phones);
  const storm = random.fork("storm");
  const faults = planFaults(storm, tenants);
  const crowd = planCrowd(random.fork("crowd"), phones);
  const happenings = [...calls, ...crowd, ...planMoney(random.fork("money"), tenants), ...faults].toSorted(
    (a, b) => a.atMs - b.atMs,
  );
  const stepsMs = faults.reduce((sum, one) => sum + (one.do === "step clock" ? Math.abs(one.byMs) : 0), 0);
  return { seed, tenants, phones, happenings, weather: planWeather(storm), stepsMs, quietMs: EPOCH_MS + ACTIVE_MS };
}

function planCalls(random: Random, tenants: readonly PlannedTenant[], phones: WorldPlan["phones"]): Happening[] {
  const lengths = tenants.flatMap(({ sliceSeconds, prices }) => [
    sliceSeconds,
    ...prices.flatMap(({ price }) => [
      price.first,
      price.first + price.next,
      price.grace,
      price.free,
      price.steps[0]?.from ?? 1,
    ]),
  ]);
  return Array.from({ length: random.int(5, 11) }, () => {
    // Times at the edges of increments and slices are where mistakes live.
    const edge = random.pick(lengths) * 1_000 + random.pick([-100, -1, 0, 1, 100, 1_000]);
    const talkMs = random.chance(0.4) ? Math.max(1, edge) : random.int(1, random.pick([4_000, 40_000, 150_000]));
    const phone = random.pick(phones);
    const inbound = random.chance(0.25);
    const outcome = random.chance(0.75) ? "answer" : random.pick(["busy", "no answer", "cancel", "fail"] as const);
    return {
      atMs: EPOCH_MS + random.int(500, ACTIVE_MS - 60_000),
      do: "dial",
      dial: {
        way: inbound ? "in" : "out",
        endpoint: phone.endpoint,
        number: inbound ? `+${phone.did}` : "+493012345678",
        ringMs: random.chance(0.1) ? random.int(20_000, 62_000) : random.int(100, 6_000),
        outcome,
        talkMs,
        by: random.pick(["caller", "callee"] as const),
        forgetsTalk: random.chance(0.03),
      },
    } as const;
  });
}

/** Some call at about the same time or at once, and are cut off together: they are let through, and charged, in one statement. */
function planCrowd(random: Random, phones: WorldPlan["phones"]): Happening[] {
  if (random.chance(0.6)) return [];
  const beginMs = EPOCH_MS + random.int(1_000, ACTIVE_MS - 90_000);
  const [most, withinMs] = random.pick([
    [7, 3_000],
    [14, 5],
  ] as const);
  const dials = Array.from({ length: random.int(3, most) }, (): Happening => {
    const ringMs = random.int(100, 4_000);
    const dial = {
      way: "out",
      number: "+493012345678",
      ringMs,
      outcome: "answer",
      talkMs: 90_000,
      by: "caller",
    } as const;
    const endpoint = random.pick(phones).endpoint;
    return { atMs: beginMs + random.int(0, withinMs), do: "dial", dial: { ...dial, endpoint, forgetsTalk: false } };
  });
  return [...dials, { atMs: beginMs + random.int(2_000, 60_000), do: "lose trunk" }];
}

function planMoney(random: Random, tenants: readonly PlannedTenant[]): Happening[] {
  return Array.from({ length: random.int(0, 6) }, (): Happening => {
    const atMs = EPOCH_MS + random.int(1_000, ACTIVE_MS);
    const to = random.pick(tenants).slug;
    const amount = BigInt(random.int(1, 150_000));
    const what = random.int(1, 10);
    if (what <= 5) return { atMs, do: "top up", to, amount };
    if (what <= 6) return { atMs, do: "take", to, amount };
    if (what <= 8) return { atMs, do: "transfer", to, amount, back: random.chance(0.3) };
    return { atMs, do: "suspend", tenant: to, forMs: random.int(1_000, 60_000) };
  });
}

function planWeather(random: Random): Weather {
  const bad = random.pick([0, 0, 1, 3]);
  const slow = random.pick([10, 60, 900]);
  return {
    queries: { lost: 4 * bad, answerLost: 8 * bad, deadlock: 3 * bad, slowMs: slow },
    link: { dropped: 8 * bad, repeated: 15 * bad, reordered: 20 * bad, unanswered: 8 * bad, slowMs: slow },
    requests: { lost: 15 * bad, answerLost: 15 * bad, repeated: 25 * bad, slowMs: random.pick([10, 300, 2_500]) },
  };
}

const STATEMENTS = [
  "call_authorise",
  "calls_authorise",
  "call_answered",
  "call_renew",
  "call_settle",
  "calls_open",
  "spool_save",
];

function planFaults(random: Random, _tenants: readonly PlannedTenant[]): Happening[] {
  const faults: Happening[] = [];
  const when = () => EPOCH_MS + random.int(2_000, ACTIVE_MS - 5_000);
  const times = (most: number) => (random.chance(0.5) ? 0 : random.int(1, most));
  if (random.chance(0.3)) faults.push({ atMs: EPOCH_MS + 1, do: "second worker" });
  for (let left = times(3); left > 0; left -= 1) {
    const onStatement = random.chance(0.7) ? random.pick(STATEMENTS) : undefined;
    faults.push({
      atMs: when(),
      do: "crash",
      forMs: random.int(200, 30_000),
      onStatement,
      afterSteps: random.int(0, 4),
    });
  }
  for (let left = times(2); left > 0; left -= 1)
    faults.push({ atMs: when(), do: "lose link", forMs: random.int(100, 20_000) });
  for (let left = times(2); left > 0; left -= 1)
    faults.push({ atMs: when(), do: "database away", forMs: random.int(100, 25_000) });
  if (random.chance(0.2)) {
    const spool = random.pick(["kept", "torn", "lost"] as const);
    faults.push({
      atMs: when(),
      do: "restart pbx",
      how: random.pick(["kill", "stop"]),
      downMs: random.int(500, 10_000),
      spool,
    });
  }
  if (random.chance(0.2)) faults.push({ atMs: when(), do: "rotate records" });
  if (random.chance(0.12))
    faults.push({ atMs: when(), do: "step clock", of: random.pick(["pbx", "host"]), byMs: random.int(-3_000, 3_000) });
  return faults;
}
