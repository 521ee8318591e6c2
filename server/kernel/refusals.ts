import { type Message, msg } from "@/server/kernel/words";

/**
 * Why a call was refused or ended early. One code, the same in the row, the API, the SIP answer and the documentation.
 * `sip` is what the phone hears, `sentence` what a person reads, `fix` the button that mends it.
 */
export const refusals = {
  "BAL-01": {
    sip: 402,
    sentence: msg("Not enough available credit for the first interval."),
    fix: { label: msg("Top up"), page: "balance" },
  },
  "BAL-02": {
    sip: 402,
    sentence: msg("The call ended because the credit ran out."),
    fix: { label: msg("Top up"), page: "balance" },
  },
  "BAL-03": {
    sip: 402,
    sentence: msg("Your provider cannot carry this call at the moment."),
    fix: { label: msg("Contact your provider"), page: "home" },
  },
  "CAP-01": {
    sip: 403,
    sentence: msg("The daily spending cap is reached."),
    fix: { label: msg("Raise the cap"), page: "limits" },
  },
  "CAP-02": {
    sip: 403,
    sentence: msg("The monthly spending cap is reached."),
    fix: { label: msg("Raise the cap"), page: "limits" },
  },
  "CAP-03": {
    sip: 403,
    sentence: msg("The call would cost more than the cap per call allows."),
    fix: { label: msg("Raise the cap"), page: "limits" },
  },
  "CAP-04": {
    sip: 403,
    sentence: msg("A minute to this number costs more than the highest price allowed."),
    fix: { label: msg("Allow a higher price"), page: "limits" },
  },
  "DST-01": {
    sip: 403,
    sentence: msg("Calls to this country are closed."),
    fix: { label: msg("Open this country"), page: "destinations" },
  },
  "DST-02": {
    sip: 403,
    sentence: msg("Calls to premium, shared-cost, personal and satellite numbers of this country are closed."),
    fix: { label: msg("Open special numbers"), page: "destinations" },
  },
  "DST-03": {
    sip: 403,
    sentence: msg("The number is on a list of numbers that fraud uses."),
    fix: { label: msg("Show blocks"), page: "blocks" },
  },
  "DST-04": {
    sip: 484,
    sentence: msg("The number is not complete or not valid."),
    fix: { label: msg("Show the expected form"), page: "calls" },
  },
  "DST-05": {
    sip: 403,
    sentence: msg("Calls to this number are blocked."),
    fix: { label: msg("Show blocks"), page: "blocks" },
  },
  "DST-06": {
    sip: 403,
    sentence: msg("The number is in a range that fraud is fond of, and such ranges of this country are closed."),
    fix: { label: msg("Open these ranges"), page: "destinations" },
  },
  "RAT-01": {
    sip: 403,
    sentence: msg("There is no price for this number."),
    fix: { label: msg("Ask your provider"), page: "home" },
  },
  "RAT-02": {
    sip: 403,
    sentence: msg("The call would be sold below cost."),
    fix: { label: msg("Fix the price"), page: "plans" },
  },
  "RAT-03": {
    sip: 403,
    sentence: msg("The call ended because it reached the maximum charge of its price."),
    fix: { label: msg("Show the price"), page: "plans" },
  },
  "LIM-01": {
    sip: 486,
    sentence: msg("Too many calls at once."),
    fix: { label: msg("Show live calls"), page: "live" },
  },
  "LIM-02": {
    sip: 503,
    sentence: msg("Too many calls in a short time."),
    fix: { label: msg("Show calls"), page: "calls" },
  },
  "SEC-01": {
    sip: 403,
    sentence: msg("The extension is suspended; only emergency numbers can be dialled."),
    fix: { label: msg("Resume the extension"), page: "extensions" },
  },
  "SEC-02": {
    sip: 403,
    sentence: msg("Calling is suspended for this tenant; only emergency numbers can be dialled."),
    fix: { label: msg("Contact your provider"), page: "home" },
  },
  "INC-01": {
    sip: 403,
    sentence: msg("Calls are stopped because of an incident; only emergency numbers can be dialled."),
    fix: { label: msg("Contact your provider"), page: "home" },
  },
  "INC-02": {
    sip: 403,
    sentence: msg("Calls to this number are stopped because of an incident."),
    fix: { label: msg("Contact your provider"), page: "home" },
  },
  "AUT-02": {
    sip: 403,
    sentence: msg("The phone is not known here."),
    fix: { label: msg("Show extensions"), page: "extensions" },
  },
  "NUM-01": {
    sip: 404,
    sentence: msg("The number that was called is not in service."),
    fix: { label: msg("Show extensions"), page: "extensions" },
  },
  "NET-01": {
    sip: 480,
    sentence: msg("The phone is not reachable."),
    fix: { label: msg("Show extensions"), page: "extensions" },
  },
  "NET-02": {
    sip: 503,
    sentence: msg("The carrier could not complete the call."),
    fix: { label: msg("Try again"), page: "calls" },
  },
  "FAR-01": { sip: 486, sentence: msg("The other side was busy."), fix: null },
  "FAR-02": { sip: 480, sentence: msg("Nobody answered."), fix: null },
  "FAR-03": { sip: 603, sentence: msg("The other side declined."), fix: null },
  "SYS-02": {
    sip: 503,
    sentence: msg("The call ended because its grant could not be renewed."),
    fix: { label: msg("Show system state"), page: "home" },
  },
  "SYS-01": {
    sip: 403,
    sentence: msg("Call control was not available, so the call was refused."),
    fix: { label: msg("Show system state"), page: "home" },
  },
} as const satisfies Record<string, { sip: number; sentence: Message; fix: { label: Message; page: string } | null }>;

export type RefusalCode = keyof typeof refusals;
export const isRefusalCode = (code: string): code is RefusalCode => Object.hasOwn(refusals, code);
