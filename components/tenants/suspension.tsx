"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";

import { useTRPC } from "@/components/api/client";
import type { TenantRow } from "@/components/api/outputs";
import { refusalOf } from "@/components/api/refusal";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { toast } from "@/components/ui/toast-store";

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
  const back = () => resume.mutate(input, { onSuccess: () => toast(`${row.name} may call again.`) });
  if (row.state !== "active") {
    return (
      <Button busy={resume.isPending && "Resuming…"} onClick={back}>
        Resume tenant
      </Button>
    );
  }
  const stop = () =>
    suspend.mutate(input, {
      onSuccess: () => toast(`${row.name} suspended. Emergency numbers still pass.`, { undo: back }),
    });
  return (
    <Button busy={suspend.isPending && "Suspending…"} onClick={stop}>
      Suspend tenant
    </Button>
  );
}
