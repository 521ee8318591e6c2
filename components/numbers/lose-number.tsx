"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";

import { useTRPC } from "@/components/api/client";
import type { NumberRow } from "@/components/api/outputs";
import { refusalOf } from "@/components/api/refusal";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { ErrorState } from "@/components/ui/error-state";
import { toast } from "@/components/ui/toast-store";

type Props = Readonly<{ act: "take" | "remove"; number: NumberRow; onClose: () => void; onDone: () => void }>;

const words = {
  take: {
    title: "Take the number back",
    does: "is yours again and rings nowhere until you choose. Calls that go on stay.",
    go: "Take back",
    busy: "Taking back…",
    done: "The number is back.",
  },
  remove: {
    title: "Take the number out of service",
    does: "is called in vain from now on. Calls that go on stay, and so do the records of past ones.",
    go: "Take out of service",
    busy: "Taking out…",
    done: "The number is out of service.",
  },
} as const;

/** Whoever has it loses it at once, so it is asked. */
export function LoseNumber({ act, number, onClose, onDone }: Props) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const { title, does, go, busy, done } = words[act];
  const options = {
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: trpc.numbers.pathKey() });
      toast(done);
      onDone();
    },
  };
  const [take, remove] = [
    useMutation(trpc.numbers.take.mutationOptions(options)),
    useMutation(trpc.numbers.remove.mutationOptions(options)),
  ];
  const work = act === "take" ? take : remove;
  return (
    <Dialog onClose={onClose} title={title}>
      <div className="grid gap-4">
        <p className="text-md text-ink-2">
          <span className="figures whitespace-nowrap text-ink">{number.formatted}</span>
          {number.own ? "" : ` of ${number.holder.name}`} {does}
        </p>
        {work.error && <ErrorState {...refusalOf(work.error)} />}
        <div className="flex justify-end gap-2">
          <Button data-first="" onClick={onClose}>
            Keep
          </Button>
          <Button
            busy={work.isPending && busy}
            look="danger"
            onClick={() => work.mutate({ tenantSlug, did: number.number })}
          >
            {go}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
