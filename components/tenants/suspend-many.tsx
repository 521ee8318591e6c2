"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { useTRPC } from "@/components/api/client";
import type { TenantRow } from "@/components/api/outputs";
import { type Refusal, refusalOf } from "@/components/api/refusal";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { countText } from "@/components/ui/count-text";
import { Dialog } from "@/components/ui/dialog";

type Props = Readonly<{ rows: readonly TenantRow[]; onClose: () => void; onDone: () => void }>;
type Refused = Readonly<{ row: TenantRow; refusal: Refusal }>;

/** Suspends tenants one after the other, and says how far it is and which were refused. */
function useSuspendEach(active: readonly TenantRow[], onDone: () => void) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const suspend = useMutation(trpc.tenants.suspend.mutationOptions());
  const [done, setDone] = useState<number>();
  const [refused, setRefused] = useState<readonly Refused[]>([]);

  async function run() {
    const problems: Refused[] = [];
    for (const [index, row] of active.entries()) {
      setDone(index);
      try {
        await suspend.mutateAsync({ tenantSlug, childSlug: row.slug });
      } catch (error) {
        problems.push({ row, refusal: refusalOf(error) });
      }
    }
    setDone(active.length);
    setRefused(problems);
    await queries.invalidateQueries({ queryKey: trpc.tenants.pathKey() });
    if (problems.length === 0) onDone();
  }

  return { done, refused, run };
}

/** Suspends the chosen tenants one after the other: each is a change of its own, so one that is refused stops no other. */
export function SuspendMany({ rows, onClose, onDone }: Props) {
  const active = rows.filter((row) => row.state === "active");
  const { done, refused, run } = useSuspendEach(active, onDone);
  const calls = active.reduce((sum, row) => sum + row.liveCalls, 0);

  const running = done !== undefined && done < active.length;
  const over = done !== undefined && !running;
  return (
    <Dialog holdOpen={running} onClose={over ? onDone : onClose} title="Suspend tenants">
      <div className="grid gap-4">
        {!over && (
          <p className="text-ink-2">
            {countText(active.length, "tenants")} and everybody below them can call emergency numbers only, until you
            let them call again.{" "}
            {calls === 0 ? "None of them is in a call now." : `Calls of theirs that end now: ${calls}.`}
            {rows.length > active.length && ` Already suspended, and left alone: ${rows.length - active.length}.`}
          </p>
        )}
        {over && <p>{countText(active.length - refused.length, "tenants")} suspended. These were not:</p>}
        {refused.length > 0 && (
          <ul className="grid gap-1">
            {refused.map(({ row, refusal }) => (
              <li className="break-words" key={row.slug}>
                <bdi className="font-medium">{row.name}</bdi>: {refusal.title}
              </li>
            ))}
          </ul>
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={over ? onDone : onClose}>{over ? "Close" : "Cancel"}</Button>
          {!over && (
            <Button
              busy={running && `Suspending ${(done ?? 0) + 1} of ${active.length}…`}
              disabled={active.length === 0}
              look="primary"
              onClick={() => void run()}
            >
              Suspend tenants
            </Button>
          )}
        </div>
      </div>
    </Dialog>
  );
}
