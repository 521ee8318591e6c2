"use client";

import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { useTRPC } from "@/components/api/client";
import { Unblock } from "@/components/blocks/unblock";
import { CallEcho } from "@/components/extensions/call-echo";
import { type StepView, stepsShown } from "@/components/extensions/step-words";
import { Moment } from "@/components/shell/moment";
import { useScope } from "@/components/shell/scope";
import { cx } from "@/components/ui/cx";
import { Icon } from "@/components/ui/icon";

type Props = Readonly<{ extensionId: string; since: Date; server: string; transport: string; username: string }>;

/** Most is told by the event stream; what concerns an address alone is asked for. */
const POLL_MS = 1_000;
const SILENCE_MS = 45_000;

const marks = {
  waiting: (
    <span
      aria-hidden="true"
      className="m-1 block size-2 rounded-full bg-info motion-safe:animate-[rf-pulse_2s_ease-in-out_infinite]"
    />
  ),
  ok: <Icon className="text-ok" name="check" />,
  bad: <Icon className="text-bad" name="alert" />,
};

/** What the telephone system has seen of this phone since the panel was opened, as it happens. */
export function ConnectSteps({ extensionId, since, server, transport, username }: Props) {
  const { tenantSlug } = useScope();
  const { data } = useQuery(
    useTRPC().extensions.connectSteps.queryOptions(
      { tenantSlug, extensionId, since },
      { refetchInterval: POLL_MS, staleTime: 0 },
    ),
  );
  const [silent, setSilent] = useState(false);

  useEffect(() => {
    const timer = setTimeout(() => setSilent(true), Math.max(0, since.getTime() + SILENCE_MS - Date.now()));
    return () => clearTimeout(timer);
  }, [since]);

  const steps = stepsShown(data?.steps ?? [], silent, { server, transport, username });
  const registered = data?.steps.some(({ kind }) => kind === "registered") ?? false;
  return (
    <div className="grid gap-3 rounded-lg bg-sunken px-3 py-2.5">
      <ol aria-live="polite" className="grid gap-2">
        {steps.map((step) => (
          <Step key={step.key} step={step} />
        ))}
      </ol>
      {registered && (
        <div>
          <CallEcho extensionId={extensionId} look="primary" />
        </div>
      )}
    </div>
  );
}

function Step({ step }: Readonly<{ step: StepView }>) {
  return (
    <li className="flex items-start gap-2">
      <span className="mt-0.5 shrink-0">{marks[step.mark]}</span>
      <span className="min-w-0 flex-1">
        <span className={cx("font-medium", step.mark === "ok" && "text-ok", step.mark === "bad" && "text-bad")}>
          {step.title}
        </span>
        {step.detail && <span className="block text-ink-2">{step.detail}</span>}
        {step.unblock && <Unblock network={step.unblock} />}
      </span>
      {step.at && (
        <span className="text-xs text-ink-3">
          <Moment at={step.at} />
        </span>
      )}
    </li>
  );
}
