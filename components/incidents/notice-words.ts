import type { Outputs } from "@/components/api/outputs";
import type { Signal } from "@/server/domain/rules/rule-kinds.schema";
import { type Message, msg, say, t } from "@/server/kernel/words";

type Notice = Outputs["notices"]["list"][number];
type Phone = Notice["extensions"][number];

export const noticeWords: Readonly<Record<Notice["state"], Message>> = {
  open: msg("Being looked into"),
  stopped: msg("notice|Stopped"),
  over: msg("notice|Over"),
};

/** What a notice is about, in one line. */
export function noticeText({ attack, whole, extensions }: Pick<Notice, "attack" | "whole" | "extensions">): string {
  const count = extensions.length;
  if (whole) return t("Your provider looks into your account");
  return attack
    ? t("Somebody who is not you used the name of {count, plural, =1 {one} one {#} other {#}} of your phones", {
        count,
      })
    : t("Your provider looks into {count, plural, =1 {one} one {#} other {#}} of your phones", { count });
}

/** What was seen at a phone and done to it. */
export function doneText({ signals, stopped, suspended, secretChangedAt }: Phone): string {
  const done = [
    stopped && t("its calls are stopped for now"),
    suspended && !stopped && t("it is suspended"),
    secretChangedAt !== null && t("its secret was changed"),
  ].filter((text) => text !== false);
  return [
    t("{signals, plural, one {# signal} other {# signals}}", { signals }),
    ...(done.length > 0 ? done : [t("nothing was changed")]),
  ].join(", ");
}

/** What each signal means to whoever owns the phones. From how much on it counts is the desk's to know. */
const seen: Readonly<Partial<Record<Signal, Message>>> = {
  spend: msg("Calls cost much money."),
  special: msg("Premium, personal or satellite numbers were called."),
  calls: msg("Very many calls were made within a short time."),
  refused: msg("Many calls were tried that are not allowed."),
  new_country: msg("Countries were called that were never called before."),
  off_hours: msg("Many calls were made at night or on the weekend."),
  short_calls: msg("Many calls lasted a few seconds only."),
  sequential: msg("Numbers were called one after the other, as machines do."),
  repeated: msg("One number was called again and again."),
  price: msg("A very dear number was called."),
  moves: msg("A phone registered from many networks within a short time."),
  denied: msg("Somebody tried things at the portal that their role does not allow."),
  config: msg("Settings were changed that let more people or calls in."),
};

/** What the incident is about, for whoever asks why; empty where that is said already. */
export const seenText = ({ kind, attack }: Pick<Notice, "kind" | "attack">): string => {
  const sentence = attack ? undefined : seen[kind as Signal];
  return sentence ? say(sentence) : "";
};

type Event = Notice["history"][number];
type Held = Extract<Event, { calls: number }>;

/** What was done, in sentences; what the desk wrote stands under the last. */
export function eventText(event: Event, company: string): string {
  switch (event.what) {
    case "opened":
      return t("{company} began to look into it.", { company });
    case "over":
      return t("{company} closed it.", { company });
    case "told":
      return t("{company} wrote to you:", { company });
    case "let_go":
      return event.phone === null
        ? t("The stop of all calls was lifted.")
        : event.phone === ""
          ? t("The stop of a deleted extension was lifted.")
          : t("The stop of {phone} was lifted.", { phone: event.phone });
    case "stopped":
      return [stopText(event.phone), ...moreStopped(event)].join(" ");
  }
}

const stopText = (phone: string | null): string =>
  phone === null
    ? t("All calls were stopped, except to emergency numbers.")
    : phone === ""
      ? t("The calls of a deleted extension were stopped.")
      : t("The calls of {phone} were stopped, except to emergency numbers.", { phone });

const moreStopped = ({ calls, secrets }: Held): readonly string[] => [
  ...(calls > 0
    ? [t("{n, plural, one {# call under way was} other {# calls under way were}} ended.", { n: calls })]
    : []),
  ...(secrets > 0
    ? [t("{n, plural, one {# SIP secret was} other {# SIP secrets were}} replaced.", { n: secrets })]
    : []),
];

/** About people at the portal, not about calls. */
const notCalls: ReadonlySet<string> = new Set(["denied", "config"]);

/** What is left to do for whoever owns the phones; empty when there is nothing. */
export function whatToDo({
  state,
  kind,
  attack,
  stopped: all,
  extensions,
}: Pick<Notice, "state" | "kind" | "attack" | "stopped" | "extensions">): string {
  const some = (is: (phone: Phone) => boolean) => extensions.some((phone) => !phone.deleted && is(phone));
  if (some(({ secretChangedAt }) => secretChangedAt !== null)) {
    return t("set the phone up again with its new secret; until then it reaches nobody, emergency numbers included.");
  }
  if (state === "over") return "";
  if (all || some(({ stopped }) => stopped))
    return t("ask your provider before you expect calls from it; it lets it call again.");
  if (notCalls.has(kind)) return "";
  if (!attack) return t("look whether these calls were yours; if not, give the extension a new secret.");
  return t("if a phone of yours has an old secret, set it up again; if not, give the extension a new secret.");
}
