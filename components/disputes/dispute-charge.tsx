"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import Link from "next/link";

import { useTRPC } from "@/components/api/client";
import type { Outputs } from "@/components/api/outputs";
import { refusalOf } from "@/components/api/refusal";
import { Money } from "@/components/billing/money";
import { DisputeState } from "@/components/disputes/dispute-state";
import { reasonChoices, reasonText } from "@/components/disputes/dispute-words";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { ErrorState } from "@/components/ui/error-state";
import type { DisputeReason } from "@/server/domain/disputes/dispute-kinds.schema";
import { t } from "@/server/kernel/words";

/** Beside a receipt: disputes the charge with one press, or shows how its dispute stands. */
export function DisputeCharge({ callId }: Readonly<{ callId: string }>) {
  const { tenantSlug, can } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const { data } = useQuery(
    trpc.disputes.ofCall.queryOptions({ tenantSlug, callId }, { enabled: can("disputes.read") }),
  );
  const open = useMutation(
    trpc.disputes.open.mutationOptions({
      onSuccess: () => queries.invalidateQueries({ queryKey: trpc.disputes.pathKey() }),
    }),
  );
  if (!data) return null;
  return (
    <div className="grid gap-2">
      {data.dispute && <Case dispute={data.dispute} />}
      {data.open && can("disputes.write") && (
        <div>
          <Button busy={open.isPending && t("Opening…")} onClick={() => open.mutate({ tenantSlug, callId })}>
            {data.dispute?.side === "buyer" ? t("Dispute what is left") : t("Dispute this charge")}
          </Button>
        </div>
      )}
      {!data.dispute && data.problem && <p className="text-ink-3">{data.problem}</p>}
      {open.error && <ErrorState {...refusalOf(open.error)} />}
    </div>
  );
}

type Dispute = NonNullable<Outputs["disputes"]["ofCall"]["dispute"]>;

function Case({ dispute }: Readonly<{ dispute: Dispute }>) {
  const { can, hrefOf } = useScope();
  const waits = dispute.side === "buyer" && dispute.state === "open";
  const side = dispute.side === "seller" ? "" : "&side=bought";
  return (
    <div className="grid gap-2 rounded-lg border px-3 py-2.5">
      <p className="flex flex-wrap items-baseline justify-between gap-x-4">
        <Link
          className="figures font-medium underline underline-offset-2"
          href={`${hrefOf("disputes")}?open=${dispute.id}${side}`}
        >
          {dispute.number}
        </Link>
        <span>
          <DisputeState state={dispute.state} />
          {dispute.creditedMicros > 0n && (
            <>
              {" "}
              <Money currency={dispute.currency} micros={dispute.creditedMicros} />
            </>
          )}
        </span>
      </p>
      {waits && dispute.reason === null && can("disputes.write") ? (
        <WhatIsWrong disputeId={dispute.id} />
      ) : (
        <p className="text-ink-2">{reasonText(dispute.reason)}</p>
      )}
    </div>
  );
}

/** One press more says why; nobody has to. */
function WhatIsWrong({ disputeId }: Readonly<{ disputeId: string }>) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const say = useMutation(
    trpc.disputes.comment.mutationOptions({
      onSuccess: () => queries.invalidateQueries({ queryKey: trpc.disputes.pathKey() }),
    }),
  );
  const choose = (reason: DisputeReason) => say.mutate({ tenantSlug, disputeId, reason });
  return (
    <div className="grid gap-2">
      <p className="text-ink-2">{t("The receipt is attached. What is wrong? (optional)")}</p>
      <div className="flex flex-wrap gap-1.5">
        {reasonChoices().map(({ value, label }) => (
          <Button disabled={say.isPending} key={value} onClick={() => choose(value)}>
            {label}
          </Button>
        ))}
      </div>
      {say.error && <ErrorState {...refusalOf(say.error)} />}
    </div>
  );
}
