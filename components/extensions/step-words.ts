import { deviceText } from "@/components/extensions/device-text";

export type ConnectStep = Readonly<{
  at: Date;
  kind: string;
  address?: string | null | undefined;
  userAgent?: string | null | undefined;
}>;

export type StepView = Readonly<{
  key: string;
  mark: "waiting" | "ok" | "bad";
  title: string;
  detail?: string;
  at?: Date;
}>;

const from = (step: ConnectStep): string => (step.address ? ` from ${step.address}` : "");

const ordinals = ["", "", "2nd", "3rd"] as const;
const nth = (count: number): string => (count < 2 ? "" : ` (${ordinals[count] ?? `${count}th`} try)`);

/**
 * The steps as sentences. Several wrong passwords in a row are one line with their count, a registration ends the wait,
 * and after 45 seconds without a packet the usual suspects are named.
 */
export function stepsShown(
  steps: readonly ConnectStep[],
  silent: boolean,
  phone: Readonly<{ server: string; transport: string }>,
): readonly StepView[] {
  const wrong = steps.filter((step) => step.kind === "wrong_password");
  const lastWrong = wrong.at(-1);
  const blocked = steps.findLast((step) => step.kind === "blocked");
  const registered = steps.findLast((step) => step.kind === "registered");
  const views: StepView[] = [];

  if (lastWrong) {
    views.push({
      key: "wrong",
      mark: "bad",
      title: `Wrong password${from(lastWrong)}${nth(wrong.length)}`,
      detail: "Copy the secret again, whole; phones often keep an earlier one.",
      at: lastWrong.at,
    });
  }
  if (blocked) {
    views.push({
      key: "blocked",
      mark: "bad",
      title: `The address${from(blocked)} is not let in`,
      detail:
        "Too many wrong tries, or a network that is not allowed. Wait five minutes, then try once with the right secret.",
      at: blocked.at,
    });
  }
  if (registered && (!lastWrong || registered.at >= lastWrong.at)) {
    views.push({
      key: "accepted",
      mark: "ok",
      title: `Credentials accepted${from(registered)}`,
      detail: deviceText(registered.userAgent),
      at: registered.at,
    });
    views.push({
      key: "registered",
      mark: "ok",
      title: "Registered",
      detail: "Dial *43 to hear yourself.",
      at: registered.at,
    });
    return views;
  }
  if (views.length > 0) return [...views, { key: "waiting", mark: "waiting", title: "Waiting for the next try…" }];
  return [
    {
      key: "waiting",
      mark: "waiting",
      title: "Waiting for your phone…",
      ...(silent
        ? {
            detail: `Nothing has reached us yet. Check the server ${phone.server}, that the transport is ${phone.transport.toUpperCase()}, and that SIP ALG is off in your router.`,
          }
        : {}),
    },
  ];
}
