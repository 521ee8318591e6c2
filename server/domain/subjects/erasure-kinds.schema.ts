import { type Message, msg } from "@/server/kernel/words";

type Words = Readonly<{ name: Message; does: Message }>;

/** What people read of each kind of row that an erasure goes through, by the name it is counted under. */
export const erasureWords: Readonly<Record<string, Words>> = {
  seat: { name: msg("Seats"), does: msg("end") },
  sign_in: { name: msg("Sessions"), does: msg("deleted, with second factors, password and tokens") },
  person: { name: msg("Person"), does: msg("name and address become a token") },
  mail: { name: msg("Mails"), does: msg("deleted; in mails to others the words become a token") },
  invitation: { name: msg("Invitations"), does: msg("deleted") },
  call: { name: msg("Call records"), does: msg("numbers become tokens; money and talk time stay") },
  tenant_import_row: {
    name: msg("Files of tenants"),
    does: msg("names and addresses become tokens; what waits is refused"),
  },
  brand: { name: msg("Branding"), does: msg("stays: a reseller's own settings") },
  ledger_transaction: { name: msg("Words of the ledger"), does: msg("numbers become tokens; amounts stay") },
  dispute: { name: msg("Disputes"), does: msg("numbers become tokens") },
  dispute_event: { name: msg("Words in disputes"), does: msg("become a token") },
  cdr_row: { name: msg("Imported call records"), does: msg("numbers become tokens") },
  security_event: { name: msg("Security events"), does: msg("become a token") },
  notify_target: { name: msg("Who is told of incidents"), does: msg("is told no more") },
  export_part: { name: msg("Exported files"), does: msg("deleted; they can be made again") },
  task: { name: msg("Long jobs"), does: msg("words become a token") },
  audit_event: {
    name: msg("Audit trail"),
    does: msg("words become a token and a receipt says so; what a person did stays under an id that leads nowhere"),
  },
  statement_line: {
    name: msg("Lines of statements"),
    does: msg("kept: documents that were issued, wanted by the law on accounts"),
  },
  statement: { name: msg("Statements"), does: msg("kept: documents that were issued, wanted by the law on accounts") },
  evidence_item: { name: msg("Evidence"), does: msg("kept until its class lets it go: proof for legal claims") },
  evidence_snapshot: { name: msg("Evidence"), does: msg("kept until its class lets it go: proof for legal claims") },
  number_block: { name: msg("Number blocks"), does: msg("kept while they hold: they stop fraud") },
  hot_number: { name: msg("Hot lists"), does: msg("kept while they hold: they stop fraud") },
  extension: { name: msg("Names of extensions"), does: msg("kept while in use: rename them first") },
  tenant: { name: msg("Names of tenants"), does: msg("kept while in use: rename them first") },
};

/** The same for one kind, those without words of their own included. */
export const erasureWordsOf = (relation: string): Words =>
  erasureWords[relation] ?? {
    name: relation.replaceAll("_", " ") as string as Message,
    does: msg("words become a token"),
  };
