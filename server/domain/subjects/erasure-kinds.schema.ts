type Words = Readonly<{ name: string; does: string }>;

/** What people read of each kind of row that an erasure goes through, by the name it is counted under. */
export const erasureWords: Readonly<Record<string, Words>> = {
  seat: { name: "Seats", does: "end" },
  sign_in: { name: "Sessions", does: "deleted, with second factors, password and tokens" },
  person: { name: "Person", does: "name and address become a token" },
  mail: { name: "Mails", does: "deleted; in mails to others the words become a token" },
  invitation: { name: "Invitations", does: "deleted" },
  call: { name: "Call records", does: "numbers become tokens; money and talk time stay" },
  tenant_import_row: { name: "Files of tenants", does: "names and addresses become tokens; what waits is refused" },
  brand: { name: "Branding", does: "stays: a reseller's own settings" },
  ledger_transaction: { name: "Words of the ledger", does: "numbers become tokens; amounts stay" },
  dispute: { name: "Disputes", does: "numbers become tokens" },
  dispute_event: { name: "Words in disputes", does: "become a token" },
  cdr_row: { name: "Imported call records", does: "numbers become tokens" },
  security_event: { name: "Security events", does: "become a token" },
  notify_target: { name: "Who is told of incidents", does: "is told no more" },
  export_part: { name: "Exported files", does: "deleted; they can be made again" },
  task: { name: "Long jobs", does: "words become a token" },
  audit_event: {
    name: "Audit trail",
    does: "words become a token and a receipt says so; what a person did stays under an id that leads nowhere",
  },
  statement_line: {
    name: "Lines of statements",
    does: "kept: documents that were issued, wanted by the law on accounts",
  },
  statement: { name: "Statements", does: "kept: documents that were issued, wanted by the law on accounts" },
  evidence_item: { name: "Evidence", does: "kept until its class lets it go: proof for legal claims" },
  evidence_snapshot: { name: "Evidence", does: "kept until its class lets it go: proof for legal claims" },
  number_block: { name: "Number blocks", does: "kept while they hold: they stop fraud" },
  hot_number: { name: "Hot lists", does: "kept while they hold: they stop fraud" },
  extension: { name: "Names of extensions", does: "kept while in use: rename them first" },
  tenant: { name: "Names of tenants", does: "kept while in use: rename them first" },
};

/** The same for one kind, those without words of their own included. */
export const erasureWordsOf = (relation: string): Words =>
  erasureWords[relation] ?? { name: relation.replaceAll("_", " "), does: "words become a token" };
