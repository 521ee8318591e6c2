import { exportKinds, exportWords, fileName } from "@/server/domain/exports/export.schema";
import { signalTitles } from "@/server/domain/incidents/incident-title";
import { signals } from "@/server/domain/rules/rule-kinds.schema";
import { type Message, msg, say, spoken, t } from "@/server/kernel/words";

type Said = readonly [stored: RegExp, say: (...found: string[]) => string];

const rerated: Said = [
  /^Re-rating, calls of (\S+) to (\S+)$/,
  (from = "", to = "") => t("Re-rating, calls of {from} to {to}", { from, to }),
];
const compared: Said = [/^Compare (.+)$/, (file = "") => t("Compare {file}", { file })];
const read: Said = [/^Read (.+)$/, (file = "") => t("Read {file}", { file })];

/** What stored titles begin with and go on with, by kind; what the database has is the English. */
const titles: Readonly<Record<string, readonly Said[]>> = {
  "rating.rerate": [
    rerated,
    [
      /^Preview of a re-rating, calls of (\S+) to (\S+)$/,
      (from = "", to = "") => t("Preview of a re-rating, calls of {from} to {to}", { from, to }),
    ],
  ],
  "export.make": [[/^Export: (.+)$/, (list = "") => t("Export: {list}", { list: listText(list) })]],
  "cdr.import": [compared],
  "deck.import": [compared, read],
  "hotlist.import": [[/^Read (.+) into (.+)$/, (file = "", list = "") => t("Read {file} into {list}", { file, list })]],
  "usage.rebuild": [
    [
      /^Make the sums of calls anew from (\S+) to (\S+)$/,
      (from = "", to = "") => t("Make the sums of calls anew from {from} to {to}", { from, to }),
    ],
  ],
  "rule.rehearse": [[/^Rehearse (.+) per \S+$/, (signal = "") => t("Rehearse: {rule}", { rule: ruleText(signal) })]],
  "subject.erase": [
    [/^Count what is known about a number$/, () => t("Count what is known about a number")],
    [/^Count what is known about a person$/, () => t("Count what is known about a person")],
    [/^Erasure of a number$/, () => t("Erasure of a number")],
    [/^Erasure of a person$/, () => t("Erasure of a person")],
  ],
  "tenant.import": [
    [/^Make (\d+) tenants?$/, (n = "0") => t("Make {n, plural, one {# tenant} other {# tenants}}", { n: Number(n) })],
  ],
  "extension.import": [
    [
      /^Make (\d+) extensions?$/,
      (n = "0") => t("Make {n, plural, one {# extension} other {# extensions}}", { n: Number(n) }),
    ],
  ],
};

function listText(stored: string): string {
  const kind = exportKinds.find((one) => exportWords[one].name.toLowerCase() === stored);
  return kind ? fileName(kind) : stored;
}

function ruleText(stored: string): string {
  const signal = signals.find((one) => one.replaceAll("_", " ") === stored);
  return signal ? say(signalTitles[signal]) : stored;
}

const inWords = (stored: string, known: readonly Said[]): string | undefined => {
  for (const [form, said] of known) {
    const found = form.exec(stored);
    if (found) return said(...found.slice(1));
  }
  return undefined;
};

/** The title of a long job in the language of whoever is spoken to; one of an older version in other words stays as it is. */
export const taskTitle = (kind: string, stored: string): string =>
  spoken() === "en" ? stored : (inWords(stored, titles[kind] ?? []) ?? stored);

const notes: readonly Message[] = [
  msg("Adding up"),
  msg("Clearing up"),
  msg("Comparing"),
  msg("Comparing, in steps"),
  msg("Ending"),
  msg("Finding the calls"),
  msg("Looking at the file"),
  msg("Looking for calls that the file does not have"),
  msg("Putting it in place"),
  msg("Reading"),
  msg("Reading, in bytes"),
  msg("Waiting for changes that are under way"),
  msg("Writing"),
];
const counted: readonly Said[] = [
  [/^(\d+) refused$/, (n = "0") => t("{n, plural, one {# refused} other {# refused}}", { n: Number(n) })],
  [
    /^(\d+) would change$/,
    (n = "0") => t("{n, plural, one {# would change} other {# would change}}", { n: Number(n) }),
  ],
  [
    /^(\d+) charges compared$/,
    (n = "0") => t("{n, plural, one {# charge compared} other {# charges compared}}", { n: Number(n) }),
  ],
  [
    /^(\d+) (?:calls|failures), (\d+) times critical$/,
    (seen = "0", n = "0") =>
      t("{seen} seen, {n, plural, one {# time critical} other {# times critical}}", { seen, n: Number(n) }),
  ],
];

/** What a long job says of what it does just now, likewise. An erasure names the table that it is at, which has no other words. */
export function taskNote(kind: string, stored: string): string {
  if (spoken() === "en" || stored === "") return stored;
  if (kind === "subject.erase") return t("Going through the data");
  const known = notes.find((note) => note === stored);
  return known ? say(known) : (inWords(stored, counted) ?? stored);
}
