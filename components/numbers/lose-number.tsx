"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTRPC } from "@/components/api/client";
import type { NumberRow } from "@/components/api/outputs";
import { refusalOf } from "@/components/api/refusal";
import { PhoneNumber } from "@/components/calls/phone-number";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { ErrorState } from "@/components/ui/error-state";
import { toast } from "@/components/ui/toast-store";
import { richly } from "@/components/words/rich";
import { msg, say, t } from "@/server/kernel/words";

type Props = Readonly<{ act: "take" | "remove"; number: NumberRow; onClose: () => void; onDone: () => void }>;

const words = {
  take: {
    title: msg("Take the number back"),
    own: msg("{number} is yours again and rings nowhere until you choose. Calls that go on stay."),
    theirs: msg("{number} of {holder} is yours again and rings nowhere until you choose. Calls that go on stay."),
    go: msg("Take back"),
    busy: msg("Taking back…"),
    done: msg("The number is back."),
  },
  remove: {
    title: msg("Take the number out of service"),
    own: msg("{number} is called in vain from now on. Calls that go on stay, and so do the records of past ones."),
    theirs: msg(
      "{number} of {holder} is called in vain from now on. Calls that go on stay, and so do the records of past ones.",
    ),
    go: msg("Take out of service"),
    busy: msg("number|Taking out…"),
    done: msg("The number is out of service."),
  },
} as const;

/** Whoever has it loses it at once, so it is asked. */
export function LoseNumber({ act, number, onClose, onDone }: Props) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const { title, own, theirs, go, busy, done } = words[act];
  const options = {
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: trpc.numbers.pathKey() });
      toast(say(done));
      onDone();
    },
  };
  const [take, remove] = [
    useMutation(trpc.numbers.take.mutationOptions(options)),
    useMutation(trpc.numbers.remove.mutationOptions(options)),
  ];
  const work = act === "take" ? take : remove;
  return (
    <Dialog onClose={onClose} title={say(title)}>
      <div className="grid gap-4">
        <p className="text-md text-ink-2">
          {richly(number.own ? own : theirs, {
            number: <PhoneNumber className="text-ink" formatted={number.formatted} />,
            holder: <bdi>{number.holder.name}</bdi>,
          })}
        </p>
        {work.error && <ErrorState {...refusalOf(work.error)} />}
        <div className="flex justify-end gap-2">
          <Button data-first="" onClick={onClose}>
            {t("Keep")}
          </Button>
          <Button
            busy={work.isPending && say(busy)}
            look="danger"
            onClick={() => work.mutate({ tenantSlug, did: number.number })}
          >
            {say(go)}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
