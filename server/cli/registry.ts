import { banCommands } from "./ban-registry";
import type { Command, Entry, LoneCommand } from "./command";
import { incidentCommands } from "./incident-registry";
import { peopleCommands } from "./people-registry";
import { planCommands } from "./plan-registry";
import { recordCommands } from "./record-registry";
import { topUpCommands } from "./top-up-registry";

/** Each command in a file of its own, loaded only when it is asked for: most need little, and starting should be quick. */
const commands: Readonly<Record<string, Entry>> = {
  "operator create": {
    summary: "make the one tenant at the root of an empty database",
    load: async () => (await import("./commands/operator-create")).operatorCreate,
  },
  "tenant create": {
    summary: "make a tenant below the operator or a reseller",
    load: async () => (await import("./commands/tenant-create")).tenantCreate,
  },
  "tenant import": {
    summary: "make the tenants of a CSV file, with dry run",
    load: async () => (await import("./commands/tenant-import")).tenantImport,
  },
  "tenant list": {
    summary: "all tenants with plan and credit",
    load: async () => (await import("./commands/tenant-list")).tenantList,
  },
  "tenant suspend": {
    summary: "end the calls of a tenant and all below it, and refuse new ones",
    load: async () => (await import("./commands/tenant-state")).tenantSuspend,
  },
  "tenant resume": {
    summary: "let a suspended tenant call again",
    load: async () => (await import("./commands/tenant-state")).tenantResume,
  },
  "destinations list": {
    summary: "the countries a tenant may call",
    load: async () => (await import("./commands/destinations")).destinationsList,
  },
  "destinations allow": {
    summary: "open numbers of a country for a tenant's calls",
    load: async () => (await import("./commands/destinations")).destinationsAllow,
  },
  "destinations deny": {
    summary: "close numbers of a country for a tenant's calls",
    load: async () => (await import("./commands/destinations")).destinationsDeny,
  },
  "destinations ranges": {
    summary: "the ranges of numbers that fraud is fond of",
    load: async () => (await import("./commands/destinations")).destinationsRanges,
  },
  "destinations import-ranges": {
    summary: "put a list in place of these ranges",
    load: async () => (await import("./commands/destinations")).destinationsImportRanges,
  },
  ...peopleCommands,
  "extension create": {
    summary: "make an extension; prints its SIP secret this once",
    load: async () => (await import("./commands/extension-make")).extensionCreate,
  },
  "extension rotate": {
    summary: "replace an extension's SIP secret; prints the new one this once",
    load: async () => (await import("./commands/extension-make")).extensionRotate,
  },
  "extension list": {
    summary: "a tenant's extensions and their phones",
    load: async () => (await import("./commands/extension-list")).extensionList,
  },
  "extension suspend": {
    summary: "stop an extension's calls, except to emergency numbers",
    load: async () => (await import("./commands/extension-state")).extensionSuspend,
  },
  "extension resume": {
    summary: "let a suspended extension call again",
    load: async () => (await import("./commands/extension-state")).extensionResume,
  },
  "extension delete": {
    summary: "delete an extension; its calls stay in the list",
    load: async () => (await import("./commands/extension-state")).extensionDelete,
  },
  "extension import": {
    summary: "make the extensions of a CSV file; prints their SIP secrets this once",
    load: async () => (await import("./commands/extension-many")).extensionImport,
  },
  "extension bulk": {
    summary: "suspend, resume, rotate or limit many extensions",
    load: async () => (await import("./commands/extension-many")).extensionBulk,
  },
  "number add": {
    summary: "take a number into service",
    load: async () => (await import("./commands/numbers")).numberAdd,
  },
  "number list": {
    summary: "numbers, who holds them and where they ring",
    load: async () => (await import("./commands/numbers")).numberList,
  },
  "number give": {
    summary: "hand a number to a tenant",
    load: async () => (await import("./commands/numbers")).numberGive,
  },
  "number take": {
    summary: "take a number back from a tenant",
    load: async () => (await import("./commands/numbers")).numberTake,
  },
  "number route": {
    summary: "say at which extension a number rings",
    load: async () => (await import("./commands/numbers")).numberRoute,
  },
  "number release": {
    summary: "take a number out of service",
    load: async () => (await import("./commands/numbers")).numberRelease,
  },
  ...planCommands,
  ...topUpCommands,
  balance: {
    summary: "a tenant's settled, held and available money",
    load: async () => (await import("./commands/money")).balance,
  },
  ledger: { summary: "a tenant's money movements", load: async () => (await import("./commands/money")).ledger },
  transfer: {
    summary: "move money between a tenant and the one directly above it",
    load: async () => (await import("./commands/transfer")).transferMoney,
  },
  "transfer undo": {
    summary: "take a transfer back within 15 minutes",
    load: async () => (await import("./commands/transfer")).transferUndo,
  },
  "credit set": {
    summary: "how far a tenant may go below nothing",
    load: async () => (await import("./commands/terms")).creditSet,
  },
  "tax set": {
    summary: "the tax that is added to a tenant's charges",
    load: async () => (await import("./commands/terms")).taxSet,
  },
  "terms set": {
    summary: "whether a seller sells below cost",
    load: async () => (await import("./commands/terms")).termsSet,
  },
  "terms show": {
    summary: "a tenant's credit limit and tax",
    load: async () => (await import("./commands/terms")).termsShow,
  },
  "limits set": {
    summary: "limit what a tenant's or an extension's calls may cost",
    load: async () => (await import("./commands/limits")).limitsSet,
  },
  "limits show": {
    summary: "the limits that count, and who set them",
    load: async () => (await import("./commands/limits")).limitsShow,
  },
  "limits preview": {
    summary: "what a cap would have stopped in the last 30 days",
    load: async () => (await import("./commands/limits")).limitsPreview,
  },
  calls: {
    summary: "a tenant's calls with what decided them",
    load: async () => (await import("./commands/calls")).calls,
  },
  live: { summary: "the calls that ring or talk now", load: async () => (await import("./commands/calls")).live },
  hangup: { summary: "end a call", load: async () => (await import("./commands/hangup")).hangup },
  reconcile: {
    summary: "where money, calls and ledger differ, and the money at risk",
    load: async () => (await import("./commands/reconcile")).reconcile,
  },
  "dispute list": {
    summary: "disputed charges of a tenant",
    load: async () => (await import("./commands/disputes")).disputeList,
  },
  "dispute open": {
    summary: "dispute what a tenant paid for a call",
    load: async () => (await import("./commands/disputes")).disputeOpen,
  },
  "dispute credit": {
    summary: "give a disputed charge back, or a part of it",
    load: async () => (await import("./commands/disputes")).disputeCredit,
  },
  "dispute reject": {
    summary: "reject a dispute with a reason",
    load: async () => (await import("./commands/disputes")).disputeReject,
  },
  "reconcile resolve": {
    summary: "close a difference with a reason, and settle the call it is about",
    load: async () => (await import("./commands/reconcile")).reconcileResolve,
  },
  "cdr import": {
    summary: "compare a file of call records, of the PBX or of a carrier, with our calls",
    load: async () => (await import("./commands/cdr-import")).cdrImport,
  },
  "cdr list": {
    summary: "the files of call records that were compared",
    load: async () => (await import("./commands/cdr-files")).cdrList,
  },
  "cdr forget": {
    summary: "take a file's records and differences out again",
    load: async () => (await import("./commands/cdr-files")).cdrForget,
  },
  rerate: {
    summary: "price calls again and correct their charges",
    load: async () => (await import("./commands/rerate")).rerateCommand,
  },
  "statement create": {
    summary: "issue a statement of days that are over",
    load: async () => (await import("./commands/statements")).statementCreate,
  },
  "statement list": {
    summary: "a tenant's statements",
    load: async () => (await import("./commands/statements")).statementList,
  },
  "statement get": {
    summary: "write a statement to a file, as PDF or CSV",
    load: async () => (await import("./commands/statements")).statementGet,
  },
  "statement send": {
    summary: "mail a statement to whose it is",
    load: async () => (await import("./commands/statement-mail")).statementSend,
  },
  "statement details": {
    summary: "address and VAT ID on statements",
    load: async () => (await import("./commands/statement-mail")).statementDetails,
  },
  "statement verify": {
    summary: "prove that a statement is as it was issued",
    load: async () => (await import("./commands/statements")).statementVerify,
  },
  ...incidentCommands,
  ...banCommands,
  ...recordCommands,
  doctor: {
    summary: "each part: in order, or what is wrong and how to mend it",
    load: async () => (await import("./doctor")).doctor,
  },
};

export const commandNames: readonly string[] = Object.keys(commands);
export const summaries: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(commands).map(([name, { summary }]) => [name, summary]),
);

export type Found = Readonly<{ name: string; load: () => Promise<Command | LoneCommand>; rest: readonly string[] }>;

/** The command that the first one or two words name; options may stand before them. */
export function findCommand(words: readonly string[]): Found | undefined {
  const at = words.findIndex((word) => !word.startsWith("-"));
  if (at === -1) return undefined;
  for (const length of [2, 1]) {
    const name = words.slice(at, at + length).join(" ");
    const entry = commands[name];
    if (entry) return { name, load: entry.load, rest: [...words.slice(0, at), ...words.slice(at + length)] };
  }
  return undefined;
}
