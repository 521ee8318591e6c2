"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { useTRPC } from "@/components/api/client";
import type { Outputs } from "@/components/api/outputs";
import { QueryView } from "@/components/api/query-view";
import { refusalOf } from "@/components/api/refusal";
import { HotProblems } from "@/components/blocks/hot-problems";
import { ExportLink } from "@/components/exports/export-link";
import { useScope } from "@/components/shell/scope";
import { isActive, progressText } from "@/components/tasks/task-words";
import { Button } from "@/components/ui/button";
import { type Column, DataTable } from "@/components/ui/data-table";
import { Empty } from "@/components/ui/empty";
import { later } from "@/components/ui/later";
import { Switch } from "@/components/ui/switch";
import { toast } from "@/components/ui/toast-store";
import { t } from "@/server/kernel/words";

const DeleteList = later(() => import("@/components/blocks/delete-hot-list").then((file) => file.DeleteHotList));
const ReadFile = later(() => import("@/components/blocks/read-hot-file").then((file) => file.ReadHotFile));

type HotList = Outputs["blocks"]["hotLists"]["items"][number];

const WORKING_MS = 1_500;
const REFRESH_MS = 30_000;

/** Lists of numbers that fraud uses, read from files: not called while they are on, here and below. */
export function HotListsSection() {
  const { tenantSlug, can } = useScope();
  const [asking, setAsking] = useState(false);
  const query = useQuery({
    ...useTRPC().blocks.hotLists.queryOptions({ tenantSlug }),
    refetchInterval: ({ state }) =>
      state.data?.items.some((list) => list.import && isActive(list.import.task)) ? WORKING_MS : REFRESH_MS,
  });
  const mayChange = can("destinations.write");
  return (
    <div className="grid gap-3">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <p className="max-w-prose text-ink-2">
          {t(
            "Numbers and ranges known for fraud, from a file. Not called while a list is on, here and by every tenant below.",
          )}
        </p>
        <div className="flex flex-wrap gap-2">
          <ExportLink filter={{}} list="hot_lists" />
          {mayChange && (
            <Button icon="plus" onClick={() => setAsking(true)}>
              {t("Read a file…")}
            </Button>
          )}
        </div>
      </div>
      <QueryView query={query}>
        {({ items }) => (
          <DataTable
            caption={t("Hot lists")}
            columns={mayChange ? [...columns(), onColumn(), deleteColumn()] : columns()}
            empty={
              <Empty title={t("No list yet.")}>{t("A CSV file with a number in its first column makes one.")}</Empty>
            }
            fit
            rowKey={({ id }) => id}
            rows={items}
          />
        )}
      </QueryView>
      {asking && <ReadFile lists={query.data?.items.map(({ name }) => name) ?? []} onClose={() => setAsking(false)} />}
    </div>
  );
}

const columns = (): readonly Column<HotList>[] => [
  { key: "name", header: t("List"), fold: "lead", cell: ({ name }) => <span className="font-medium">{name}</span> },
  {
    key: "numbers",
    header: t("Numbers"),
    numeric: true,
    named: false,
    fold: "second",
    cell: ({ numbers }) => t("{count, plural, one {# number} other {# numbers}}", { count: numbers }),
  },
  { key: "file", header: t("Last file"), cell: (list) => <LastFile list={list} /> },
];

function LastFile({ list }: Readonly<{ list: HotList }>) {
  if (!list.import) return <span className="text-ink-3">–</span>;
  const { id, fileName, problems, task } = list.import;
  return (
    <span className="flex items-center gap-2">
      <span className="max-w-48 truncate">{fileName}</span>
      <span className={task.state === "failed" ? "text-bad" : "text-ink-2"}>{task.error ?? progressText(task)}</span>
      {problems > 0 && !isActive(task) && <HotProblems count={problems} fileName={fileName} importId={id} />}
    </span>
  );
}

const onColumn = (): Column<HotList> => ({
  key: "on",
  header: t("Holds"),
  fold: "lead-end",
  cell: (list) => <OnSwitch list={list} />,
});

const deleteColumn = (): Column<HotList> => ({
  key: "delete",
  header: t("Actions"),
  fold: "second-end",
  cell: (list) => <Delete list={list} />,
});

function Delete({ list }: Readonly<{ list: HotList }>) {
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Button aria-label={t("Delete {name}", { name: list.name })} look="quiet" onClick={() => setAsking(true)}>
        {t("Delete…")}
      </Button>
      {asking && <DeleteList list={list} onClose={() => setAsking(false)} />}
    </>
  );
}

function OnSwitch({ list }: Readonly<{ list: HotList }>) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const enable = useMutation(
    trpc.blocks.enableHotList.mutationOptions({
      onError: (error) => toast(refusalOf(error).title, { tone: "bad" }),
      onSettled: () => queries.invalidateQueries({ queryKey: trpc.blocks.pathKey() }),
    }),
  );
  const on = enable.isPending ? enable.variables.enabled : list.enabled;
  return (
    <Switch
      disabled={enable.isPending}
      label={t("{name} holds", { name: list.name })}
      on={on}
      onChange={(enabled) => enable.mutate({ tenantSlug, hotListId: list.id, enabled })}
      words={[t("On"), t("Off")]}
    />
  );
}
