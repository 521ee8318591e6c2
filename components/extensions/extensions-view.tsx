"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useCallback, useState } from "react";

import { useTRPC } from "@/components/api/client";
import type { ExtensionRow } from "@/components/api/outputs";
import { QueryView } from "@/components/api/query-view";
import { ExportLink } from "@/components/exports/export-link";
import { extensionInput } from "@/components/extensions/extension-input";
import { ExtensionsTable } from "@/components/extensions/extensions-table";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/empty";
import { later } from "@/components/ui/later";
import { PageHeader } from "@/components/ui/page-header";
import { Pages } from "@/components/ui/pages";
import { SearchBox } from "@/components/ui/search-box";
import { Select } from "@/components/ui/select";
import type { Live } from "@/components/ui/use-held-rows";
import { useOpen } from "@/components/ui/use-open";
import { useParamsState } from "@/components/ui/use-params-state";
import { t } from "@/server/kernel/words";

const ExtensionPanel = later(() =>
  import("@/components/extensions/extension-panel").then((file) => file.ExtensionPanel),
);
const NewExtension = later(() => import("@/components/extensions/new-extension").then((file) => file.NewExtension));
const ManyExtensions = later(() =>
  import("@/components/extensions/many-extensions").then((file) => file.ManyExtensions),
);
const BulkBar = later(() => import("@/components/extensions/bulk-bar").then((file) => file.BulkBar));

const none: ReadonlySet<string> = new Set();

/** Every phone and whether it is there, live. */
export function ExtensionsView() {
  const { tenantSlug, can } = useScope();
  const { params, set } = useParamsState();
  const { openId, close } = useOpen();
  const [making, setMaking] = useState<"one" | "many" | undefined>(params.get("new") === "1" ? "one" : undefined);
  const [chosen, setChosen] = useState(none);
  const input = extensionInput(tenantSlug, params);
  const { tenantSlug: _, after: __, ...exported } = input;
  const query = useQuery(useTRPC().extensions.page.queryOptions(input, { placeholderData: keepPreviousData }));
  const { total = 0, registered = 0 } = query.data ?? {};
  const write = can("extensions.write");

  const closeNew = () => {
    setMaking(undefined);
    set({ new: undefined }, "replace");
  };
  const acts = write && (
    <>
      <Button onClick={() => setMaking("many")}>{t("Several…")}</Button>
      <Button data-shortcut="n" icon="plus" look="primary" onClick={() => setMaking("one")}>
        {t("New extension")}
      </Button>
    </>
  );

  return (
    <>
      <PageHeader
        actions={
          total > 0 && (
            <>
              <ExportLink filter={exported} list="extensions" />
              {acts}
            </>
          )
        }
        aside={total > 0 && t("{registered} of {total} registered", { registered, total })}
        title={t("Extensions")}
      >
        {total > 0 && <Filter />}
      </PageHeader>
      <QueryView query={query}>
        {({ items, nextAfter }) =>
          total === 0 ? (
            <Empty action={acts && <div className="flex gap-2">{acts}</div>} title={t("No extension yet.")}>
              {t("An extension is a number with its own SIP user name and secret. One phone, or several, can use it.")}
            </Empty>
          ) : (
            <List
              after={input.after}
              chosen={write ? chosen : undefined}
              items={items}
              live={{ scope: query.isPlaceholderData ? undefined : JSON.stringify(input), whole: !nextAfter }}
              nextAfter={nextAfter}
              onChoose={setChosen}
              openId={openId}
            />
          )
        }
      </QueryView>
      {chosen.size > 0 && <BulkBar chosen={chosen} onDone={() => setChosen(none)} />}
      {openId && query.data && <ExtensionPanel extensionId={openId} onClose={close} sip={query.data.sip} />}
      {making === "one" && <NewExtension onClose={closeNew} />}
      {making === "many" && <ManyExtensions onClose={closeNew} />}
    </>
  );
}

type ListProps = Readonly<{
  items: readonly ExtensionRow[];
  live: Live;
  nextAfter: string | null;
  after: string | undefined;
  openId: string | undefined;
  chosen: ReadonlySet<string> | undefined;
  onChoose: (chosen: ReadonlySet<string>) => void;
}>;

function List({ items, live, nextAfter, after, openId, chosen, onChoose }: ListProps) {
  const { set } = useParamsState();
  return (
    <>
      <ExtensionsTable
        chosen={chosen}
        live={live}
        onChoose={onChoose}
        onClear={() => set({ q: undefined, show: undefined, after: undefined })}
        openId={openId}
        rows={items}
      />
      {(nextAfter || after) && (
        <Pages
          newestLabel={t("First")}
          counted={t("{extensions, plural, one {# extension} other {# extensions}}", { extensions: items.length })}
          olderLabel={t("Next")}
          onNewest={after ? () => set({ after: undefined }) : undefined}
          onOlder={nextAfter ? () => set({ after: nextAfter }) : undefined}
          order={t(", by number")}
        />
      )}
    </>
  );
}

const shows = () => [
  { value: "", label: t("All") },
  { value: "registered", label: t("Registered") },
  { value: "offline", label: t("Offline") },
  { value: "never", label: t("Never connected") },
  { value: "suspended", label: t("Suspended") },
  { value: "unused", label: t("Unused for 30 days") },
];

function Filter() {
  const { params, set } = useParamsState();
  const search = useCallback((q: string) => set({ q, after: undefined }, "replace"), [set]);
  return (
    <div className="flex flex-wrap items-center gap-2">
      <SearchBox
        className="w-full sm:w-64"
        label={t("Number or name")}
        onValue={search}
        value={params.get("q") ?? ""}
      />
      <Select
        choices={shows()}
        label={t("Show")}
        labelHidden
        name="show"
        onChange={(event) => set({ show: event.target.value || undefined, after: undefined })}
        value={params.get("show") ?? ""}
      />
    </div>
  );
}
