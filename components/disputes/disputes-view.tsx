"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useCallback } from "react";

import { useTRPC } from "@/components/api/client";
import { QueryView } from "@/components/api/query-view";
import { disputeInput } from "@/components/disputes/dispute-input";
import { stateWords } from "@/components/disputes/dispute-words";
import { DisputesTable } from "@/components/disputes/disputes-table";
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

const DisputePanel = later(() => import("@/components/disputes/dispute-panel").then((file) => file.DisputePanel));

const anyState = { value: "", label: "Any state" };
const stateChoices = [anyState, ...disputeStates.map((value) => ({ value, label: stateWords(value).word }))];

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
          sells &&
          can("billing.write") && (
            <Link className={buttonClass()} href={hrefOf("disputes/rerate")}>
              Re-rate calls…
            </Link>
          )
        }
        aside={query.data && query.data.open > 0 && `${query.data.open} open`}
        title="Disputes"
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
                noun="disputes"
                onNewest={params.get("before") ? () => set({ before: undefined }) : undefined}
                onOlder={nextCursor ? () => set({ before: nextCursor }) : undefined}
                shown={items.length}
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
        label="Number, customer or called number"
        onValue={search}
        value={params.get("q") ?? ""}
      />
      {tenant.kind === "reseller" && (
        <Select
          choices={[
            { value: "sold", label: "Of your customers" },
            { value: "bought", label: "Yours with your provider" },
          ]}
          label="Whose"
          labelHidden
          name="side"
          onChange={(event) => set({ side: event.target.value, before: undefined, open: undefined })}
          value={input.side}
        />
      )}
      <Select
        choices={stateChoices}
        label="State"
        labelHidden
        name="state"
        onChange={(event) => set({ state: event.target.value || undefined, before: undefined })}
        value={input.state ?? ""}
      />
    </div>
  );
}
