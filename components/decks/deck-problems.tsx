"use client";

import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { useTRPC } from "@/components/api/client";
import { QueryView } from "@/components/api/query-view";
import { refusalOf } from "@/components/api/refusal";
import { countText, type Deck, type DeckProblem } from "@/components/decks/deck-words";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { type Column, DataTable } from "@/components/ui/data-table";
import { Notice } from "@/components/ui/notice";
import { csvLines, saveFile } from "@/components/ui/save-file";
import { Section } from "@/components/ui/section";
import { toast } from "@/components/ui/toast-store";
import { t } from "@/server/kernel/words";

const SHOWN = 50;
const AT_ONCE = 2_000;

const columnsIn = (): readonly Column<DeckProblem>[] => [
  {
    key: "line",
    header: t("file|Line"),
    numeric: true,
    fold: "lead",
    cell: ({ line }) => (line === 0 ? "–" : countText(line)),
  },
  { key: "column", header: t("Column"), fold: "second", cell: ({ column }) => column || "–" },
  {
    key: "value",
    header: t("file|Has"),
    fold: "second-end",
    cell: ({ value }) => <span className="block max-w-40 truncate font-mono text-xs">{value || "–"}</span>,
  },
  {
    key: "reason",
    header: t("Reason"),
    fold: "below",
    grow: true,
    className: "sm:whitespace-normal",
    cell: ({ reason }) => <span className="whitespace-normal">{reason}</span>,
  },
  {
    key: "severity",
    header: t("Kind"),
    fold: "lead-end",
    cell: ({ severity }) =>
      severity === "error" ? (
        <span className="text-bad">{t("✗ Error")}</span>
      ) : (
        <span className="text-warn">{t("! Warning")}</span>
      ),
  },
];

function Errors({ count }: Readonly<{ count: number }>) {
  const title = t(
    "{count, plural, one {One error: nothing of the file can be applied.} other {# errors: nothing of the file can be applied.}}",
    { count },
  );
  return (
    <Notice title={title} tone="bad">
      {t("Correct these lines in the file and upload it again, or say below how it is to be read.")}
    </Notice>
  );
}

/** What is wrong with which line and column, and the same as a file. */
export function DeckProblems({ deck }: Readonly<{ deck: Deck }>) {
  const { tenantSlug } = useScope();
  const [cursor, setCursor] = useState(0);
  const query = useQuery(
    useTRPC().decks.problems.queryOptions(
      { tenantSlug, deckId: deck.id, cursor, shown: SHOWN },
      { placeholderData: keepPreviousData },
    ),
  );
  const { save, busy } = useSaveProblems(deck);
  return (
    <Section
      aside={
        <Button busy={busy && t("Writing…")} look="quiet" onClick={save}>
          {t("Download as CSV")}
        </Button>
      }
      level={2}
      title={t("Errors and warnings")}
    >
      {deck.errors > 0 && <Errors count={deck.errors} />}
      <QueryView query={query}>
        {(data) => (
          <>
            <DataTable
              caption={t("Errors and warnings")}
              columns={columnsIn()}
              empty={null}
              rowKey={({ id }) => id}
              rows={data.items}
            />
            {(cursor > 0 || data.nextCursor !== null) && (
              <nav aria-label={t("Pages of errors and warnings")} className="flex items-center gap-2 py-2">
                <p className="figures me-auto text-ink-3">
                  {t("{first} to {last} of {all}", {
                    first: cursor + 1,
                    last: cursor + data.items.length,
                    all: deck.errors + deck.warnings,
                  })}
                </p>
                {cursor > 0 && <Button onClick={() => setCursor(Math.max(0, cursor - SHOWN))}>{t("Back")}</Button>}
                {data.nextCursor !== null && (
                  <Button onClick={() => setCursor(data.nextCursor ?? 0)}>{t("pages|On")}</Button>
                )}
              </nav>
            )}
          </>
        )}
      </QueryView>
    </Section>
  );
}

/** All that is kept of them, not only the page that is shown. */
function useSaveProblems(deck: Deck) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [busy, setBusy] = useState(false);
  async function save() {
    setBusy(true);
    try {
      const parts = [csvLines([["severity", "line", "column", "reason", "value"]])];
      for (let cursor: number | null = 0; cursor !== null; ) {
        const page: { items: readonly DeckProblem[]; nextCursor: number | null } = await queries.fetchQuery(
          trpc.decks.problems.queryOptions({ tenantSlug, deckId: deck.id, cursor, shown: AT_ONCE }),
        );
        parts.push(
          csvLines(page.items.map((one) => [one.severity, String(one.line), one.column, one.reason, one.value])),
        );
        cursor = page.nextCursor;
      }
      saveFile(`${deck.fileName.replace(/\.[a-z]+$/i, "")}-errors.csv`, parts);
    } catch (error) {
      const { title, next } = refusalOf(error);
      toast(`${title} ${next}`, { tone: "bad" });
    } finally {
      setBusy(false);
    }
  }
  return { busy, save: () => void save() };
}
