import { deviceText } from "@/components/extensions/device-text";

export type ConnectStep = Readonly<{
  at: Date;
  kind: string;
  address?: string | null | undefined;
  userAgent?: string | null | undefined;
  transport?: string | null | undefined;
  username?: string | null | undefined;
  until?: Date | null | undefined;
  tries?: number | null | undefined;
  canLift?: boolean | null | undefined;
}>;

export type StepView = Readonly<{
  key: string;
  mark: "waiting" | "ok" | "bad";
  title: string;
  detail?: string;
  at?: Date;
  /** The address that may be let in again. */
  unblock?: string;
}>;

const from = (step: ConnectStep): string => (step.address ? ` from ${step.address}` : "");

const ordinals = ["", "", "2nd", "3rd"] as const;
const nth = (count: number): string => (count < 2 ? "" : ` (${ordinals[count] ?? `${count}th`} try)`);

const wrongView = (step: ConnectStep, count: number): StepView => ({
  key: "wrong",
  mark: "bad",
  title: `Wrong password${from(step)}${nth(count)}`,
  detail: "Copy the secret again, whole; phones often keep an earlier one.",
  at: step.at,
});

const blockedView = (step: ConnectStep): StepView => ({
  key: "blocked",
  mark: "bad",
  title: `The address${step.address ? ` ${step.address}` : ""} is not let in`,
  detail:
    "Too many wrong tries, or a network that is not allowed. Wait five minutes, then try once with the right secret.",
  at: step.at,
});

const unknownView = (step: ConnectStep, phone: Expected): StepView => ({
  key: "unknown",
  mark: "bad",
  title: step.username ? `Unknown user name "${step.username}"${from(step)}` : `Unknown user name${from(step)}`,
  detail: phone.username
    ? `The user name is ${phone.username}, whole, not the number alone.`
    : "Copy the user name whole, not the number alone.",
  at: step.at,
});

/** In the clock of whoever reads it: it is about the next minutes. */
const clock = (at: Date): string => at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });

const bannedView = (step: ConnectStep): StepView => ({
  key: "banned",
  mark: "bad",
  title: [
    `Your address${step.address ? ` ${step.address}` : ""} is blocked`,
    step.tries ? ` after ${step.tries} wrong ${step.tries === 1 ? "try" : "tries"}` : "",
    step.until ? `, until ${clock(step.until)}` : "",
  ].join(""),
  detail: step.canLift
    ? "Take the wrong secret out of the phone that tries it, perhaps another one, then unblock the address."
    : "Too many wrong tries came from there, perhaps from another phone. Take the wrong secret out of it, then wait, or ask your provider to lift the ban.",
  at: step.at,
  ...(step.canLift && step.address ? { unblock: step.address } : {}),
});

const registeredViews = (step: ConnectStep): readonly StepView[] => [
  {
    key: "accepted",
    mark: "ok",
    title: `Credentials accepted${from(step)}`,
    detail: [deviceText(step.userAgent), step.transport].filter(Boolean).join(", "),
    at: step.at,
  },
  { key: "registered", mark: "ok", title: "Registered", detail: "Dial *43 to hear yourself.", at: step.at },
];

type Expected = Readonly<{ server: string; transport: string; username?: string }>;

const silence = ({ server, transport }: Expected): string =>
  `Nothing has reached us yet. Check the server ${server}, that the transport is ${transport.toUpperCase()}, and that SIP ALG is off in your router.`;

/**
 * The steps as sentences. Several wrong passwords in a row are one line with their count, a registration ends the wait,
 * and after 45 seconds without a packet the usual suspects are named.
 */
export function stepsShown(steps: readonly ConnectStep[], silent: boolean, phone: Expected): readonly StepView[] {
  const wrong = steps.filter((step) => step.kind === "wrong_password");
  const lastWrong = wrong.at(-1);
  const blocked = steps.findLast((step) => step.kind === "blocked");
  const unknown = steps.findLast((step) => step.kind === "unknown_user");
  const banned = steps.findLast((step) => step.kind === "banned");
  const registered = steps.findLast((step) => step.kind === "registered");
  const troubles = [
    ...(lastWrong ? [wrongView(lastWrong, wrong.length)] : []),
    ...(unknown ? [unknownView(unknown, phone)] : []),
    ...(banned ? [bannedView(banned)] : blocked ? [blockedView(blocked)] : []),
  ];
  if (registered && (!lastWrong || registered.at >= lastWrong.at)) {
    return [...troubles, ...registeredViews(registered)];
  }
  const waiting = { key: "waiting", mark: "waiting" } as const;
  if (troubles.length > 0) return [...troubles, { ...waiting, title: "Waiting for the next try…" }];
  return [{ ...waiting, title: "Waiting for your phone…", ...(silent ? { detail: silence(phone) } : {}) }];
}
