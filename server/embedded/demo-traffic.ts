import { randomInt } from "node:crypto";
import { readFileSync } from "node:fs";

import type { DemoPhone } from "@/prisma/seed/phones";
import { dialledBy, refusedBy, tenants } from "@/prisma/seed/story";

import { SipPhone } from "./sip-phone";

/** What ends in these digits the demo's carrier does not answer: busy, nobody there, unknown. */
const unanswered: Readonly<Record<string, readonly string[]>> = {
  DE: ["030 23125 499", "040 66969 198", "030 23125 497"],
  AT: ["01 7135 599", "01 7135 598"],
};
/** Between two calls of the whole demo, and the length of one. About three are live at any time. */
const PAUSE_MS = [6_000, 22_000] as const;
const TALK_MS = [15_000, 120_000] as const;
const RING_MS = 25_000;
/** Whoever has no money left does not try again at once. */
const BROKE_MS = 600_000;

export type DemoTraffic = Readonly<{ stop: () => Promise<void> }>;

type Caller = { phone: SipPhone; country: string; colleagues: readonly string[]; silentUntil: number };

/**
 * The demo's people use their telephones: they register like any other and call through the same authorisation, so that
 * live calls, refusals and charges are real. A call that fails is a part of it; nothing here can end the start.
 */
export async function startDemoTraffic(demoFile: string, server: { host: string; port: number }): Promise<DemoTraffic> {
  const { phones } = JSON.parse(readFileSync(demoFile, "utf8")) as { phones: readonly DemoPhone[] };
  const working = phones.filter((phone) => !phone.suspended);
  const callers = await Promise.all(working.map((phone) => callerOf(phone, working, server)));
  for (const { phone } of callers) phone.stayRegistered();
  let next: NodeJS.Timeout | undefined;
  const oneMore = () => {
    const rested = callers.filter(({ silentUntil, phone }) => silentUntil < Date.now() && phone.calls.length === 0);
    const caller = rested[randomInt(Math.max(1, rested.length))];
    if (caller) void callOnce(caller).catch(() => {});
    next = setTimeout(oneMore, between(PAUSE_MS));
  };
  // The first three soon, so that there is something to see.
  const first = [300, 1_200, 2_500].map((ms, at) => setTimeout(at === 2 ? oneMore : () => void callAny(callers), ms));
  return {
    stop: async () => {
      for (const timer of [next, ...first]) clearTimeout(timer);
      await Promise.allSettled(callers.map(({ phone }) => phone.close()));
    },
  };
}

async function callerOf(
  phone: DemoPhone,
  all: readonly DemoPhone[],
  server: { host: string; port: number },
): Promise<Caller> {
  const opened = await SipPhone.open({
    username: phone.sipUsername,
    secret: phone.secret,
    server,
    userAgent: "Ringfence demo phone",
    incoming: { answerAfterMs: 1_000 + randomInt(3_000) },
  });
  return {
    phone: opened,
    country: tenants.find(({ slug }) => slug === phone.tenantSlug)?.country ?? "DE",
    colleagues: all
      .filter((other) => other.tenantSlug === phone.tenantSlug && other.number !== phone.number)
      .map(({ number }) => number),
    silentUntil: 0,
  };
}

const callAny = (callers: readonly Caller[]): Promise<void> | undefined => {
  const caller = callers[randomInt(Math.max(1, callers.length))];
  return caller && callOnce(caller).catch(() => {});
};

async function callOnce(caller: Caller): Promise<void> {
  const call = await caller.phone.call(dialledOf(caller));
  const patience = setTimeout(() => call.hangUp(), RING_MS);
  call.answered.then(
    () => {
      clearTimeout(patience);
      setTimeout(() => call.hangUp(), between(TALK_MS)).unref();
    },
    () => clearTimeout(patience),
  );
  const { sipCode } = await call.ended;
  if (sipCode === 402) caller.silentUntil = Date.now() + BROKE_MS;
}

function dialledOf({ country, colleagues }: Caller): string {
  const luck = randomInt(100);
  const list =
    luck < 5 ? refusedBy[country] : luck < 15 ? unanswered[country] : luck < 27 ? colleagues : dialledBy[country];
  return list?.[randomInt(Math.max(1, list.length))] ?? "*43";
}

const between = ([from, to]: readonly [number, number]): number => from + randomInt(to - from);
