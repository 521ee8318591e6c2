import type { Outputs } from "@/components/api/outputs";
import type { DestinationChange, DestinationPreview, Reach } from "@/server/domain/destinations/destination.schema";
import { hasNormalNumbers, type NumberClass, numberClasses } from "@/server/kernel/number-class";
import { type Message, msg, say, t } from "@/server/kernel/words";

export type Country = Outputs["destinations"]["list"]["items"][number];

/** What was switched and is not saved: by country and class, such as "FR special", whether it is to be open. */
export type Draft = Readonly<Record<string, boolean>>;

const classWords: Readonly<Record<NumberClass, Message>> = {
  normal: msg("number class|Normal"),
  special: msg("number class|Special"),
  fraud: msg("number class|Fraud-prone"),
};

/** What a class is called beside a switch. */
export const classWord = (of: NumberClass): string => say(classWords[of]);

/** The classes that a country has numbers of. */
export const classesOf = (country: string): readonly NumberClass[] =>
  numberClasses.filter((of) => of !== "normal" || hasNormalNumbers(country));

/** Why a switch cannot be opened here, in words; undefined where it can. */
export function lockOf(item: Country, of: NumberClass, reach: Reach): string | undefined {
  if (item.closedAbove[of]) return t("closed by your provider");
  return reach === "own" && item.closedBelow[of] ? t("closed for everybody below") : undefined;
}

/** Whether it is open as it is saved. */
export const savedOpen = (item: Country, of: NumberClass, reach: Reach): boolean =>
  lockOf(item, of, reach) === undefined && (reach === "own" ? item.opened[of] : !item.closedBelow[of]);

/** Whether it is open as it stands on the page. */
export const shownOpen = (draft: Draft, item: Country, of: NumberClass, reach: Reach): boolean =>
  draft[`${item.country} ${of}`] ?? savedOpen(item, of, reach);

/** The draft with one switch set; what is as it was saved is no change any more. A locked one stays. */
export function withSwitch(
  draft: Draft,
  { item, of, reach, open }: Readonly<{ item: Country; of: NumberClass; reach: Reach; open: boolean }>,
): Draft {
  if (lockOf(item, of, reach) !== undefined) return draft;
  const { [`${item.country} ${of}`]: _, ...others } = draft;
  return savedOpen(item, of, reach) === open ? others : { ...others, [`${item.country} ${of}`]: open };
}

/** What stands in a draft as changes to save. */
export const changesIn = (draft: Draft): DestinationChange[] =>
  Object.entries(draft).map(([key, open]) => {
    const [country = "", numbers] = key.split(" ");
    return { country, numbers: numbers as NumberClass, open };
  });

/** The same in the short form that a question takes. */
export function previewOf(draft: Draft): Pick<DestinationPreview, "opens" | "closes"> {
  const changes = changesIn(draft);
  const countries = (of: NumberClass, open: boolean) =>
    changes
      .filter((change) => change.numbers === of && change.open === open)
      .map(({ country }) => country)
      .sort()
      .join(" ");
  const side = (open: boolean) => ({
    normal: countries("normal", open),
    special: countries("special", open),
    fraud: countries("fraud", open),
  });
  return { opens: side(true), closes: side(false) };
}

/** How many of these countries have the class open, as they stand: what a switch for all of them shows. */
export function openAmong(
  draft: Draft,
  items: readonly Country[],
  of: NumberClass,
  reach: Reach,
): "all" | "some" | "none" {
  const able = items.filter((item) => classesOf(item.country).includes(of) && lockOf(item, of, reach) === undefined);
  const open = able.filter((item) => shownOpen(draft, item, of, reach)).length;
  return open === 0 ? "none" : open === able.length ? "all" : "some";
}

/** What a change would have meant, in one sentence. */
export function effectText({ refused, phones, passed }: Outputs["destinations"]["preview"]): string {
  if (refused > 0 && passed > 0) {
    return t(
      "In the last 90 days, {calls, plural, one {# call} other {# calls}} of {phones, plural, one {# phone} other {# phones}} would have been refused, and {passed, plural, one {# refused call} other {# refused calls}} would have passed.",
      { calls: refused, phones, passed },
    );
  }
  if (refused > 0) {
    return t(
      "In the last 90 days, {calls, plural, one {# call} other {# calls}} of {phones, plural, one {# phone} other {# phones}} would have been refused.",
      { calls: refused, phones },
    );
  }
  if (passed === 0) return t("No call of the last 90 days would have met it.");
  return t("In the last 90 days, {passed, plural, one {# refused call} other {# refused calls}} would have passed.", {
    passed,
  });
}
