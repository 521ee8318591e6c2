"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type ReactNode, useCallback, useState } from "react";

import { useTRPC } from "@/components/api/client";
import type { Outputs, TenantRow } from "@/components/api/outputs";
import { QueryView } from "@/components/api/query-view";
import { ExportLink } from "@/components/exports/export-link";
import { SavedLists } from "@/components/saved-lists/saved-lists";
import { type Permission, useScope } from "@/components/shell/scope";
import { tenantListInput } from "@/components/tenants/tenant-list-input";
import { TenantsFilter } from "@/components/tenants/tenants-filter";
import { TenantsTable } from "@/components/tenants/tenants-table";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/empty";
import { later } from "@/components/ui/later";
import { PageHeader } from "@/components/ui/page-header";
import { useOpen } from "@/components/ui/use-open";
import { useParamsState } from "@/components/ui/use-params-state";
import { useSorted } from "@/components/ui/use-sorted";
import { type Message, msg, say, t } from "@/server/kernel/words";

const OnboardTenant = later(() => import("@/components/tenants/onboard-tenant").then((file) => file.OnboardTenant));
const ImportTenants = later(() => import("@/components/tenants/import-tenants").then((file) => file.ImportTenants));
const TenantPanel = later(() => import("@/components/tenants/tenant-panel").then((file) => file.TenantPanel));
const SuspendMany = later(() => import("@/components/tenants/suspend-many").then((file) => file.SuspendMany));
const PlanMany = later(() => import("@/components/tenants/plan-many").then((file) => file.PlanMany));
const CapsMany = later(() => import("@/components/tenants/caps-many").then((file) => file.CapsMany));
const WriteOwners = later(() => import("@/components/tenants/write-owners").then((file) => file.WriteOwners));
const MoveMoney = later(() => import("@/components/billing/move-money").then((file) => file.MoveMoney));

/** Everybody below this tenant, and how they stand. */
export function TenantsView() {
  const { tenantSlug, tenant, can } = useScope();
  const { params, set } = useParamsState();
  const [onboarding, setOnboarding] = useState(params.get("new") === "1");
  const [importing, setImporting] = useState(false);
  const [paying, setPaying] = useState<TenantRow>();
  const input = tenantListInput(tenantSlug, params);
  const trpc = useTRPC();
  const query = useQuery(trpc.tenants.list.queryOptions(input, { placeholderData: keepPreviousData }));
  const wallet = useQuery(trpc.billing.balance.queryOptions({ tenantSlug }, { enabled: can("balance.read") }));
  const filtered = input.view !== "all" || input.text !== undefined || input.cursor !== undefined;
  const nobody = query.data?.items.length === 0 && !filtered;
  const newButton = can("tenants.write") && tenant.kind !== "customer" && (
    <>
      <Button onClick={() => setImporting(true)}>{t("Import tenants…")}</Button>
      <Button data-shortcut="n" icon="plus" look="primary" onClick={() => setOnboarding(true)}>
        {t("New tenant")}
      </Button>
    </>
  );
  const close = () => {
    setOnboarding(false);
    set({ new: undefined }, "replace");
  };
  return (
    <>
      <PageHeader
        actions={!nobody && <Actions input={input}>{newButton}</Actions>}
        aside={query.data && !nobody && asideText(query.data.matching, filtered)}
        title={t("Tenants")}
      >
        {!nobody && <TenantsFilter input={input} />}
      </PageHeader>
      <QueryView query={query}>
        {(data) =>
          nobody ? (
            <Empty action={newButton} title={t("No tenant below you yet.")}>
              {tenant.kind === "customer"
                ? t("Only resellers and the operator have tenants below them.")
                : t("A new tenant gets a wallet, its first extension and an invitation in one step.")}
            </Empty>
          ) : (
            <Page
              data={data}
              key={input.cursor ?? ""}
              onPay={setPaying}
              scope={query.isPlaceholderData ? undefined : JSON.stringify(input)}
            />
          )
        }
      </QueryView>
      <OpenTenant onPay={setPaying} rows={query.data?.items ?? []} />
      {onboarding && <OnboardTenant onClose={close} />}
      {importing && <ImportTenants onClose={() => setImporting(false)} />}
      {paying && wallet.data && (
        <MoveMoney balance={wallet.data} kind="give" onClose={() => setPaying(undefined)} toSlug={paying.slug} />
      )}
    </>
  );
}

function Actions({ input, children }: Readonly<{ input: ReturnType<typeof tenantListInput>; children: ReactNode }>) {
  const filter = { ...(input.view !== "all" && { view: input.view }), ...(input.text && { text: input.text }) };
  return (
    <>
      <SavedLists page="tenants" />
      <ExportLink filter={filter} list="tenants" />
      {children}
    </>
  );
}

