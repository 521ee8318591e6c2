"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";

import { useTRPC } from "@/components/api/client";
import type { TenantRow } from "@/components/api/outputs";
import { refusalOf } from "@/components/api/refusal";
import { BundleLeft } from "@/components/billing/bundle-left";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { ErrorState } from "@/components/ui/error-state";
import { Section } from "@/components/ui/section";
import { Select } from "@/components/ui/select";
import { toast } from "@/components/ui/toast-store";
import { t } from "@/server/kernel/words";

/** The bundles a tenant has, what is left of each, and those it could be given. */
export function TenantBundles({ row }: Readonly<{ row: TenantRow }>) {
  const { tenantSlug, can } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const held = useQuery(trpc.bundles.held.queryOptions({ tenantSlug, ofTenantSlug: row.slug }));
  const own = useQuery(trpc.bundles.list.queryOptions({ tenantSlug }));
  const settled = { onSettled: () => queries.invalidateQueries({ queryKey: trpc.bundles.pathKey() }) };
  const given = () => toast(t("{name} has the bundle.", { name: row.name }));
  const give = useMutation(trpc.bundles.give.mutationOptions({ ...settled, onSuccess: given }));
  const end = useMutation(
    trpc.bundles.end.mutationOptions({ ...settled, onSuccess: () => toast(t("The bundle pays no new calls.")) }),
  );
  const has = held.data?.items ?? [];
  const free = (own.data?.items ?? []).filter(({ id }) => !has.some((bundle) => bundle.id === id));
  const mine = new Set(own.data?.items.map(({ id }) => id));
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const bundleId = String(new FormData(event.currentTarget).get("bundle") ?? "");
    if (bundleId) give.mutate({ tenantSlug, toTenantSlug: row.slug, bundleId });
  }
  return (
    <Section title={t("Bundles")}>
      {has.length === 0 && <p className="text-ink-3">{t("None.")}</p>}
      {has.map((bundle) => (
        <div className="flex items-start gap-3 border-b pb-2" key={bundle.id}>
          <div className="min-w-0 flex-1">
            <BundleLeft bundle={bundle} />
          </div>
          {can("plans.write") && mine.has(bundle.id) && (
            <Button
              aria-label={t("End {name}", { name: bundle.name })}
              className="min-h-7"
              look="quiet"
              onClick={() => end.mutate({ tenantSlug, toTenantSlug: row.slug, bundleId: bundle.id })}
            >
              {t("act|End")}
            </Button>
          )}
        </div>
      ))}
      {can("plans.write") && free.length > 0 && (
        <form className="flex items-end gap-2" noValidate onSubmit={submit}>
          <div className="min-w-0 flex-1">
            <Select
              choices={free.map(({ id, name }) => ({ value: id, label: name }))}
              label={t("Give a bundle")}
              name="bundle"
            />
          </div>
          <Button busy={give.isPending && t("Giving…")} type="submit">
            {t("Give")}
          </Button>
        </form>
      )}
      {(give.error ?? end.error) && <ErrorState {...refusalOf(give.error ?? end.error)} />}
    </Section>
  );
}
