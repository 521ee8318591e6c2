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
  name: string;
  /** What is in it, and what "delete" does to it. */
  about: string;
  /** Why it is kept at least as long as its floor says. */
  floor: string;
}>;

/** What people read of each class, on the page and on the command line. */
export const classWords: Readonly<Record<RetentionClass, Words>> = {
  calls: {
    name: "Call records",
    about: "Who called whom. Numbers give way to tokens, here and in the ledger's words; money and talk time stay.",
    floor: "statements, disputes and carriers' bills need the numbers",
  },
  security_events: {
    name: "Security events",
    about: "What the PBX reported: addresses and names that were tried. Whole months go at once.",
    floor: "an attack is understood from the days before it",
  },
  signals: {
    name: "Signals",
    about: "Counters per network and minute that open incidents.",
    floor: "rules look back for a day",
  },
  audit: {
    name: "Audit trail",
    about: "Who changed what. The oldest part of a chain goes; what is left still verifies.",
    floor: "half a year of proof is the least that disputes and auditors ask for",
  },
  evidence: {
    name: "Evidence",
    about: "Snapshots of incidents that are over. The trail keeps the hash of each.",
    floor: "courts and insurers ask within a year",
  },
  mail_content: {
    name: "Content of mails",
    about: "What was written and attached. Address and subject stay.",
    floor: "a mail that failed is sent again by hand",
  },
  mail: {
    name: "Mails",
    about: "The whole record that a mail was sent.",
    floor: "who asks whether it was sent asks within a month",
  },
  invitations: { name: "Invitations", about: "Expired ones, with the address invited.", floor: "one day" },
  tasks: {
    name: "Long jobs",
    about: "Finished imports and the like. One that corrected money stays.",
    floor: "a failed job can be taken up again for a month",
  },
  exports: {
    name: "Exported files",
    about: "Files that people asked for. What was asked stays with the job, so that the file can be made again.",
    floor: "a link that was passed on is opened the next day",
  },
  cdr_rows: {
    name: "Imported call records",
    about: "Rows of files of carriers and PBXs. The file's name and its differences stay.",
    floor: "carriers' bills are disputed for a quarter",
  },
  decks: {
    name: "Rate decks",
    about: "File, rows and differences of decks that were applied or given up. Prices stay.",
    floor: "a deck can be taken back while its rows are there",
  },
  sessions: { name: "Sessions", about: "Of people, after they ended.", floor: "one day" },
  registrations: {
    name: "Registrations",
    about: "When phones came, moved and went, from which address.",
    floor: "one day",
  },
  findings: {
    name: "Findings of rules",
    about: "How often a rule was over its threshold. Incidents that came of it stay.",
    floor: "a rule is tuned by its last month",
  },
  bans: {
    name: "Bans that are over",
    about: "Addresses that were refused for a time. Who comes back is banned for longer while they are on record.",
    floor: "a sender who comes back is known for a month",
  },
  deliveries: {
    name: "Messages about incidents",
    about: "What was sent to webhooks, telephones and addresses, and what they answered.",
    floor: "who asks whether a message came asks within a week",
  },
  differences: {
    name: "Settled differences",
    about: "What reconciliation found and how it was resolved. Open ones stay.",
    floor: "carriers' bills are disputed for a quarter",
  },
  hot_imports: {
    name: "Files of hot lists",
    about: "Which file was read when, and its wrong lines. The list in force stays.",
    floor: "a wrong list is asked about within a month",
  },
  phone_links: {
    name: "Links for phones",
    about: "One-time links to set up a phone, after they ended, and from where they were opened.",
    floor: "one day",
  },
  tokens: {
    name: "API tokens that ended",
    about: "Name, scopes and last use. What was done with one stays in the trail, by the part of it that is shown.",
    floor: "who asks whose token it was asks within a month",
  },
  jobs: {
    name: "Done jobs",
    about: "Names and ids of what the queue has done. They leave no receipt.",
    floor: "one day",
  },
};

/** What is never let go, and says so on the page. */
export const keptByLaw =
  "Ledger, wallets, payments, disputes and statements are never deleted: the law on accounts wants them for years.";

/** A wish beside what counts: the law's floor beats a shorter one, the ceiling a longer one. undefined when they agree. */
export const boundOf = ({
  wishDays,
  days,
}: Readonly<{ wishDays: number; days: number }>): "floor" | "ceiling" | undefined =>
  wishDays === days ? undefined : wishDays < days ? "floor" : "ceiling";
