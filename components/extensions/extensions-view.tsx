"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { useTRPC } from "@/components/api/client";
import { QueryView } from "@/components/api/query-view";
import { ExtensionsTable } from "@/components/extensions/extensions-table";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/empty";
import { later } from "@/components/ui/later";
import { PageHeader } from "@/components/ui/page-header";
import { SearchBox } from "@/components/ui/search-box";
import { useOpen } from "@/components/ui/use-open";
import { useParamsState } from "@/components/ui/use-params-state";

const ExtensionPanel = later(() =>
  import("@/components/extensions/extension-panel").then((file) => file.ExtensionPanel),
);
const NewExtension = later(() => import("@/components/extensions/new-extension").then((file) => file.NewExtension));

/** Every phone and whether it is there, live. */
export function ExtensionsView() {
  const { tenantSlug, can } = useScope();
  const { params, set } = useParamsState();
  const { openId, close } = useOpen();
  const [creating, setCreating] = useState(params.get("new") === "1");
  const query = useQuery(useTRPC().extensions.list.queryOptions({ tenantSlug }));
  const text = (params.get("q") ?? "").toLowerCase();
  const items = query.data?.items ?? [];
  const shown = items.filter((item) =>
    `${item.number} ${item.displayName} ${item.sipUsername}`.toLowerCase().includes(text),
  );
  const online = items.filter((item) => item.registration !== null).length;

  const closeNew = () => {
    setCreating(false);
    set({ new: undefined }, "replace");
  };
  const newButton = can("extensions.write") && (
    <Button data-shortcut="n" icon="plus" look="primary" onClick={() => setCreating(true)}>
      New extension
    </Button>
  );

  return (
    <>
      <PageHeader
        actions={items.length > 0 && newButton}
        aside={items.length > 0 && `${online} of ${items.length} registered`}
        title="Extensions"
      >
        {items.length > 0 && (
          <SearchBox
            className="w-full sm:w-64"
            label="Number or name"
            onValue={(q) => set({ q }, "replace")}
            value={params.get("q") ?? ""}
          />
        )}
      </PageHeader>
      <QueryView query={query}>
        {(data) =>
          data.items.length === 0 ? (
            <Empty action={newButton} title="No extension yet.">
              An extension is a number with its own SIP user name and secret. One phone, or several, can use it.
            </Empty>
          ) : (
            <ExtensionsTable onClear={() => set({ q: undefined })} openId={openId} rows={shown} />
          )
        }
      </QueryView>
      {openId && query.data && <ExtensionPanel extensionId={openId} onClose={close} sip={query.data.sip} />}
      {creating && <NewExtension onClose={closeNew} />}
    </>
  );
}
