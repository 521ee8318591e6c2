import type { Outputs } from "@/components/api/outputs";
import type { Look } from "@/components/pbx/pbx-words";
import { type Message, msg, say, t } from "@/server/kernel/words";

export type TrunkBoard = Outputs["pbx"]["trunks"];
export type TrunkLine = TrunkBoard["trunks"][number];
export type Way = TrunkLine["sums"]["out"];

/** A few calls tell nothing. */
const ENOUGH = 5;

const failing = ({ calls, failed }: Way): boolean => calls >= ENOUGH && failed * 2 > calls;

/** Whether a trunk works: what the PBX hears from it when it asks, and else what became of its calls. */
export function trunkLook({ sums, contacts }: TrunkLine): Look {
  if (contacts.some(({ status }) => status === "Unreachable")) return { word: t("Unreachable"), health: "ill" };
  if (failing(sums.out)) return { word: t("Fails"), health: "ill" };
  if (contacts.some(({ status }) => status === "Reachable")) return { word: t("Reachable"), health: "well" };
  const { out, in: inbound, live } = sums;
  if (live + out.calls + inbound.calls === 0) return { word: t("No calls"), health: "off" };
  return { word: t("Carries calls"), health: "well" };
}

/** Answered calls of a hundred; undefined of none. */
export const asrOf = ({ calls, answered }: Way): number | undefined =>
  calls > 0 ? Math.round((100 * answered) / calls) : undefined;

/** Causes of Q.850 as people say them. */
const causes: Readonly<Record<number, Message>> = {
  1: msg("No such number"),
  2: msg("No route to that network"),
  3: msg("No route to the destination"),
  16: msg("cause|Hung up before an answer"),
  17: msg("cause|Busy"),
  18: msg("The phone does not respond"),
  19: msg("cause|No answer"),
  20: msg("The phone is switched off"),
  21: msg("cause|Declined"),
  22: msg("The number has changed"),
  27: msg("The destination is out of order"),
  28: msg("The number is incomplete"),
  31: msg("Ended without a cause"),
  34: msg("No free channel"),
  38: msg("The network is out of order"),
  41: msg("A passing fault of the network"),
  42: msg("The carrier is overloaded"),
  44: msg("The channel is not available"),
  47: msg("Nothing left to carry it"),
  58: msg("Not available at present"),
  63: msg("The service is not available"),
  102: msg("Nobody answered the PBX in time"),
  127: msg("A fault between networks"),
};

/** A cause in words, with its number; null is what nobody named. */
export function causeText(cause: number | null): string {
  if (cause === null || cause === 0) return t("Cause not told");
  const known = causes[cause];
  return known ? t("{cause} ({code})", { cause: say(known), code: cause }) : t("Cause {code}", { code: cause });
}
