"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { useTRPC } from "@/components/api/client";
import type { Outputs } from "@/components/api/outputs";
import { refusalOf } from "@/components/api/refusal";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { saveFile } from "@/components/ui/save-file";
import { toast } from "@/components/ui/toast-store";
import { t } from "@/server/kernel/words";

/** All prices of a plan as a deck, to be changed elsewhere and brought back. */
export function ExportPlan({ plan }: Readonly<{ plan: Readonly<{ id: string; name: string }> }>) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [rows, setRows] = useState<number>();
  async function save() {
    setRows(0);
    try {
      const parts: string[] = [];
      let done = 0;
      for (let cursor: string | null = ""; cursor !== null; ) {
        const asked = { tenantSlug, planId: plan.id, ...(cursor === "" ? {} : { cursor }) };
        const page: Outputs["decks"]["export"] = await queries.fetchQuery(
          trpc.decks.export.queryOptions(asked, { staleTime: 0, gcTime: 0 }),
        );
        parts.push(page.text);
        done += page.rows;
        setRows(done);
        cursor = page.nextCursor;
      }
      saveFile(`${plan.name.replaceAll(/[^\p{L}\p{N}-]+/gu, "-")}.csv`, parts);
    } catch (error) {
      const { title, next } = refusalOf(error);
      toast(`${title} ${next}`, { tone: "bad" });
    } finally {
      setRows(undefined);
    }
  }
  return (
    <Button
      busy={rows !== undefined && t("{count, plural, one {# price…} other {# prices…}}", { count: rows })}
      onClick={() => void save()}
    >
      {t("Download as CSV")}
    </Button>
  );
}