const asideText = (count: number, filtered: boolean): string =>
  filtered
    ? t("{count, plural, one {# match} other {# match}}", { count })
    : t("{count, plural, one {# below you} other {# below you}}", { count });

type PageProps = Readonly<{
  data: Outputs["tenants"]["list"];
  /** Which filter and page the rows are of, when they have come. */
  scope: string | undefined;
  onPay: (row: TenantRow) => void;
}>;

type Act = "plan" | "caps" | "write" | "suspend";

/** What can be done with many at once, and what it needs. */
const acts = [
  { key: "plan", label: msg("Change plan…"), needs: "plans.write" },
  { key: "caps", label: msg("Set caps…"), needs: "billing.write" },
  { key: "write", label: msg("Write to owners…"), needs: "tenants.write" },
  { key: "suspend", label: msg("Suspend tenants…"), needs: "tenants.write" },
] as const satisfies readonly Readonly<{ key: Act; label: Message; needs: Permission }>[];

type ActProps = Readonly<{ act: Act; rows: readonly TenantRow[]; onClose: () => void; onDone: () => void }>;

function ActOnMany({ act, ...rest }: ActProps) {
  if (act === "plan") return <PlanMany {...rest} />;
  if (act === "caps") return <CapsMany {...rest} />;
  return act === "write" ? <WriteOwners {...rest} /> : <SuspendMany {...rest} />;
}

/** One page of the list, and what is done with the rows chosen on it. */
function Page({ data: { items, nextCursor }, scope, onPay }: PageProps) {
  const { can } = useScope();
  const { set } = useParamsState();
  const { openId } = useOpen();
  const sorted = useSorted("name", "after");
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [act, setAct] = useState<Act>();
  // What left the list meanwhile is not acted on.
  const rows = items.filter((item) => chosen.has(item.slug));
  const choose = useCallback((slug: string, on: boolean) => {
    setChosen((before) => new Set(on ? [...before, slug] : [...before].filter((each) => each !== slug)));
  }, []);
  const none = () => setChosen(new Set());
  return (
    <>
      {rows.length > 0 && (
        <div className="sticky top-12 z-20 flex flex-wrap items-center gap-2 border-b bg-bg py-2">
          <span className="me-auto">
            {t("{count, plural, one {# tenant chosen} other {# tenants chosen}}", { count: rows.length })}
          </span>
          {acts
            .filter(({ needs }) => can(needs))
            .map(({ key, label }) => (
              <Button key={key} onClick={() => setAct(key)}>
                {say(label)}
              </Button>
            ))}
          <Button look="quiet" onClick={none}>
            {t("Choose none")}
          </Button>
        </div>
      )}
      <TenantsTable
        chosen={can("tenants.write") ? chosen : undefined}
        live={{ scope, whole: !nextCursor }}
        onChoose={choose}
        onClear={() => set({ q: undefined, view: undefined, after: undefined })}
        onPay={onPay}
        openKey={openId}
        rows={items}
        sorted={sorted}
      />
      <OtherPages next={nextCursor} />
      {act && (
        <ActOnMany
          act={act}
          onClose={() => setAct(undefined)}
          onDone={() => {
            setAct(undefined);
            none();
          }}
          rows={rows}
        />
      )}
    </>
  );
}

function OtherPages({ next }: Readonly<{ next: string | null }>) {
  const { params, set } = useParamsState();
  const later = params.get("after") !== null;
  if (!next && !later) return null;
  return (
    <nav aria-label={t("Pages of tenants")} className="flex items-center justify-end gap-2 py-3">
      {later && <Button onClick={() => set({ after: undefined })}>{t("First page")}</Button>}
      {next && <Button onClick={() => set({ after: next })}>{t("Next page")}</Button>}
    </nav>
  );
}

/** The panel of the tenant that the address names, also when it is on no page that is shown. */
function OpenTenant({ rows, onPay }: Readonly<{ rows: readonly TenantRow[]; onPay: (row: TenantRow) => void }>) {
  const { tenantSlug } = useScope();
  const { openId, close } = useOpen();
  const here = rows.find((row) => row.slug === openId);
  const alone = useQuery(
    useTRPC().tenants.list.queryOptions(
      { tenantSlug, text: openId ?? "", limit: 100 },
      { enabled: openId !== undefined && !here && /^[a-z][a-z0-9-]{2,31}$/.test(openId) },
    ),
  );
  const row = here ?? (openId ? alone.data?.items.find((each) => each.slug === openId) : undefined);
  return row ? <TenantPanel key={row.slug} onClose={close} onPay={onPay} row={row} /> : null;
}
