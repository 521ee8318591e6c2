"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { useTRPC } from "@/components/api/client";
import type { Outputs } from "@/components/api/outputs";
import { QueryView } from "@/components/api/query-view";
import { refusalOf } from "@/components/api/refusal";
import { numberText } from "@/components/blocks/ban-words";
import { ExportLink } from "@/components/exports/export-link";
import { Moment } from "@/components/shell/moment";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { type Column, DataTable } from "@/components/ui/data-table";
import { Empty } from "@/components/ui/empty";
import { later } from "@/components/ui/later";
import { toast } from "@/components/ui/toast-store";
import { t } from "@/server/kernel/words";

const BlockNumber = later(() => import("@/components/blocks/block-number").then((file) => file.BlockNumber));

type Blocked = Outputs["blocks"]["numbers"]["items"][number];

/** Numbers that are not called from here, nor from the tenants below. */
export function NumbersSection() {
  const { tenantSlug, can } = useScope();
  const [asking, setAsking] = useState(false);
  const query = useQuery(useTRPC().blocks.numbers.queryOptions({ tenantSlug }));
  return (
    <div className="grid gap-3">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <p className="max-w-prose text-ink-2">
          {t("Not called from the next call on, here and by every tenant below. Emergency numbers always pass.")}
        </p>
        <div className="flex flex-wrap gap-2">
          <ExportLink filter={{}} list="number_blocks" />
          {can("destinations.write") && (
            <Button icon="plus" onClick={() => setAsking(true)}>
              {t("Block a number…")}
            </Button>
          )}
        </div>
      </div>
      <QueryView query={query}>
        {({ items }) => (
          <DataTable
            caption={t("Blocked numbers")}
            columns={can("destinations.write") ? [...columns(), unblockColumn()] : columns()}
            empty={<Empty title={t("No number is blocked here.")} />}
            fit
            rowKey={({ id }) => id}
            rows={items}
          />
        )}
      </QueryView>
      {asking && <BlockNumber onClose={() => setAsking(false)} />}
    </div>
  );
}

const columns = (): readonly Column<Blocked>[] => [
  {
    key: "number",
    header: t("Number"),
    fold: "lead",
    cell: (item) => <span className="figures font-medium">{numberText(item)}</span>,
  },
  { key: "what", header: t("Blocks"), cell: ({ exact }) => (exact ? t("this number") : t("all that begin so")) },
  { key: "note", header: t("Why"), fold: "second", className: "text-ink-2", cell: ({ note }) => note },
  {
    key: "at",
    header: t("Since"),
    named: true,
    fold: "second-end",
    cell: ({ createdAt }) => <Moment at={createdAt} />,
  },
];

const unblockColumn = (): Column<Blocked> => ({
  key: "unblock",
  header: t("Actions"),
  fold: "lead-end",
  cell: (item) => <Unblock item={item} />,
});

function Unblock({ item }: Readonly<{ item: Blocked }>) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const onSettled = () => queries.invalidateQueries({ queryKey: trpc.blocks.pathKey() });
  const block = useMutation(trpc.blocks.block.mutationOptions({ onSettled }));
  const unblock = useMutation(
    trpc.blocks.unblock.mutationOptions({
      onSuccess: () =>
        toast(t("{number} can be called again.", { number: numberText(item) }), {
          undo: () => block.mutate({ tenantSlug, digits: item.digits, exact: item.exact, note: item.note }),
        }),
      onError: (error) => toast(refusalOf(error).title, { tone: "bad" }),
      onSettled,
    }),
  );
  return (
    <Button
      aria-label={t("Unblock {what}", { what: numberText(item) })}
      busy={unblock.isPending && t("Unblocking…")}
      look="quiet"
      onClick={() => unblock.mutate({ tenantSlug, numberBlockId: item.id })}
    >
      {t("Unblock")}
    </Button>
  );
}
