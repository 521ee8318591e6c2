import { type Message, msg } from "@/server/kernel/words";

/** Sentences of refusals with a name, a number or an amount in them, each in its place; a test compares them with the code. */
export const sentencesWithNames: readonly Message[] = [
  msg("+{number} is not a number that can exist."),
  msg("A document has at most {most} calls; narrow the filter, or take a table."),
  msg("A file is being read into {name}: wait, or cancel that job."),
  msg("A job of this kind takes the permission {permission}."),
  msg("A tenant has at most {most} lists."),
  msg("A tenant has at most {most} scheduled files; remove one first."),
  msg("An extension has at most {most} desk phones."),
  msg("Another plan of this tenant has the priority {priority}; choose another one."),
  msg("At most {most} days at a time."),
  msg("At most {most} extensions at once. Split the file."),
  msg("At most {most} numbers can be blocked one by one: use a list."),
  msg("At most {most} tenants at once. Split the file."),
  msg("At most {most}: that is what is left of the charge."),
  msg("Incident {number} is part of {parent} already."),
  msg("Incident {number} is part of {parent}: work on that one, or take it out first."),
  msg("Incident {number} still stops calls: release what it contained first."),
  msg("Incident {other} about the same network is open: work on that one instead of {number}."),
  msg("That is more than is left of this payment: at most {most}."),
  msg("That is more than {most} lines; narrow the filter."),
  msg("The DNS did not answer for {name}. Try again in a minute."),
  msg("The keep-list holds {most} networks at most."),
  msg("The money is spent or held by live calls: at most {most} can be refunded."),
  msg("The prices of this file are in {currency}, those of the plan in {plan}."),
  msg("There are {most} tokens; revoke one first."),
  msg("There is no column {column} in this file."),
  msg("There is no country {country}."),
  msg("There is no extension {number}."),
  msg("There is no filter {name} for this list."),
  msg("There is no incident {number}."),
  msg("There is {available} to move, and {asked} was asked for. A credit limit is not money and cannot be moved."),
  msg("Too many codes were tried. Wait {seconds} seconds and try again."),
  msg("What {prefix} cost at that time stays: leave the start out, or choose one to come."),
  msg("Somebody else changed this while you typed: it is {now} now. Save again to put yours in place of theirs."),
  msg("{who} changed this while you typed: it is empty now. Save again to put yours in place of theirs."),
  msg("{who} changed this while you typed: it is {now} now. Save again to put yours in place of theirs."),
  msg("{count} decks wait for a decision already: apply or drop some of them first."),
  msg("{most} links are open for this extension. Revoke one, or wait ten minutes."),
  msg("{network} is not on the keep-list."),
  msg("{prefix} has a price from {from} on: end yours by then."),
  msg("{prefix} has a price planned from {from} on: take that one back first."),
  msg("{prefix} has a price until {until}: begin then or later."),
  msg("{prefix} has a price without an end: choose other hours, or end that one first."),
];

type Form = Readonly<{ message: Message; form: RegExp; names: readonly string[] }>;

const literally = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

const forms: readonly Form[] = sentencesWithNames.map((message) => ({
  message,
  form: new RegExp(
    `^${message
      .split(/\{\w+\}/)
      .map(literally)
      .join("(.{1,200}?)")}$`,
    "s",
  ),
  names: [...message.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? ""),
}));

/** The text of the catalogue that a sentence was made from, and what stands in its places; undefined for one that is none of them. */
export function readSentence(
  sentence: string,
): Readonly<{ message: Message; values: Readonly<Record<string, string>> }> | undefined {
  for (const { message, form, names } of forms) {
    const found = form.exec(sentence);
    if (found) return { message, values: Object.fromEntries(names.map((name, n) => [name, found[n + 1] ?? ""])) };
  }
  return undefined;
}
