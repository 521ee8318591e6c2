"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type ComponentProps, type ReactNode, useCallback, useState } from "react";

import { useTRPC } from "@/components/api/client";
import type { ExtensionRow } from "@/components/api/outputs";
import { QueryView } from "@/components/api/query-view";
import { ExportLink } from "@/components/exports/export-link";
import { extensionInput } from "@/components/extensions/extension-input";
import { ExtensionsTable } from "@/components/extensions/extensions-table";
import { SavedLists } from "@/components/saved-lists/saved-lists";
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
import { useSorted } from "@/components/ui/use-sorted";
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
type Kind = "one" | "many" | undefined;

/** Every phone and whether it is there, live. */
export function ExtensionsView() {
  const { tenantSlug, can } = useScope();
  const { params, set } = useParamsState();
  const { openId, close } = useOpen();
  const [making, setMaking] = useState<Kind>(params.get("new") === "1" ? "one" : undefined);
  const [chosen, setChosen] = useState(none);
  const input = extensionInput(tenantSlug, params);
  const { tenantSlug: _, after: __, sort: ___, ...exported } = input;
  const query = useQuery(useTRPC().extensions.page.queryOptions(input, { placeholderData: keepPreviousData }));
  const { total = 0, registered = 0 } = query.data ?? {};
  const write = can("extensions.write");

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
      <Header acts={acts} exported={exported} registered={registered} total={total} />
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
      <Making
        kind={making}
        onClose={() => {
          setMaking(undefined);
          set({ new: undefined }, "replace");
        }}
      />
    </>
  );
}

type HeaderProps = Readonly<{
  acts: ReactNode;
  exported: ComponentProps<typeof ExportLink>["filter"];
  registered: number;
  total: number;
}>;

function Header({ acts, exported, registered, total }: HeaderProps) {
  if (total === 0) return <PageHeader actions={false} title={t("Extensions")} />;
  const actions = (
    <>
      <SavedLists page="extensions" />
      <ExportLink filter={exported} list="extensions" />
      {acts}
    </>
  );
  return (
    <PageHeader
      actions={actions}
      aside={t("{registered} of {total} registered", { registered, total })}
      title={t("Extensions")}
    >
      <Filter />
    </PageHeader>
  );
}

function Making({ kind, onClose }: Readonly<{ kind: Kind; onClose: () => void }>) {
  if (kind === "one") return <NewExtension onClose={onClose} />;
  return kind && <ManyExtensions onClose={onClose} />;
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
  const sorted = useSorted("number", "after");
  return (
    <>
      <ExtensionsTable
        chosen={chosen}
        live={live}
        onChoose={onChoose}
        onClear={() => set({ q: undefined, show: undefined, after: undefined })}
        openId={openId}
        rows={items}
        sorted={sorted}
      />
      {(nextAfter || after) && (
        <Pages
          newestLabel={t("First")}
          counted={t("{extensions, plural, one {# extension} other {# extensions}}", { extensions: items.length })}
          olderLabel={t("Next")}
          onNewest={after ? () => set({ after: undefined }) : undefined}
          onOlder={nextAfter ? () => set({ after: nextAfter }) : undefined}
          order={t(", by number")}
          unusual={sorted.by !== "number"}
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
