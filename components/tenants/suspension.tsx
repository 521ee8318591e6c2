"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";

import { useTRPC } from "@/components/api/client";
import type { TenantRow } from "@/components/api/outputs";
import { refusalOf } from "@/components/api/refusal";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { toast } from "@/components/ui/toast-store";
import { t } from "@/server/kernel/words";

/** Stops a tenant's calls, or lets it call again; either is taken back with one press. */
export function Suspension({ row }: Readonly<{ row: TenantRow }>) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const settled = {
    onSettled: () => queries.invalidateQueries({ queryKey: trpc.tenants.pathKey() }),
    onError: (error: unknown) => toast(refusalOf(error).title, { tone: "bad" as const }),
  };
  const suspend = useMutation(trpc.tenants.suspend.mutationOptions(settled));
  const resume = useMutation(trpc.tenants.resume.mutationOptions(settled));
  const input = { tenantSlug, childSlug: row.slug };
  const back = () => resume.mutate(input, { onSuccess: () => toast(t("{name} may call again.", { name: row.name })) });
  if (row.state !== "active") {
    return (
      <Button busy={resume.isPending && t("Resuming…")} onClick={back}>
        {t("Resume tenant")}
      </Button>
    );
  }
  const stop = () =>
    suspend.mutate(input, {
      onSuccess: () => toast(t("{name} suspended. Emergency numbers still pass.", { name: row.name }), { undo: back }),
    });
  return (
    <Button busy={suspend.isPending && t("Suspending…")} onClick={stop}>
      {t("Suspend tenant")}
    </Button>
  );
}
