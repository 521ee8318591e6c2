import type { Permission } from "@/server/domain/tenancy/roles";
import { type Message, msg, say, spoken } from "@/server/kernel/words";

/** What can be taken out as a file. The words are stored: never renamed. */
export const exportKinds = [
  "calls",
  "ledger",
  "extensions",
  "numbers",
  "audit",
  "incidents",
  "security_events",
  "number_blocks",
  "hot_lists",
  "bans",
  "tenants",
  "earnings",
  "everything",
] as const;
export type ExportKind = (typeof exportKinds)[number];
/** Whether a stored word is a kind that this version knows. */
export const isExportKind = (text: string): text is ExportKind => (exportKinds as readonly string[]).includes(text);

/** Incidents and bans are the operator's, tenants and earnings of who has tenants below: a file of them is empty anywhere else. */
export function isThere(kind: ExportKind, tenantKind: string): boolean {
  if (kind === "incidents" || kind === "bans") return tenantKind === "operator";
  return tenantKind !== "customer" || (kind !== "tenants" && kind !== "earnings");
}

/** Lists that days narrow; a scheduled file of one is of the period that is over. */
export const datedKinds: readonly ExportKind[] = ["calls", "ledger", "audit", "security_events"];

/** "csv" says what is stored; "csv_safe" is for spreadsheets, which take some cells for formulas or round numbers. */
export const exportFormats = ["csv", "csv_safe", "jsonl", "pdf"] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** A document is for people to read: beyond this a table is. */
export const MOST_OF_DOCUMENT = 10_000;

/** How a column is written: a moment gets its offset, money and seconds their decimal sign. */
export type CellKind = "text" | "moment" | "money" | "decimal" | "number" | "json";
export type ExportColumn = Readonly<{ key: string; kind: CellKind; about: string }>;

const column = (key: string, kind: CellKind, about: string): ExportColumn => ({ key, kind, about });

type KindOfExport = Readonly<{
  name: Message;
  /** Without it the role can neither ask for such a file nor take one that is there. */
  permission: Permission;
  /** What else it has in it, and so wants as well. */
  also?: readonly Permission[];
  columns: readonly ExportColumn[];
  /** What the file leaves out, and which moment it shows. */
  moment: Message;
}>;

