import type { Outputs } from "@/components/api/outputs";
import { type Message, msg, t } from "@/server/kernel/words";

type Notice = Outputs["notices"]["list"][number];
type Phone = Notice["extensions"][number];

export const noticeWords: Readonly<Record<Notice["state"], Message>> = {
  open: msg("Being looked into"),
  stopped: msg("notice|Stopped"),
  over: msg("notice|Over"),
};

/** What a notice is about, in one line. */
export function noticeText({ attack, extensions }: Pick<Notice, "attack" | "extensions">): string {
  const count = extensions.length;
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

/** What is left to do for whoever owns the phones; empty when there is nothing. */
export function whatToDo({ state, extensions }: Pick<Notice, "state" | "extensions">): string {
  const some = (is: (phone: Phone) => boolean) => extensions.some((phone) => !phone.deleted && is(phone));
  if (some(({ secretChangedAt }) => secretChangedAt !== null)) {
    return t("set the phone up again with its new secret; until then it cannot register.");
  }
  if (state === "over") return "";
  if (some(({ stopped }) => stopped))
    return t("ask your provider before you expect calls from it; it lets it call again.");
  return t("if a phone of yours has an old secret, set it up again; if not, give the extension a new secret.");
}
