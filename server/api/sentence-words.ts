import { readSentence } from "@/server/api/sentences-with-names";
import { roleWords } from "@/server/domain/tenancy/role-kinds.schema";
import type { DomainError } from "@/server/kernel/errors";
import { listText } from "@/server/kernel/locale";
import { type Message, msg, say, spoken, t } from "@/server/kernel/words";

/** What domain functions and schemas say of a refusal and of a field, as it stands there; a test compares both. */
export const sentences: readonly Message[] = [
  msg("A bundle needs a name."),
  msg("A code is worth at most 1000.00."),
  msg("A customer has nobody below it: close its own calls instead."),
  msg("A logo has at most 200 kB."),
  msg("A name is required."),
  msg("A new trunk needs at least one network."),
  msg("A plan needs a name."),
  msg("A price is at most 1000."),
  msg("A quotation mark is left open."),
  msg("A short name has at least 3 characters."),
  msg("A short name has at most 32 characters."),
  msg("A subject is required."),
  msg("A suspended tenant cannot take on new ones."),
  msg("A text is required."),
  msg("A transfer can be taken back within 15 minutes. Move the money back instead."),
  msg("A transfer needs two tenants."),
  msg("A whole number of days."),
  msg("A whole number."),
  msg("An amount has at most nine digits before the point."),
  msg("An amount has at most six decimals."),
  msg("An amount is required."),
  msg("An extension number has two to six digits."),
  msg("An incident cannot be merged into itself."),
  msg("At least one day."),
  msg("At most 20 prefixes."),
  msg("At most 30 of them."),
  msg("At most 50 at once."),
  msg("Begin with a lower-case letter."),
  msg("Begin with a new code to scan."),
  msg("Choose a moment within the next 30 days."),
  msg("Choose a password."),
  msg("Choose a plan."),
  msg("Choose a saved card."),
  msg("Choose another incident as well."),
  msg("Choose at least one."),
  msg("Choose why it is dismissed."),
  msg("Credit comes from the tenant above."),
  msg("Critical is below warn: it must be at least that."),
  msg("End with a letter or a digit."),
  msg("Every extension number is in use."),
  msg("From 1 to 99."),
  msg("Give it a name."),
  msg("It is being read: cancel the job first."),
  msg("It is being read: wait for that, or stop it first."),
  msg("It is in use already."),
  msg("It is missing."),
  msg("It is reserved for emergency calls."),
  msg("Name at least one prefix."),
  msg("No control characters."),
  msg("No line breaks or other control characters."),
  msg("No phone in the browser is set up on this installation."),
  msg("No zone of that name."),
  msg("Not below 0."),
  msg("Nothing was changed."),
  msg("Only a dismissal has a reason of this list."),
  msg("Only a message that was held or failed, to somebody who is still told, goes again."),
  msg("Only a stopped or failed job can go on."),
  msg("Only an owner can invite an owner."),
  msg("Only an owner can remove an owner."),
  msg("Only an owner decides about owners."),
  msg("Only resellers and the operator have tenants below them."),
  msg("Only somebody with a seat here can own a follow-up."),
  msg("Only somebody with a seat here can own an incident."),
  msg("Only the operator has this role."),
  msg("Only the operator takes numbers into service or out of it."),
  msg("Refunds are made by the operator, whose provider took the money."),
  msg("Save a name for the brand first."),
  msg("Say what is to be done."),
  msg("Say what it is about."),
  msg("Say whom to tell."),
  msg("Say why, for those who read it later."),
  msg("Say why."),
  msg("Say why: the customer reads it."),
  msg("Say why: who asked, and when."),
  msg("Say why: who finds it next month was not there."),
  msg("Say why: whoever lifts it was not there."),
  msg("Say why: whoever reads it later was not there."),
  msg("Set up a second factor first."),
  msg("Something is left: say why it is done all the same."),
  msg("Somebody else changed this while you typed: it is empty now. Save again to put yours in place of theirs."),
  msg("That batch waits for nobody."),
  msg("That day is not over: choose an earlier one."),
  msg("That deck was applied or dropped: upload the file anew."),
  msg("That is more than one person may post alone: begin with less, then top it up."),
  msg("That is no address of one device. It stands on a label below the phone."),
  msg("That is the name of this installation itself."),
  msg("That is the password you have already."),
  msg("That job is over already."),
  msg("That month has not begun."),
  msg("That plan is not one of yours."),
  msg("That short name is already in use."),
  msg("That token is over. Make a new one."),
  msg("The amount must be more than zero."),
  msg("The amount must not be negative."),
  msg("The codes would have expired already: choose a later day."),
  msg(
    "The credit of this file, with what was posted in the last 24 hours, is more than one person may post alone: make the tenants without it, then top them up.",
  ),
  msg("The end must be after the start."),
  msg("The file has column names and no row."),
  msg("The file is empty."),
  msg("The last day is before the first."),
  msg("The last number is below the first."),
  msg("The least is 1.00."),
  msg("The longest ban cannot be shorter than the first."),
  msg("The maximum charge must not be below the minimum."),
  msg("The money is spent or held by calls, so the transfer cannot be taken back."),
  msg("The most at once is 10000.00."),
  msg("The most at once is 100000.00."),
  msg("The most is 100000.00."),
  msg("The number in full form, such as +49 30 1234567."),
  msg("The period ends before it begins."),
  msg("There is no such country; use two letters such as DE."),
  msg("This call is over."),
  msg("This code is wrong, or was used already."),
  msg("This is not an amount."),
  msg("This is not an e-mail address."),
  msg("This is not the password of your account."),
  msg("This is not your password."),
  msg("This is not your present password."),
  msg("This is the last owner. Invite another owner first."),
  msg("Twelve digits and letters from a to f, such as 80:5E:C0:12:34:56."),
  msg("Two to six digits, not beginning with 0."),
  msg("Use a country's two letters, such as DE."),
  msg("Use a currency's three letters, such as EUR."),
  msg("Use a time zone's name, such as Europe/Berlin."),
  msg("Use a whole number of minutes."),
  msg("Use a whole number."),
  msg("Use lower-case letters, digits and hyphens only."),
  msg(
    "With what was posted in the last 24 hours that is more than one person may post alone: make the tenant without credit, then top it up.",
  ),
  msg("Write a colour such as #2B55D3."),
  msg("Write a plain amount such as 12.50."),
  msg("Write customer or reseller."),
  msg("Write something."),
  msg("Write the code."),
  msg("Write the host name down first."),
  msg("Write the number in full form, such as +49 30 1234567."),
  msg("Write why, in three characters or more."),
  msg("You have no plan of that name."),
  msg("Your password is too short to stand alone: choose a longer one first."),
];
const known: ReadonlySet<string> = new Set(sentences);

