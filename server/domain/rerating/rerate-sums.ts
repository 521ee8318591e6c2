import type { Difference, Place, ReratePage } from "@/server/domain/rerating/rerate-page";

const TOP = 20;
const BUYERS = 50;

/** What a job remembers between pages: a bounded picture, however many calls there are. Money as decimal strings of micros. */
export type RerateState = {
  place: Place | null;
  ended: boolean;
  scanned: number;
  matched: number;
  noPrice: number;
  kept: number;
  changed: number;
  up: string;
  down: string;
  uncollected: number;
  uncollectedUp: string;
  buyersChanged: number;
  buyers: BuyerSum[];
  top: TopDifference[];
  /** Of the buyer that is looked at now: what its wallets would have left, and its sums. */
  room: Record<string, string>;
  now: BuyerSum | null;
};

export type BuyerSum = { buyer: string; calls: number; up: string; down: string };
export type TopDifference = { callId: string; buyer: string; before: string; after: string };

/** Nothing looked at yet. */
export const begin = (): RerateState => ({
  place: null,
  ended: false,
  scanned: 0,
  matched: 0,
  noPrice: 0,
  kept: 0,
  changed: 0,
  up: "0",
  down: "0",
  uncollected: 0,
  uncollectedUp: "0",
  buyersChanged: 0,
  buyers: [],
  top: [],
  room: {},
  now: null,
});

const plus = (text: string, more: bigint): string => String(BigInt(text) + more);
const size = (amount: bigint): bigint => (amount < 0n ? -amount : amount);
const byFirst = (a: bigint, b: bigint): number => (a > b ? -1 : a < b ? 1 : 0);

/** Counts a page; with `simulate` also what its corrections would move, in the order in which a run moves it. */
export function countPage(state: RerateState, buyer: string, page: ReratePage, simulate: boolean): void {
  state.scanned += page.scanned;
  state.matched += page.matched;
  state.noPrice += page.noPrice;
  state.kept += page.kept;
  if (!simulate) return;
  for (const difference of page.differences) simulateOne(state, buyer, difference);
  state.top = state.top
    .sort((a, b) => byFirst(size(BigInt(a.after) - BigInt(a.before)), size(BigInt(b.after) - BigInt(b.before))))
    .slice(0, TOP);
}

function simulateOne(state: RerateState, buyer: string, { callId, walletId, before, after }: Difference): void {
  const more = after - before;
  const room = BigInt(state.room[walletId] ?? "0");
  if (more > 0n && more > room) {
    state.uncollected += 1;
    state.uncollectedUp = plus(state.uncollectedUp, more);
    return;
  }
  state.room[walletId] = String(room - more);
  state.changed += 1;
  if (more > 0n) state.up = plus(state.up, more);
  else state.down = plus(state.down, -more);
  state.now ??= { buyer, calls: 0, up: "0", down: "0" };
  state.now.calls += 1;
  if (more > 0n) state.now.up = plus(state.now.up, more);
  else state.now.down = plus(state.now.down, -more);
  state.top.push({ callId, buyer, before: String(before), after: String(after) });
}

/** The buyer that was looked at is done: its sums take their place among the largest. */
export function closeBuyer(state: RerateState): void {
  const { now } = state;
  state.now = null;
  state.room = {};
  if (!now) return;
  state.buyersChanged += 1;
  state.buyers = [...state.buyers, now]
    .sort((a, b) => byFirst(BigInt(a.up) + BigInt(a.down), BigInt(b.up) + BigInt(b.down)))
    .slice(0, BUYERS);
}
