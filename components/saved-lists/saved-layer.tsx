"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import Link from "next/link";

import { useTRPC } from "@/components/api/client";
import type { Outputs } from "@/components/api/outputs";
import { QueryView } from "@/components/api/query-view";
import { refusalOf } from "@/components/api/refusal";
import { useForm } from "@/components/api/use-form";
import { useScope } from "@/components/shell/scope";
import { cx } from "@/components/ui/cx";
import { Field } from "@/components/ui/field";
import { FormEnd } from "@/components/ui/form-end";
import { IconButton } from "@/components/ui/icon-button";
import { toast } from "@/components/ui/toast-store";
import { checks } from "@/components/ui/use-fields";
import type { SavedPage } from "@/server/domain/saved-lists/saved-list-kinds.schema";
import { msg, t } from "@/server/kernel/words";

type Props = Readonly<{ page: SavedPage; query: string; close: () => void }>;
type Row = Outputs["savedLists"]["list"]["items"][number];

/** What is kept of this page, and the field that keeps one more. */
export function SavedLayer({ page, query, close }: Props) {
  const { tenantSlug } = useScope();
  const kept = useQuery(useTRPC().savedLists.list.queryOptions({ tenantSlug, page }));
  return (
    <QueryView query={kept} skeleton={<div className="h-32" />}>
      {({ items }) => <Kept close={close} items={items} page={page} query={query} />}
    </QueryView>
  );
}

function Kept({ items, page, query, close }: Props & Readonly<{ items: readonly Row[] }>) {
  const same = items.find((row) => row.query === query);
  return (
    <div className="grid gap-2 p-2">
      {items.length > 0 && (
        <ul aria-label={t("Saved lists")}>
          {items.map((row) => (
            <Saved close={close} here={row === same} key={row.id} page={page} row={row} />
          ))}
        </ul>
      )}
      {same ? (
        <p className="px-1 text-ink-3">{t("What you see is saved.")}</p>
      ) : query === "" ? (
        <p className="px-1 text-ink-3">
          {t("Narrow the list or put it in another order, and keep that here by a name. Nobody else sees it.")}
        </p>
      ) : (
        <Keep close={close} page={page} query={query} />
      )}
    </div>
  );
}

function Saved({ row, page, here, close }: Readonly<{ row: Row; page: SavedPage; here: boolean; close: () => void }>) {
  const { tenantSlug, hrefOf } = useScope();
  const { save, remove } = useSaved();
  const gone = () =>
    toast(t("{name} is not saved any more.", { name: row.name }), {
      undo: () => save.mutate({ tenantSlug, page, name: row.name, query: row.query }),
    });
  return (
    <li className="flex items-center gap-1">
      <Link
        aria-current={here ? "true" : undefined}
        className={cx(
          "flex min-h-9 min-w-0 grow items-center rounded-md px-3 hover:bg-sunken",
          here && "bg-accent-soft",
        )}
        href={`${hrefOf(page)}?${row.query}`}
        onClick={close}
        prefetch={false}
      >
        <bdi className="truncate">{row.name}</bdi>
      </Link>
      <IconButton
        icon="close"
        label={t("Remove {name}", { name: row.name })}
        onClick={() => remove.mutate({ tenantSlug, savedListId: row.id }, { onSuccess: gone })}
      />
    </li>
  );
}

/** Keeps, also once more after "Undo", and removes; the open layer follows. */
function useSaved() {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const how = {
    onSuccess: () => void queries.invalidateQueries({ queryKey: trpc.savedLists.pathKey() }),
    onError: (error: unknown) => {
      const { title, next } = refusalOf(error);
      toast(`${title} ${next}`, { tone: "bad" });
    },
  };
  return {
    save: useMutation(trpc.savedLists.save.mutationOptions(how)),
    remove: useMutation(trpc.savedLists.remove.mutationOptions(how)),
  };
}

const fields = { name: checks.filled(msg("A name is missing.")) };

function Keep({ page, query, close }: Props) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const { problems, busy, refusal, onSubmit } = useForm({
    checks: fields,
    change: trpc.savedLists.save.mutationOptions(),
    input: ({ name }) => ({ tenantSlug, page, name, query }),
    onDone: ({ name }) => {
      void queries.invalidateQueries({ queryKey: trpc.savedLists.pathKey() });
      toast(t("Saved as {name}.", { name }));
      close();
    },
  });
  return (
    <form className="grid gap-3 p-1" noValidate onSubmit={onSubmit}>
      <Field
        hint={t("A name that is there already is given to what you see now.")}
        label={t("Save what you see as")}
        maxLength={80}
        name="name"
        problem={problems.name}
      />
      <FormEnd busy={busy && t("Saving…")} refusal={refusal} submit={t("Save list")} />
    </form>
  );
}