/**
 * A sentence of the server in the language of whoever reads the page. English stays as it is, and so does what programs get.
 * @returns null for one that has no words there, such as one made of parts: the page then says what its code means.
 */
export function sentenceInWords(sentence: string): string | null {
  if (spoken() === "en") return sentence;
  const most = /^At most (\d+) characters\.$/.exec(sentence)?.[1];
  if (most) return t("At most {n, plural, one {# character} other {# characters}}.", { n: Number(most) });
  const bound = /^At most (\d+)\.$/.exec(sentence)?.[1];
  if (bound) return t("At most {n}.", { n: Number(bound) });
  if (known.has(sentence)) return say(sentence as Message);
  const read = readSentence(sentence);
  return read ? say(read.message, read.values) : null;
}

/** What is wrong with each field, likewise; a rule without words of its own still marks its field. */
export const problemsInWords = (problems: Readonly<Record<string, string[] | undefined>>): Record<string, string[]> =>
  Object.fromEntries(
    Object.entries(problems).map(([field, found]) => [
      field,
      (found ?? []).map((each) => sentenceInWords(each) ?? t("That is not allowed here.")),
    ]),
  );

/** Values that stand in a refusal as the words of a program; the field of it says which they are. */
const valueWords: Readonly<Record<string, Readonly<Record<string, Message>>>> = {
  action: { keep: msg("kept"), pseudonymise: msg("numbers go"), delete: msg("deleted") },
  roles: roleWords,
};

/** What is there by now, of a refusal that says so, in words; undefined for what was typed, and for what has no other words. */
function nowInWords({ code, detail }: DomainError): string | undefined {
  const { field, there } = detail;
  if (code !== "changed_meanwhile" || typeof there !== "string") return undefined;
  const value: unknown = JSON.parse(there)[String(field)];
  if (typeof value === "boolean") return value ? t("value|on") : t("value|off");
  const known = valueWords[String(field)];
  const words = typeof value === "string" && known ? value.split(" ").map((each) => known[each]) : [];
  return words.length > 0 && words.every((word) => word !== undefined)
    ? listText(words.map((word) => say(word)))
    : undefined;
}

/** A refusal's sentence in the language of whoever reads the page, its values as well; null as for any sentence. */
export function refusalInWords(refusal: DomainError): string | null {
  const now = spoken() === "en" ? undefined : nowInWords(refusal);
  const read = now === undefined ? undefined : readSentence(refusal.sentence);
  return read ? say(read.message, { ...read.values, now: now ?? "" }) : sentenceInWords(refusal.sentence);
}
