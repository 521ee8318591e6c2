"use client";

import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";

import { useTRPC } from "@/components/api/client";
import { refusalOf } from "@/components/api/refusal";
import { changesIn, type Draft, effectText, previewOf } from "@/components/destinations/destination-draft";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { toast } from "@/components/ui/toast-store";
import type { Reach } from "@/server/domain/destinations/destination.schema";
import { t } from "@/server/kernel/words";

type Props = Readonly<{ draft: Draft; reach: Reach; onDone: () => void }>;

/** What was switched, what it would have meant for the calls of the last 90 days, and the way to have it hold. */
export function SaveDestinations({ draft, reach, onDone }: Props) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const changes = changesIn(draft);
  const preview = useQuery({
    ...trpc.destinations.preview.queryOptions({ tenantSlug, reach, ...previewOf(draft) }),
    placeholderData: keepPreviousData,
  });
  const save = useMutation(
    trpc.destinations.save.mutationOptions({
      onError: (error) => toast(refusalOf(error).title, { tone: "bad" }),
      onSettled: () => queries.invalidateQueries({ queryKey: trpc.destinations.pathKey() }),
    }),
  );
  const back = changes.map((change) => ({ ...change, open: !change.open }));
  const run = () =>
    save.mutate(
      { tenantSlug, reach, changes },
      {
        onSuccess: () => {
          onDone();
          toast(
            t("{changes, plural, one {The change is active now.} other {# changes are active now.}}", {
              changes: changes.length,
            }),
            {
              undo: () => save.mutate({ tenantSlug, reach, changes: back }),
            },
          );
        },
      },
    );
  useSaveKey(run);

  return (
    <section
      aria-label={t("Changes that are not saved")}
      className="sticky bottom-0 z-20 -mx-1 flex flex-wrap items-center gap-x-4 gap-y-2 border-t bg-surface px-3 py-3 shadow-float max-sm:bottom-14"
    >
      <p className="min-w-0 flex-1 basis-60" role="status">
        <span className="font-medium">
          {t("{changes, plural, one {# change.} other {# changes.}}", { changes: changes.length })}
        </span>{" "}
        <span className="text-ink-2">{preview.data ? effectText(preview.data) : t("Looking back at 90 days…")}</span>
      </p>
      <Button look="quiet" onClick={onDone}>
        {t("Discard")}
      </Button>
      <Button busy={save.isPending && t("Saving…")} look="primary" onClick={run} title={t("Ctrl+Enter")}>
        {t("Save, active now")}
      </Button>
    </section>
  );
}

function useSaveKey(run: () => void): void {
  const latest = useRef(run);
  latest.current = run;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      latest.current();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
}
