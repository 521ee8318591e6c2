import type { Problem } from "@/components/phone/phone-store";

/** Why there is no microphone, in words for whoever can do something about it. */
export function microphoneProblem(error: unknown): Problem {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") {
    return {
      title: "The browser may not use the microphone.",
      next: "Allow it for this site (the sign beside the address), then call again.",
    };
  }
  if (name === "NotFoundError" || name === "OverconstrainedError") {
    return {
      title: "No microphone was found.",
      next: "Plug one in, or choose another under Devices, then call again.",
    };
  }
  if (name === "NotReadableError" || name === "AbortError") {
    return {
      title: "The microphone is in use or does not answer.",
      next: "Close other programs that use it, then call again.",
    };
  }
  return {
    title: "This browser gives this page no microphone.",
    next: "Open the portal by its https:// address in a current browser.",
  };
}

const bySip: Readonly<Record<number, Problem>> = {
  404: { title: "There is no such number.", next: "Check the number and call again." },
  480: { title: "Nobody answered.", next: "Try again later." },
  484: { title: "The number is not complete.", next: "Check the number and call again." },
  486: { title: "The line is busy.", next: "Try again in a while." },
  487: { title: "Not answered.", next: "" },
  488: { title: "The telephone system and this browser share no way to speak.", next: "Try another browser." },
  503: { title: "The call could not be put through.", next: "Try again in a minute." },
  603: { title: "The call was declined.", next: "" },
};

/** What an ending means, as far as the page can tell: the telephone system's answer, else the phone's own words for it. */
export function endingOf(status: number | undefined, cause: string): Problem | undefined {
  const known = status === undefined ? undefined : bySip[status];
  if (known) return known;
  if (status === 402 || status === 403) return { title: "The call was refused.", next: "" };
  if (cause === "Connection Error" || cause === "RTP Timeout" || cause === "Request Timeout") {
    return { title: "The connection was lost.", next: "Call again when it is back." };
  }
  if (cause === "Bad Media Description" || cause === "WebRTC Error") {
    return { title: "The voice found no way through.", next: "A firewall may stop UDP; try another network." };
  }
  return undefined;
}

/** Good, fair or poor, as one would say after listening. */
export function qualityWord({
  rttMs = 0,
  jitterMs,
  lostPercent,
}: Readonly<{ rttMs?: number | undefined; jitterMs: number; lostPercent: number }>): string {
  if (rttMs > 400 || jitterMs > 50 || lostPercent > 5) return "Poor";
  if (rttMs > 200 || jitterMs > 25 || lostPercent > 1) return "Fair";
  return "Good";
}
