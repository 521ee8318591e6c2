import type { RefusalCode } from "@/server/kernel/refusals";

type Outcome = "answered" | "busy" | "no_answer" | "cancelled" | "failed";
export type Ending = Readonly<{ outcome: Outcome; reason: RefusalCode | null }>;

/** Q.850 causes that say more than the dial status does. */
const causes: Readonly<Record<number, Ending>> = {
  1: { outcome: "failed", reason: "DST-04" },
  17: { outcome: "busy", reason: "FAR-01" },
  18: { outcome: "no_answer", reason: "FAR-02" },
  19: { outcome: "no_answer", reason: "FAR-02" },
  21: { outcome: "failed", reason: "FAR-03" },
  28: { outcome: "failed", reason: "DST-04" },
};

/**
 * What became of a call that nobody answered, from Asterisk's dial status and hang-up cause.
 * @param status DIALSTATUS; empty when the caller gave up before anything was dialled.
 * @param kind of the call: an own phone that cannot be reached is not the carrier's fault.
 */
export function endingOf(status: string, cause: number, kind: string | undefined): Ending {
  if (status === "ANSWER") return { outcome: "answered", reason: null };
  if (status === "BUSY") return { outcome: "busy", reason: "FAR-01" };
  if (status === "NOANSWER") return { outcome: "no_answer", reason: "FAR-02" };
  if (status === "CANCEL" || status === "") return { outcome: "cancelled", reason: null };
  const atPhone = kind === "internal" || kind === "inbound";
  const told = causes[cause];
  // An own phone that answers "no such number" is not there either: the number that was called is a good one.
  if (told && !(kind === "inbound" && told.reason === "DST-04")) return told;
  return { outcome: "failed", reason: atPhone ? "NET-01" : "NET-02" };
}

/** The same from the disposition of a call detail record, which knows less. */
export function endingOfDisposition(disposition: string, kind: string | undefined): Ending {
  const status = { ANSWERED: "ANSWER", BUSY: "BUSY", "NO ANSWER": "NOANSWER" }[disposition] ?? "CHANUNAVAIL";
  return endingOf(status, 0, kind);
}
