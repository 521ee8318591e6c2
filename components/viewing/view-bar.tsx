"use client";

import { useMutation } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { useTRPC } from "@/components/api/client";
import type { Shell } from "@/components/api/outputs";
import { refusalOf } from "@/components/api/refusal";
import { Button } from "@/components/ui/button";
import { toast } from "@/components/ui/toast-store";
import { rich } from "@/components/words/rich";
import { roleText } from "@/components/words/role-text";
import { t } from "@/server/kernel/words";

const TICK_MS = 5_000;

/** Whole minutes until then, and never none before it is over; undefined until the browser has said what time it is. */
function useMinutesLeft(until: Date): number | undefined {
  const [left, setLeft] = useState<number>();
  useEffect(() => {
    const tick = () => setLeft(Math.ceil((until.getTime() - Date.now()) / 60_000));
    tick();
    const timer = setInterval(tick, TICK_MS);
    return () => clearInterval(timer);
  }, [until]);
  return left;
}

/** On every page while somebody looks at a tenant below: whose eyes these are, why, and the way out. */
export function ViewBar({ viewing }: Readonly<{ viewing: NonNullable<Shell["viewing"]> }>) {
  const left = useMinutesLeft(viewing.until);
  const over = left !== undefined && left <= 0;
  // What was read with other eyes must not stay on the page.
  useEffect(() => {
    if (over) location.reload();
  }, [over]);
  const end = useMutation(
    useTRPC().viewing.end.mutationOptions({
      onSuccess: () => location.reload(),
      onError: (error) => toast(refusalOf(error).title, { tone: "bad" }),
    }),
  );
  return (
    <aside aria-label={t("You are looking at a tenant")} className="sticky top-12 z-[15] border-b bg-warn-soft">
      <div aria-hidden="true" className="view-stripes h-1.5" />
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-1.5 sm:px-6">
        <p className="min-w-0 flex-1 basis-60 text-ink-2">
          {rich("Looking at <strong>{tenant}</strong> as its {role}; nothing can be changed.", {
            tenant: viewing.tenantName,
            role: roleText(viewing.role),
            strong: (name) => (
              <strong className="font-semibold break-words text-ink" dir="auto">
                {name}
              </strong>
            ),
          })}{" "}
          <span className="max-sm:hidden">{t("Why:")}</span>
          <span className="break-words max-sm:hidden" dir="auto">
            {viewing.reason}
          </span>
        </p>
        {left !== undefined && left > 0 && (
          <span className="tabular-nums text-warn">
            {t("{n, plural, one {# min left} other {# min left}}", { n: left })}
          </span>
        )}
        <Button
          busy={end.isPending && t("Ending…")}
          className="min-h-7"
          data-shortcut="q"
          onClick={() => end.mutate({ tenantSlug: viewing.tenantSlug })}
        >
          {t("End view")} <kbd className="font-mono text-xs text-ink-3 max-sm:hidden">Q</kbd>
        </Button>
      </div>
    </aside>
  );
}
