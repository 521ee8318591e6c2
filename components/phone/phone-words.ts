import type { Problem } from "@/components/phone/phone-store";
import { type Message, msg, say, t } from "@/server/kernel/words";

/** Why there is no microphone, in words for whoever can do something about it. */
export function microphoneProblem(error: unknown): Problem {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") {
    return {
      title: t("The browser may not use the microphone."),
      next: t("Allow it for this site (the sign beside the address), then call again."),
    };
  }
  if (name === "NotFoundError" || name === "OverconstrainedError") {
    return {
      title: t("No microphone was found."),
      next: t("Plug one in, or choose another under Devices, then call again."),
    };
  }
  if (name === "NotReadableError" || name === "AbortError") {
    return {
      title: t("The microphone is in use or does not answer."),
      next: t("Close other programs that use it, then call again."),
    };
  }
  return {
    title: t("This browser gives this page no microphone."),
    next: t("Open the portal by its https:// address in a current browser."),
  };
}

const bySip: Readonly<Record<number, Readonly<{ title: Message; next: Message | "" }>>> = {
  404: { title: msg("There is no such number."), next: msg("Check the number and call again.") },
  480: { title: msg("Nobody answered."), next: msg("Try again later.") },
  484: { title: msg("The number is not complete."), next: msg("Check the number and call again.") },
  486: { title: msg("The line is busy."), next: msg("Try again in a while.") },
  487: { title: msg("Not answered."), next: "" },
  488: {
    title: msg("The telephone system and this browser share no way to speak."),
    next: msg("Try another browser."),
  },
  503: { title: msg("The call could not be put through."), next: msg("Try again in a minute.") },
  603: { title: msg("The call was declined."), next: "" },
};

/** What an ending means, as far as the page can tell: the telephone system's answer, else the phone's own words for it. */
export function endingOf(status: number | undefined, cause: string): Problem | undefined {
  const known = status === undefined ? undefined : bySip[status];
  if (known) return { title: say(known.title), next: known.next && say(known.next) };
  if (status === 402 || status === 403) return { title: t("The call was refused."), next: "" };
  if (/^(?:connection error|rtp timeout|request timeout)$/i.test(cause)) {
    return { title: t("The connection was lost."), next: t("Call again when it is back.") };
  }
  if (/^(?:bad media description|webrtc error)$/i.test(cause)) {
    return { title: t("The voice found no way through."), next: t("A firewall may stop UDP; try another network.") };
  }
  return undefined;
}

/** Good, fair or poor, as one would say after listening. */
export function qualityWord({
  rttMs = 0,
  jitterMs,
  lostPercent,
}: Readonly<{ rttMs?: number | undefined; jitterMs: number; lostPercent: number }>): string {
  if (rttMs > 400 || jitterMs > 50 || lostPercent > 5) return t("voice|Poor");
  if (rttMs > 200 || jitterMs > 25 || lostPercent > 1) return t("voice|Fair");
  return t("voice|Good");
}
