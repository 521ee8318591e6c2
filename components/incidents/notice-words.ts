import type { Outputs } from "@/components/api/outputs";

type Notice = Outputs["notices"]["list"][number];
type Phone = Notice["extensions"][number];

export const noticeWords: Readonly<Record<Notice["state"], string>> = {
  open: "Being looked into",
  stopped: "Stopped",
  over: "Over",
};

/** What a notice is about, in one line. */
export function noticeText({ attack, extensions }: Pick<Notice, "attack" | "extensions">): string {
  const phones = extensions.length === 1 ? "one of your phones" : `${extensions.length} of your phones`;
  return attack ? `Somebody who is not you used the name of ${phones}` : `Your provider looks into ${phones}`;
}

/** What was seen at a phone and done to it. */
export function doneText({ signals, stopped, suspended, secretChangedAt }: Phone): string {
  const done = [
    stopped && "its calls are stopped for now",
    suspended && !stopped && "it is suspended",
    secretChangedAt !== null && "its secret was changed",
  ].filter((text) => text !== false);
  return [`${signals} signals`, ...(done.length > 0 ? done : ["nothing was changed"])].join(", ");
}

/** What is left to do for whoever owns the phones; empty when there is nothing. */
export function whatToDo({ state, extensions }: Pick<Notice, "state" | "extensions">): string {
  const some = (is: (phone: Phone) => boolean) => extensions.some((phone) => !phone.deleted && is(phone));
  if (some(({ secretChangedAt }) => secretChangedAt !== null)) {
    return "set the phone up again with its new secret; until then it cannot register.";
  }
  if (state === "over") return "";
  if (some(({ stopped }) => stopped))
    return "ask your provider before you expect calls from it; it lets it call again.";
  return "if a phone of yours has an old secret, set it up again; if not, give the extension a new secret.";
}
