import type { Outputs } from "@/components/api/outputs";
import { withinText } from "@/components/words/within";
import type { RuleAction, RuleMode, RuleScope, Signal } from "@/server/domain/rules/rule-kinds.schema";
import { ANY_MICROS, type RuleKey, standardOf } from "@/server/domain/rules/rule-kinds.schema";
import { decimalOf } from "@/server/kernel/money";
import { type Message, msg, say, t } from "@/server/kernel/words";

type Words = Readonly<{ name: Message; counts: Message }>;
const signals: Readonly<Record<Signal, Words>> = {
  spend: { name: msg("Money spent"), counts: msg("What calls cost, and what is held for calls that go on.") },
  spend_day: {
    name: msg("Money spent in a day"),
    counts: msg(
      "What calls cost, and what is held for calls that go on. Both thresholds rise until critical is twice what the dearest day of the last four weeks cost; while fewer than three days tell, to three times at least.",
    ),
  },
  special: {
    name: msg("Special numbers"),
    counts: msg("Calls to premium and personal numbers, satellites and networks of no country."),
  },
  calls: { name: msg("Calls"), counts: msg("All calls to the outside, refused ones too.") },
  refused: { name: msg("Refused calls"), counts: msg("Calls that were not connected because something forbade it.") },
  new_country: { name: msg("New countries"), counts: msg("Countries that were never called before.") },
  off_hours: {
    name: msg("Nights and weekends"),
    counts: msg("Calls from 22 to 6 and on the weekend, by the clock of the tenant."),
  },
  short_calls: { name: msg("Short calls"), counts: msg("Answered calls of less than six seconds.") },
  sequential: {
    name: msg("Numbers in a row"),
    counts: msg("Calls to a neighbour of one of the last three numbers called."),
  },
  repeated: { name: msg("One number again"), counts: msg("Calls to the number that was called most.") },
  price: { name: msg("Dear calls"), counts: msg("The highest price of a minute among the calls.") },
  moves: { name: msg("Registrations that move"), counts: msg("Networks that a phone registered from.") },
  denied: { name: msg("Permissions refused"), counts: msg("What people tried and may not.") },
  config: {
    name: msg("Changes that open doors"),
    counts: msg(
      "Points for what opens doors: 40 for a hot list switched off, a rule loosened, a token that changes things and the like; 10 or 20 for networks let in, credit and limits raised; 1 for a new secret or an invitation.",
    ),
  },
  sip_failure: { name: msg("Phone sign-ins"), counts: msg("Sign-ins of phones that failed, by network.") },
  sign_in: { name: msg("Portal sign-ins"), counts: msg("Sign-ins of people that failed, by network.") },
  difference: {
    name: msg("Differences"),
    counts: msg("Money at risk in what reconciliation found and is still open, however old."),
  },
  ami_login: {
    name: msg("PBX login refused"),
    counts: msg("Minutes in which the telephone system refused the portal."),
  },
  ami_intrusion: {
    name: msg("Manager interface attacked"),
    counts: msg("Refused sign-ins at the manager interface of the telephone system, by network."),
  },
  ami_silence: { name: msg("PBX silent"), counts: msg("Minutes in which the telephone system did not answer.") },
  retention: { name: msg("Retention failed"), counts: msg("Sweeps of retention that were given up.") },
};
export const signalWords = (signal: Signal) => ({
  name: say(signals[signal].name),
  counts: say(signals[signal].counts),
});
/** Its name within a sentence. */
export const signalText = (signal: Signal): string => {
  const words = signals[signal] as Words | undefined;
  return words ? withinText(say(words.name)) : String(signal);
};

/** A stored measure as people read it: micros as an amount. */
export const measureText = (signal: string, scope: string, value: string): string =>
  standardOf(signal, scope)?.money && /^\d+$/.test(value) ? decimalOf(BigInt(value)) : value;

const scopes: Readonly<Record<RuleScope, Message>> = {
  extension: msg("extension"),
  tenant: msg("tenant"),
  network: msg("network"),
};
export const scopeText = (scope: RuleScope): string => say(scopes[scope]);

const modes: Readonly<Record<RuleMode, Message>> = {
  off: msg("Off"),
  shadow: msg("Shadow"),
  enforce: msg("On"),
};
export const modeText = (mode: RuleMode): string => say(modes[mode]);
const actions: Readonly<Record<RuleAction, Message>> = {
  notify: msg("Mail the desk"),
  open: msg("Open an incident"),
  contain_unusual: msg("Contain what is unusual"),
  contain: msg("Contain"),
  ban: msg("Ban the network"),
};
export const actionText = (action: RuleAction): string => say(actions[action]);

type Row = Outputs["rules"]["list"]["items"][number];
/** A threshold: a count, or an amount with its currency. */
export const amountText = ({ money, currency }: Pick<Row, "money" | "currency">, value: string): string =>
  money ? `${plain(value)} ${currency}` : plain(value);
type Of = Pick<Row, "signal" | "scope" | "money" | "currency">;
/** What holds by a rule, in one line. What is judged by how long it stays open has no window. */
export function ruleLine(row: Of, { windowMinutes, ...rule }: Row["effective"]): string {
  const minutes = openMinutesOf(row);
  const [warn, critical] = [amountText(row, rule.warn), amountText(row, rule.critical)];
  const time = minutesText(minutes ?? windowMinutes);
  if (minutes === null) {
    return t("warns at {warn}, critical at {critical}, within {time}", { warn, critical, time });
  }
  return rule.warn === ANY_MICROS
    ? t("warns of any that is open for {time}, critical at {critical} at risk", { critical, time })
    : t("of what is open for {time}: warns at {warn} at risk, critical at {critical}", { warn, critical, time });
}
const openMinutesOf = ({ signal, scope }: RuleKey): number | null => standardOf(signal, scope)?.openMinutes ?? null;
/** Over how long a rule counts. */
export function spanText(of: RuleKey, { windowMinutes }: Pick<Row["effective"], "windowMinutes">): string {
  const minutes = openMinutesOf(of);
  return minutes === null ? minutesText(windowMinutes) : t("open {time}", { time: minutesText(minutes) });
}
/** From how much on it warns. */
export const warnText = (row: Of, warn: string): string =>
  warn === ANY_MICROS && openMinutesOf(row) !== null ? t("threshold|any") : amountText(row, warn);

/** Amounts without the zeros that nobody reads. */
export const plain = (value: string): string => value.replace(/(\.\d\d\d*?)0+$/, "$1");
export const minutesText = (minutes: number): string =>
  minutes % 60 === 0 ? t("{n} h", { n: minutes / 60 }) : t("{n} min", { n: minutes });