/** What each file has in it, in the order of its columns; names of columns stay. */
export const exportWords: Readonly<Record<ExportKind, KindOfExport>> = {
  calls: {
    name: msg("Calls"),
    permission: "calls.read",
    moment: msg("Every call that was over when the file was asked for. Calls that still went on then are not in it."),
    columns: [
      column("started_at", "moment", "When the call began"),
      column("answered_at", "moment", "When it was answered"),
      column("ended_at", "moment", "When it ended"),
      column("direction", "text", "out, in or internal"),
      column("extension", "text", "Our phone"),
      column("extension_name", "text", "Its name"),
      column("dialled", "text", "As it was dialled"),
      column("number", "text", "In full form, E.164"),
      column("caller", "text", "Who called, of a call from outside"),
      column("country", "text", "Where the number is"),
      column("outcome", "text", "answered, busy, no_answer, failed, blocked or cancelled"),
      column("reason", "text", "The code of a refusal or failure"),
      column("talk_seconds", "decimal", "From answer to end"),
      column("billed_seconds", "number", "As it was charged"),
      column("cost", "money", "Without tax"),
      column("currency", "text", "Of the cost"),
      column("hung_up_by", "text", "The side that ended it"),
      column("call_id", "text", "Ours"),
      column("pbx_call_id", "text", "The telephone system's"),
      column("tenant", "text", "Whose call it is, in a file of all below"),
      column("tenant_name", "text", "Its name"),
      column("paid", "money", "What the tenant directly below paid you, without tax"),
      column("paid_currency", "text", "Of that"),
    ],
  },
  ledger: {
    name: msg("Movements"),
    permission: "balance.read",
    moment: msg("Every movement of the wallet up to the last one when the file was asked for."),
    columns: [
      column("seq", "number", "The place in the wallet's row"),
      column("at", "moment", "When it counts from"),
      column("kind", "text", "charge, tax, top_up, transfer …"),
      column("description", "text", "What it was for"),
      column("amount", "money", "Negative: taken"),
      column("balance", "money", "Afterwards"),
      column("currency", "text", "Of both"),
      column("actor", "text", "Who did it"),
      column("call_id", "text", "Of a charge"),
      column("transaction_id", "text", "Of the ledger"),
    ],
  },
  extensions: {
    name: msg("Extensions"),
    permission: "extensions.read",
    moment: msg("As they stand at the moment the file is made. Secrets are never in it."),
    columns: [
      column("number", "text", "What is dialled"),
      column("name", "text", "For people"),
      column("caller_id", "text", "What others see"),
      column("state", "text", "active or suspended"),
      column("sip_username", "text", "For the phone"),
      column("max_calls", "number", "At once"),
      column("daily_cap", "money", "Of money a day"),
      column("registered", "text", "yes while a phone is there"),
      column("user_agent", "text", "Of that phone"),
      column("address", "text", "Of that phone"),
      column("last_seen_at", "moment", "Of any phone"),
      column("created_at", "moment", "Of the extension"),
      column("extension_id", "text", "Ours"),
    ],
  },
  numbers: {
    name: msg("Numbers"),
    permission: "numbers.read",
    moment: msg("As they stand at the moment the file is made, those given to tenants below as well."),
    columns: [
      column("number", "text", "E.164"),
      column("holder", "text", "Whose it is"),
      column("extension", "text", "Where it rings"),
      column("extension_name", "text", "Its name"),
      column("since", "moment", "Since when"),
    ],
  },
  audit: {
    name: msg("Audit events"),
    permission: "audit.read",
    moment: msg("Every event up to the last one when the file was asked for."),
    columns: [
      column("seq", "number", "The place in the chain"),
      column("at", "moment", "When"),
      column("actor_kind", "text", "user, token, job, cli …"),
      column("actor", "text", "Who"),
      column("acting_for", "text", "The tenant whose seat allowed it"),
      column("action", "text", "What was done"),
      column("subject", "text", "To what"),
      column("outcome", "text", "ok, denied or failed"),
      column("address", "text", "From where"),
      column("request_id", "text", "Of the request"),
      column("before", "json", "Values before"),
      column("after", "json", "Values after"),
    ],
  },
  incidents: {
    name: msg("Incidents"),
    permission: "incidents.read",
    moment: msg("As they stand at the moment the file is made."),
    columns: [
      column("number", "number", "Of the incident"),
      column("title", "text", "What it is about"),
      column("kind", "text", "The signal, or manual"),
      column("severity", "text", "low, medium, high or critical"),
      column("state", "text", "How far it is"),
      column("owner", "text", "Who looks after it"),
      column("signals", "number", "How many were seen"),
      column("first_at", "moment", "The first of them"),
      column("last_at", "moment", "The last of them"),
      column("opened_at", "moment", "When it was opened"),
      column("acknowledged_at", "moment", "When somebody took it"),
      column("contained_at", "moment", "When it was contained"),
      column("closed_at", "moment", "When it was over"),
      column("incident_id", "text", "Ours"),
    ],
  },
  security_events: {
    name: msg("Security events"),
    permission: "security.read",
    moment: msg("Every event up to the moment when the file was asked for, those of tenants below as well."),
    columns: [
      column("at", "moment", "When"),
      column("type", "text", "As the telephone system calls it"),
      column("severity", "text", "low, medium or high"),
      column("account", "text", "The SIP user name that was tried"),
      column("address", "text", "From where"),
      column("transport", "text", "UDP, TCP, TLS …"),
      column("count", "number", "How often the same came within a moment"),
      column("tenant", "text", "Whose phone was tried"),
      column("event_id", "text", "Its place in the list"),
    ],
  },
  number_blocks: {
    name: msg("Blocked numbers"),
    permission: "destinations.read",
    moment: msg("As they stand at the moment the file is made. What is blocked above holds as well and is not in it."),
    columns: [
      column("number", "text", "In full form, or how it begins"),
      column("blocks", "text", "number, or all that begin so"),
      column("why", "text", "As it was noted"),
      column("since", "moment", "Since when"),
    ],
  },
  hot_lists: {
    name: msg("Hot lists"),
    permission: "destinations.read",
    moment: msg("Every number of every list, on or off, as they stand at the moment the file is made."),
    columns: [
      column("number", "text", "In full form, or how it begins"),
      column("blocks", "text", "number, or all that begin so"),
      column("list", "text", "Its list"),
      column("holds", "text", "yes while the list is on"),
    ],
  },
  bans: {
    name: msg("Bans"),
    permission: "bans.read",
    moment: msg("Those that hold and those that are over, as they stand at the moment the file is made."),
    columns: [
      column("network", "text", "The address"),
      column("scope", "text", "sip or web"),
      column("state", "text", "active, lifted or over"),
      column("why", "text", "As it was noted"),
      column("source", "text", "automatic, person, incident or rule"),
      column("by", "text", "Who placed it"),
      column("since", "moment", "Since when"),
      column("until", "moment", "Its end"),
      column("lifted_at", "moment", "When it was taken back"),
      column("hits", "number", "As far as they are counted: the telephone system counts none"),
      column("times_before", "number", "Bans of the same within a week before"),
      column("ban_id", "text", "Ours"),
    ],
  },
  tenants: {
    name: msg("Tenants"),
    permission: "tenants.read",
    moment: msg("Everybody below as they stand at the moment the file is made."),
    columns: [
      column("tenant", "text", "Its short name"),
      column("name", "text", "For people"),
      column("kind", "text", "reseller or customer"),
      column("state", "text", "active or suspended"),
      column("parent", "text", "Whom it buys from"),
      column("plan", "text", "The prices that it buys by"),
      column("available", "money", "What it can spend, with its credit"),
      column("spent_today", "money", "By its own calls"),
      column("currency", "text", "Of both"),
      column("runway_days", "number", "How long the credit lasts at the pace of seven days"),
      column("margin_30_days", "money", "What you earned with it and all below it"),
      column("margin_currency", "text", "Of that"),
      column("live_calls", "number", "Now"),
      column("open_incidents", "number", "That touch its phones"),
      column("extensions", "number", "It has"),
      column("registered", "number", "Of those, with a phone that is there"),
      column("created_at", "moment", "Since when"),
    ],
  },
  earnings: {
    name: msg("Earnings"),
    permission: "tenants.read",
    moment: msg("One month, this one where none is said, as it stands at the moment the file is made."),
    columns: [
      column("month", "text", "In your calendar"),
      column("tenant", "text", "Directly below; empty when it was deleted"),
      column("name", "text", "For people"),
      column("calls", "number", "That were charged"),
      column("paid", "money", "What it paid you, without tax"),
      column("cost", "money", "What the same calls cost you"),
      column("earned", "money", "What is left"),
      column("earned_before", "money", "On the same days of the month before"),
      column("currency", "text", "Of all four"),
    ],
  },
  everything: {
    name: msg("All data"),
    permission: "members.write",
    also: ["calls.read", "balance.read", "extensions.read", "numbers.read", "audit.read"],
    moment: msg(
      "One ZIP: calls, movements and audit events up to now, and extensions, numbers, statements and team as they stand. No secret is in it.",
    ),
    columns: [],
  },
};

/** A file's name within a sentence: small where the language writes such words small. */
export function fileName(kind: ExportKind): string {
  const name = say(exportWords[kind].name);
  return spoken() === "de" ? name : name.toLowerCase();
}
