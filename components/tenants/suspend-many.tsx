"use client";

import { useMutation } from "@tanstack/react-query";
import type { FormEvent } from "react";

import { useTRPC } from "@/components/api/client";
import type { TenantRow } from "@/components/api/outputs";
import { useScope } from "@/components/shell/scope";
import { ManyEnd } from "@/components/tenants/many-end";
import { useEach } from "@/components/tenants/use-each";
import { Dialog } from "@/components/ui/dialog";
import { msg, t } from "@/server/kernel/words";

type Props = Readonly<{ rows: readonly TenantRow[]; onClose: () => void; onDone: () => void }>;

/** Suspends the chosen tenants one after the other: each is a change of its own, so one that is refused stops no other. */
export function SuspendMany({ rows, onClose, onDone }: Props) {
  const { tenantSlug } = useScope();
  const suspend = useMutation(useTRPC().tenants.suspend.mutationOptions());
  const active = rows.filter((row) => row.state === "active");
  const each = useEach(active, onDone);
  const calls = active.reduce((sum, row) => sum + row.liveCalls, 0);
  function submit(event: FormEvent) {
    event.preventDefault();
    void each.run((row) => suspend.mutateAsync({ tenantSlug, childSlug: row.slug }));
  }
  return (
    <Dialog holdOpen={each.running} onClose={each.over ? onDone : onClose} title={t("Suspend tenants")}>
      <form className="grid gap-4" onSubmit={submit}>
        {!each.over && (
          <p className="text-ink-2">
            {t(
              "{count, plural, one {# tenant and everybody below it can call emergency numbers only, until you let them call again.} other {# tenants and everybody below them can call emergency numbers only, until you let them call again.}}",
              { count: active.length },
            )}{" "}
            {calls === 0
              ? t("None of them is in a call now.")
              : t("Calls of theirs that end now: {count}.", { count: calls })}
            {rows.length > active.length &&
              ` ${t("Already suspended, and left alone: {count}.", { count: rows.length - active.length })}`}
          </p>
        )}
        <ManyEnd
          {...each}
          count={active.length}
          doing={msg("Suspending {done} of {count}…")}
          onClose={onClose}
          onDone={onDone}
          submit={t("Suspend tenants")}
        />
      </form>
    </Dialog>
  );
}
