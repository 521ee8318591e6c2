"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { useTRPC } from "@/components/api/client";
import type { Outputs } from "@/components/api/outputs";
import { QueryView } from "@/components/api/query-view";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { type Column, DataTable } from "@/components/ui/data-table";
import { Empty } from "@/components/ui/empty";
import { later } from "@/components/ui/later";
import { t } from "@/server/kernel/words";

const Edit = later(() => import("@/components/blocks/trunk-networks").then((file) => file.TrunkNetworks));

type Trunk = Outputs["trunks"]["list"]["items"][number];

const REFRESH_MS = 30_000;

/** Where the calls of the operator's trunks may come from. */
export function TrunksSection() {
  const { tenantSlug, can } = useScope();
  const [editing, setEditing] = useState<Trunk | "new">();
  const query = useQuery({ ...useTRPC().trunks.list.queryOptions({ tenantSlug }), refetchInterval: REFRESH_MS });
  const mayChange = can("bans.write");
  const change: Column<Trunk> = {
    key: "change",
    header: t("Actions"),
    fold: "lead-end",
    cell: (trunk) => (
      <Button
        aria-label={t("Change the networks of {trunk}", { trunk: trunk.trunk })}
        look="quiet"
        onClick={() => setEditing(trunk)}
      >
        {t("Change…")}
      </Button>
    ),
  };
  return (
    <div className="grid gap-3 pt-4">
      <div className="flex flex-wrap items-center gap-3">
        <p className="max-w-prose text-ink-2">
          {t(
            "A trunk is known by the address that its calls come from. Calls from elsewhere are refused before anything rings; calls that go out, emergency calls among them, are not touched.",
          )}
        </p>
        {mayChange && (
          <Button className="ms-auto" onClick={() => setEditing("new")}>
            {t("Add trunk…")}
          </Button>
        )}
      </div>
      <QueryView query={query}>
        {({ items }) => (
          <DataTable
            caption={t("Trunks")}
            columns={mayChange ? [...columns(), change] : columns()}
            empty={<Empty title={t("No trunk is known.")}>{t("Calls from outside are refused until one is.")}</Empty>}
            rowKey={({ trunk }) => trunk}
            rows={items}
          />
        )}
      </QueryView>
      {editing && <Edit {...(editing === "new" ? {} : { trunk: editing })} onClose={() => setEditing(undefined)} />}
    </div>
  );
}

const columns = (): readonly Column<Trunk>[] => [
  {
    key: "trunk",
    header: t("Trunk"),
    fold: "lead",
    cell: ({ trunk }) => <code className="font-medium">{trunk}</code>,
  },
  {
    key: "networks",
    header: t("Calls may come from"),
    fold: "second",
    cell: ({ networks, configured }) => <Networks configured={configured} networks={networks} />,
  },
  {
    key: "calls",
    header: t("Calls now"),
    fold: "second-end",
    numeric: true,
    cell: ({ calls }) => String(calls),
  },
];

function Networks({ networks, configured }: Pick<Trunk, "networks" | "configured">) {
  const shown = networks.length > 0 ? networks : configured;
  return (
    <span className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
      {shown.map((network) => (
        <code key={network}>
          <bdi dir="ltr">{network}</bdi>
        </code>
      ))}
      {networks.length === 0 && <span className="text-ink-3">{t("as configured at the PBX")}</span>}
    </span>
  );
}
