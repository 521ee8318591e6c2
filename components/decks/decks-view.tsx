"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";

import { useTRPC } from "@/components/api/client";
import { QueryView } from "@/components/api/query-view";
import { changesOf, countText, type Deck, stateWords } from "@/components/decks/deck-words";
import { NewDeck } from "@/components/decks/new-deck";
import { Moment } from "@/components/shell/moment";
import { useScope } from "@/components/shell/scope";
import { buttonClass } from "@/components/ui/button-class";
import { type Column, DataTable } from "@/components/ui/data-table";
import { later } from "@/components/ui/later";
import { Notice } from "@/components/ui/notice";
import { PageHeader } from "@/components/ui/page-header";
import { Pages } from "@/components/ui/pages";
import { RowLink } from "@/components/ui/row-link";
import { Section } from "@/components/ui/section";
import { useOpen } from "@/components/ui/use-open";
import { useParamsState } from "@/components/ui/use-params-state";
import { t } from "@/server/kernel/words";

const DeckView = later(() => import("@/components/decks/deck-view").then((file) => file.DeckView));

/** Files of prices: a place to drop one, and all that came before. One of them fills the page. */
export function DecksView() {
  const { openId } = useOpen();
  return openId ? <DeckView deckId={openId} key={openId} /> : <AllDecks />;
}

const columnsIn = (): readonly Column<Deck>[] => [
  {
    key: "file",
    header: t("File"),
    fold: "lead",
    grow: "text",
    cell: (deck) => (
      <RowLink className="font-medium" id={deck.id}>
        {deck.fileName}
      </RowLink>
    ),
  },
  { key: "plan", header: t("Plan"), fold: "second", cell: (deck) => deck.plan },
  { key: "state", header: t("State"), fold: "lead-end", cell: (deck) => <State deck={deck} /> },
  { key: "rows", header: t("Prices"), numeric: true, from: "lg", cell: (deck) => countText(deck.rows) },
  {
    key: "changes",
    header: t("Changes"),
    numeric: true,
    from: "lg",
    cell: (deck) => (deck.counts ? countText(changesOf(deck.counts)) : ""),
  },
  {
    key: "when",
    header: t("time|From"),
    from: "lg",
    cell: (deck) => (deck.appliedAt && deck.effectiveAt ? <Moment at={deck.effectiveAt} /> : ""),
  },
  { key: "created", header: t("file|Came"), fold: "second-end", cell: (deck) => <Moment at={deck.createdAt} /> },
];

const inks = { info: "text-ink-2", ok: "text-ok", warn: "text-warn", bad: "text-bad" } as const;

function State({ deck }: Readonly<{ deck: Deck }>) {
  const { word, tone } = stateWords(deck);
  return <span className={inks[tone]}>{word}</span>;
}

function AllDecks() {
  const { tenantSlug, tenant, can, hrefOf } = useScope();
  const { params, set } = useParamsState();
  const after = params.get("after") ?? undefined;
  const query = useQuery(useTRPC().decks.list.queryOptions({ tenantSlug, ...(after ? { deckId: after } : {}) }));
  const sells = tenant.kind !== "customer";
  return (
    <>
      <PageHeader
        actions={
          <Link className={buttonClass()} href={hrefOf("plans")}>
            {sells ? t("Plans") : t("Prices")}
          </Link>
        }
        title={t("Rate decks")}
      />
      {sells ? (
        <div className="grid gap-8">
          {can("plans.write") && <NewDeck />}
          <Section level={2} title={t("Decks")}>
            <QueryView query={query}>
              {(data) => (
                <>
                  <DataTable
                    caption={t("Decks")}
                    columns={columnsIn()}
                    empty={
                      <p className="text-ink-2">{t("No deck yet. Prices can also be set one by one on the plan.")}</p>
                    }
                    rowKey={({ id }) => id}
                    rows={data.items}
                  />
                  {(data.nextCursor || after) && (
                    <Pages
                      counted={t("{count, plural, one {# deck} other {# decks}}", { count: data.items.length })}
                      onNewest={after ? () => set({ after: undefined }) : undefined}
                      onOlder={data.nextCursor ? () => set({ after: data.nextCursor ?? undefined }) : undefined}
                    />
                  )}
                </>
              )}
            </QueryView>
          </Section>
        </div>
      ) : (
        <Notice title={t("There are no rate decks here.")} tone="info">
          {t("Who sells calls brings prices from files. What you pay stands under Prices.")}
        </Notice>
      )}
    </>
  );
}
