import type { Outputs } from "@/components/api/outputs";
import { signalText } from "@/components/rules/rule-words";
import type { Signal } from "@/server/domain/rules/rule-kinds.schema";
import { type Message, msg, t } from "@/server/kernel/words";

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

/** What the incident is about, for whoever asks why; empty where that is said already. */
export const seenText = ({ kind, attack }: Pick<Notice, "kind" | "attack">): string =>
  attack || kind === "manual" ? "" : t("What was seen: {signal}.", { signal: signalText(kind as Signal) });

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
