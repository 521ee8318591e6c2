import type { Outputs } from "@/components/api/outputs";
import type { RuleAction, RuleMode, RuleScope, Signal } from "@/server/domain/rules/rule-kinds.schema";
import { standardOf } from "@/server/domain/rules/rule-kinds.schema";
import { decimalOf } from "@/server/kernel/money";

type Words = Readonly<{ name: string; counts: string }>;
const signals: Readonly<Record<Signal, Words>> = {
  spend: { name: "Money spent", counts: "What calls cost, and what is held for calls that go on." },
  special: {
    name: "Special numbers",
    counts: "Calls to premium and personal numbers, satellites and networks of no country.",
  },
  calls: { name: "Calls", counts: "All calls to the outside, refused ones too." },
  refused: { name: "Refused calls", counts: "Calls that were not connected because something forbade it." },
  new_country: { name: "New countries", counts: "Countries that were never called before." },
  off_hours: {
    name: "Nights and weekends",
    counts: "Calls from 22 to 6 and on the weekend, by the clock of the tenant.",
  },
  short_calls: { name: "Short calls", counts: "Answered calls of less than six seconds." },
  sequential: { name: "Numbers in a row", counts: "Calls to a neighbour of one of the last three numbers called." },
  repeated: { name: "One number again", counts: "Calls to the number that was called most." },
  price: { name: "Dear calls", counts: "The highest price of a minute among the calls." },
  moves: { name: "Registrations that move", counts: "Networks that a phone registered from." },
  denied: { name: "Permissions refused", counts: "What people tried and may not." },
  config: {
    name: "Changes that open doors",
    counts: "New secrets, opened countries, other limits and credit, invitations, rules.",
  },
  sip_failure: { name: "Phone sign-ins", counts: "Sign-ins of phones that failed, by network." },
  sign_in: { name: "Portal sign-ins", counts: "Sign-ins of people that failed, by network." },
  difference: { name: "Differences", counts: "What reconciliation found." },
  ami_login: { name: "PBX login refused", counts: "Minutes in which the telephone system refused the portal." },
  ami_silence: { name: "PBX silent", counts: "Minutes in which the telephone system did not answer." },
  retention: { name: "Retention failed", counts: "Sweeps of retention that were given up." },
};
export const signalWords = (signal: Signal): Words => signals[signal];
/** Its name within a sentence. */
export const signalText = (signal: Signal): string => {
  const { name } = signals[signal] ?? { name: String(signal) };
  return name.startsWith("PBX") ? name : name.charAt(0).toLowerCase() + name.slice(1);
};

/** A stored measure as people read it: micros as an amount. */
export const measureText = (signal: string, scope: string, value: string): string =>
  standardOf(signal, scope)?.money && /^\d+$/.test(value) ? decimalOf(BigInt(value)) : value;

const scopes: Readonly<Record<RuleScope, string>> = { extension: "extension", tenant: "tenant", network: "network" };
export const scopeText = (scope: RuleScope): string => scopes[scope];

const modes: Readonly<Record<RuleMode, string>> = { off: "Off", shadow: "Shadow", enforce: "On" };
export const modeText = (mode: RuleMode): string => modes[mode];
const actions: Readonly<Record<RuleAction, string>> = {
  notify: "Mail the desk",
  open: "Open an incident",
  contain: "Contain",
  ban: "Ban the network",
};
export const actionText = (action: RuleAction): string => actions[action];

type Shown = Outputs["rules"]["list"]["items"][number]["effective"];
/** A rule in one line. */
export const ruleLine = ({ warn, critical, windowMinutes }: Shown): string =>
  `warns at ${plain(warn)}, critical at ${plain(critical)}, within ${minutesText(windowMinutes)}`;

/** Amounts without the zeros that nobody reads. */
export const plain = (value: string): string => value.replace(/(\.\d\d\d*?)0+$/, "$1");
export const minutesText = (minutes: number): string => (minutes % 60 === 0 ? `${minutes / 60} h` : `${minutes} min`);
