import { type Message, msg } from "@/server/kernel/words";

/** What can be kept or let go, as the database names it; the order is that of the page. */
export const retentionClasses = [
  "calls",
  "security_events",
  "registrations",
  "signals",
  "findings",
  "bans",
  "audit",
  "evidence",
  "mail_content",
  "mail",
  "deliveries",
  "invitations",
  "tasks",
  "exports",
  "cdr_rows",
  "differences",
  "decks",
  "hot_imports",
  "sessions",
  "phone_links",
  "tokens",
  "jobs",
] as const;
export type RetentionClass = (typeof retentionClasses)[number];

export const retentionActions = ["keep", "pseudonymise", "delete"] as const;
export type RetentionAction = (typeof retentionActions)[number];

type Words = Readonly<{
  name: Message;
  /** What is in it, and what "delete" does to it. */
  about: Message;
  /** Why it is kept at least as long as its floor says. */
  floor: Message;
}>;

/** What people read of each class, on the page and on the command line. */
export const classWords: Readonly<Record<RetentionClass, Words>> = {
  calls: {
    name: msg("Call records"),
    about: msg(
      "Who called whom. Numbers give way to tokens, here and in the ledger's words; money and talk time stay.",
    ),
    floor: msg("statements, disputes and carriers' bills need the numbers"),
  },
  security_events: {
    name: msg("Security events"),
    about: msg("What the PBX reported: addresses and names that were tried. Whole months go at once."),
    floor: msg("an attack is understood from the days before it"),
  },
  signals: {
    name: msg("Signals"),
    about: msg("Counters per network and minute that open incidents."),
    floor: msg("rules look back for a day"),
  },
  audit: {
    name: msg("Audit trail"),
    about: msg("Who changed what. The oldest part of a chain goes; what is left still verifies."),
    floor: msg("half a year of proof is the least that disputes and auditors ask for"),
  },
  evidence: {
    name: msg("Evidence"),
    about: msg("Snapshots of incidents that are over. The trail keeps the hash of each."),
    floor: msg("courts and insurers ask within a year"),
  },
  mail_content: {
    name: msg("Content of mails"),
    about: msg("What was written and attached. Address and subject stay."),
    floor: msg("a mail that failed is sent again by hand"),
  },
  mail: {
    name: msg("Mails"),
    about: msg("The whole record that a mail was sent."),
    floor: msg("who asks whether it was sent asks within a month"),
  },
  invitations: {
    name: msg("Invitations"),
    about: msg("Expired ones, with the address invited."),
    floor: msg("one day"),
  },
  tasks: {
    name: msg("Long jobs"),
    about: msg("Finished imports and the like. One that corrected money stays."),
    floor: msg("a failed job can be taken up again for a month"),
  },
  exports: {
    name: msg("Exported files"),
    about: msg("Files that people asked for. What was asked stays with the job, so that the file can be made again."),
    floor: msg("a link that was passed on is opened the next day"),
  },
  cdr_rows: {
    name: msg("Imported call records"),
    about: msg("Rows of files of carriers and PBXs. The file's name and its differences stay."),
    floor: msg("carriers' bills are disputed for a quarter"),
  },
  decks: {
    name: msg("Rate decks"),
    about: msg("File, rows and differences of decks that were applied or given up. Prices stay."),
    floor: msg("a deck can be taken back while its rows are there"),
  },
  sessions: { name: msg("Sessions"), about: msg("Of people, after they ended."), floor: msg("one day") },
  registrations: {
    name: msg("Registrations"),
    about: msg("When phones came, moved and went, from which address."),
    floor: msg("one day"),
  },
  findings: {
    name: msg("Findings of rules"),
    about: msg("How often a rule was over its threshold. Incidents that came of it stay."),
    floor: msg("a rule is tuned by its last month"),
  },
  bans: {
    name: msg("Bans that are over"),
    about: msg("Addresses that were refused for a time. Who comes back is banned for longer while they are on record."),
    floor: msg("a sender who comes back is known for a month"),
  },
  deliveries: {
    name: msg("Messages about incidents"),
    about: msg("What was sent to webhooks, telephones and addresses, and what they answered."),
    floor: msg("who asks whether a message came asks within a week"),
  },
  differences: {
    name: msg("Settled differences"),
    about: msg("What reconciliation found and how it was resolved. Open ones stay."),
    floor: msg("carriers' bills are disputed for a quarter"),
  },
  hot_imports: {
    name: msg("Files of hot lists"),
    about: msg("Which file was read when, and its wrong lines. The list in force stays."),
    floor: msg("a wrong list is asked about within a month"),
  },
  phone_links: {
    name: msg("Links for phones"),
    about: msg("One-time links to set up a phone, after they ended, and from where they were opened."),
    floor: msg("one day"),
  },
  tokens: {
    name: msg("API tokens that ended"),
    about: msg(
      "Name, scopes and last use. What was done with one stays in the trail, by the part of it that is shown.",
    ),
    floor: msg("who asks whose token it was asks within a month"),
  },
  jobs: {
    name: msg("Done jobs"),
    about: msg("Names and ids of what the queue has done. They leave no receipt."),
    floor: msg("one day"),
  },
};

/** What is never let go, and says so on the page. */
export const keptByLaw = msg(
  "Ledger, wallets, payments, disputes and statements are never deleted: the law on accounts wants them for years.",
);

/** A wish beside what counts: the law's floor beats a shorter one, the ceiling a longer one. undefined when they agree. */
export const boundOf = ({
  wishDays,
  days,
}: Readonly<{ wishDays: number; days: number }>): "floor" | "ceiling" | undefined =>
  wishDays === days ? undefined : wishDays < days ? "floor" : "ceiling";
