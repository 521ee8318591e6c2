"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useCallback } from "react";

import { useTRPC } from "@/components/api/client";
import { QueryView } from "@/components/api/query-view";
import { disputeInput } from "@/components/disputes/dispute-input";
import { stateWords } from "@/components/disputes/dispute-words";
import { DisputesTable } from "@/components/disputes/disputes-table";
import { SavedLists } from "@/components/saved-lists/saved-lists";
import { useScope } from "@/components/shell/scope";
import { buttonClass } from "@/components/ui/button-class";
import { later } from "@/components/ui/later";
import { PageHeader } from "@/components/ui/page-header";
import { Pages } from "@/components/ui/pages";
import { SearchBox } from "@/components/ui/search-box";
import { Select } from "@/components/ui/select";
import { useOpen } from "@/components/ui/use-open";
import { useParamsState } from "@/components/ui/use-params-state";
import { disputeStates } from "@/server/domain/disputes/dispute-kinds.schema";
import { t } from "@/server/kernel/words";

const DisputePanel = later(() => import("@/components/disputes/dispute-panel").then((file) => file.DisputePanel));

const stateChoices = () => [
  { value: "", label: t("Any state") },
  ...disputeStates.map((value) => ({ value, label: stateWords(value).word })),
];

/** Charges that somebody does not agree with: those of customers, and one's own with the provider. */
export function DisputesView() {
  const { tenantSlug, tenant, can, hrefOf } = useScope();
  const { params, set } = useParamsState();
  const { openId, close } = useOpen();
  const sells = tenant.kind !== "customer";
  const input = disputeInput(tenantSlug, params, sells);
  const query = useQuery(useTRPC().disputes.list.queryOptions(input, { placeholderData: keepPreviousData }));
  return (
    <>
      <PageHeader
        actions={
          <>
            <SavedLists page="disputes" />
            {sells && can("billing.write") && (
              <Link className={buttonClass()} href={hrefOf("disputes/rerate")}>
                {t("Re-rate calls…")}
              </Link>
            )}
          </>
        }
        aside={
          query.data &&
          query.data.open > 0 &&
          t("{count, plural, one {# open} other {# open}}", { count: query.data.open })
        }
        title={t("Disputes")}
      >
        <Filter input={input} />
      </PageHeader>
      <QueryView query={query}>
        {({ items, nextCursor }) => (
          <>
            <DisputesTable
              filtered={Boolean(params.get("q") || input.state)}
              onClear={() => set({ q: undefined, state: undefined, before: undefined })}
              openId={openId}
              rows={items}
              sold={input.side === "sold"}
            />
            {items.length > 0 && (
              <Pages
                counted={t("{count, plural, one {# dispute} other {# disputes}}", { count: items.length })}
                onNewest={params.get("before") ? () => set({ before: undefined }) : undefined}
                onOlder={nextCursor ? () => set({ before: nextCursor }) : undefined}
              />
            )}
          </>
        )}
      </QueryView>
      {openId && <DisputePanel disputeId={openId} onClose={close} />}
    </>
  );
}

/** The filter as controls; each writes itself into the address. */
function Filter({ input }: Readonly<{ input: ReturnType<typeof disputeInput> }>) {
  const { tenant } = useScope();
  const { params, set } = useParamsState();
  const search = useCallback((q: string) => set({ q, before: undefined }, "replace"), [set]);
  return (
    <div className="flex flex-wrap items-center gap-2">
      <SearchBox
        className="w-full sm:w-64"
        label={t("Number, customer or called number")}
        onValue={search}
        value={params.get("q") ?? ""}
      />
      {tenant.kind === "reseller" && (
        <Select
          choices={[
            { value: "sold", label: t("Of your customers") },
            { value: "bought", label: t("Yours with your provider") },
          ]}
          label={t("Whose")}
          labelHidden
          name="side"
          onChange={(event) => set({ side: event.target.value, before: undefined, open: undefined })}
          value={input.side}
        />
      )}
      <Select
        choices={stateChoices()}
        label={t("State")}
        labelHidden
        name="state"
        onChange={(event) => set({ state: event.target.value || undefined, before: undefined })}
        value={input.state ?? ""}
      />
    </div>
  );
}
