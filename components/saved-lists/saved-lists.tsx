"use client";

import { keptQuery } from "@/components/saved-lists/kept-query";
import { buttonClass } from "@/components/ui/button-class";
import { later } from "@/components/ui/later";
import { Popover } from "@/components/ui/popover";
import { useParamsState } from "@/components/ui/use-params-state";
import type { SavedPage } from "@/server/domain/saved-lists/saved-list-kinds.schema";
import { t } from "@/server/kernel/words";

const SavedLayer = later(() => import("@/components/saved-lists/saved-layer").then((file) => file.SavedLayer));

/** What this person keeps of a page's list: one press goes back to it, and the list as it is narrowed now is kept by a name. */
export function SavedLists({ page }: Readonly<{ page: SavedPage }>) {
  const { params } = useParamsState();
  return (
    <Popover align="end" className="w-80" label={t("Saved lists")} trigger={t("Saved")} triggerClass={buttonClass()}>
      {(close) => <SavedLayer close={close} page={page} query={keptQuery(params)} />}
    </Popover>
  );
}
