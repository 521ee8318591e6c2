import { deviceText } from "@/components/extensions/device-text";
import { t } from "@/server/kernel/words";

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

/** A title with the address that it is about, where that is known. */
const from = ({ address }: ConnectStep, known: (address: string) => string, unknown: string): string =>
  address ? known(address) : unknown;

function nth(title: string, count: number): string {
  if (count < 2) return title;
  if (count === 2) return t("{title} (2nd try)", { title });
  return count === 3 ? t("{title} (3rd try)", { title }) : t("{title} ({count}th try)", { title, count });
}

const wrongView = (step: ConnectStep, count: number): StepView => ({
  key: "wrong",
  mark: "bad",
  title: nth(
    from(step, (address) => t("Wrong password from {address}", { address }), t("Wrong password")),
    count,
  ),
  detail: t("Copy the secret again, whole; phones often keep an earlier one."),
  at: step.at,
});

const blockedView = (step: ConnectStep): StepView => ({
  key: "blocked",
  mark: "bad",
  title: from(step, (address) => t("The address {address} is not let in", { address }), t("The address is not let in")),
  detail: t(
    "Too many wrong tries, or a network that is not allowed. Wait five minutes, then try once with the right secret.",
  ),
  at: step.at,
});

const unknownTitle = (step: ConnectStep, name: string | null | undefined): string =>
  name
    ? from(
        step,
        (address) => t('Unknown user name "{name}" from {address}', { name, address }),
        t('Unknown user name "{name}"', { name }),
      )
    : from(step, (address) => t("Unknown user name from {address}", { address }), t("Unknown user name"));

const unknownView = (step: ConnectStep, phone: Expected): StepView => ({
  key: "unknown",
  mark: "bad",
  title: unknownTitle(step, step.username),
  detail: phone.username
    ? t("The user name is {name}, whole, not the number alone.", { name: phone.username })
    : t("Copy the user name whole, not the number alone."),
  at: step.at,
});

/** In the clock of whoever reads it: it is about the next minutes. */
const clock = (at: Date): string => at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });

function bannedTitle(step: ConnectStep): string {
  const { tries, until } = step;
  let title = from(
    step,
    (address) => t("Your address {address} is blocked", { address }),
    t("Your address is blocked"),
  );
  if (tries) title = t("{title} after {tries, plural, one {# wrong try} other {# wrong tries}}", { title, tries });
  return until ? t("{title}, until {time}", { title, time: clock(until) }) : title;
}

const bannedView = (step: ConnectStep): StepView => ({
  key: "banned",
  mark: "bad",
  title: bannedTitle(step),
  detail: step.canLift
    ? t("Take the wrong secret out of the phone that tries it, perhaps another one, then unblock the address.")
    : t(
        "Too many wrong tries came from there, perhaps from another phone. Take the wrong secret out of it, then wait, or ask your provider to lift the ban.",
      ),
  at: step.at,
  ...(step.canLift && step.address ? { unblock: step.address } : {}),
});

const registeredViews = (step: ConnectStep): readonly StepView[] => [
  {
    key: "accepted",
    mark: "ok",
    title: from(step, (address) => t("Credentials accepted from {address}", { address }), t("Credentials accepted")),
    detail: [deviceText(step.userAgent), step.transport].filter(Boolean).join(", "),
    at: step.at,
  },
  { key: "registered", mark: "ok", title: t("Registered"), detail: t("Dial *43 to hear yourself."), at: step.at },
];

type Expected = Readonly<{ server: string; transport: string; username?: string }>;

const silence = ({ server, transport }: Expected): string =>
  t(
    "Nothing has reached us yet. Check the server {server}, that the transport is {transport}, and that SIP ALG is off in your router.",
    {
      server,
      transport: transport.toUpperCase(),
    },
  );

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
  if (troubles.length > 0) return [...troubles, { ...waiting, title: t("Waiting for the next try…") }];
  return [{ ...waiting, title: t("Waiting for your phone…"), ...(silent ? { detail: silence(phone) } : {}) }];
}
