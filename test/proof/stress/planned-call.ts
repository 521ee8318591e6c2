import { Random } from "@/test/proof/sim/random";

export const STRESS_PBX = "stress";
export const SLICE_SECONDS = 20;

/** What becomes of the n-th call: the same in every process, and after every kill. */
export function planCall(index: number) {
  const random = new Random(index + 1);
  const answered = random.chance(0.9);
  const renewals = random.int(0, 3);
  // Within the first slice, because a renewal may be refused for want of money.
  const talkMs = answered ? random.int(1, SLICE_SECONDS * 1000) : 0;
  return { call: `${STRESS_PBX}-1700000000.${index + 1}`, answered, renewals, talkMs };
}
