"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { useTRPC } from "@/components/api/client";
import { QueryView } from "@/components/api/query-view";
import { ContinentSection } from "@/components/destinations/continent-section";
import { continentsInOrder } from "@/components/destinations/continent-words";
import { type Country, changesIn, type Draft, savedOpen } from "@/components/destinations/destination-draft";
import { matchesCountry } from "@/components/destinations/match-country";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/empty";
import { later } from "@/components/ui/later";
import { PageHeader } from "@/components/ui/page-header";
import { SearchBox } from "@/components/ui/search-box";
import { Select } from "@/components/ui/select";
import { useListKeys } from "@/components/ui/use-list-keys";
import { useOpen } from "@/components/ui/use-open";
import { useParamsState } from "@/components/ui/use-params-state";
import type { Continent } from "@/server/domain/destinations/continents";
import type { Reach } from "@/server/domain/destinations/destination.schema";
import { numberClasses } from "@/server/kernel/number-class";
import { t } from "@/server/kernel/words";

const CountryPanel = later(() => import("@/components/destinations/country-panel").then((file) => file.CountryPanel));
const SaveDestinations = later(() =>
  import("@/components/destinations/save-destinations").then((file) => file.SaveDestinations),
);

const shownChoices = () => [
  { value: "", label: t("All countries") },
  { value: "open", label: t("Open") },
  { value: "closed", label: t("Closed") },
  { value: "called", label: t("Called in 90 days") },
];
const reachChoices = () => [
  { value: "", label: t("For own phones") },
  { value: "below", label: t("For everybody below") },
];

/** Where this tenant's phones can call. Closed is the default; each class of a country's numbers is opened by hand. */
export function DestinationsView() {
  const { tenant, can } = useScope();
  const { params, set } = useParamsState();
  const reach: Reach = tenant.kind !== "customer" && params.get("for") === "below" ? "below" : "own";
  const [text, which] = [params.get("q") ?? "", params.get("show") ?? ""];
  const [draft, setDraft] = useState<Draft>({});
  const query = useCountries();
  const all = query.data?.items ?? [];
  const isOpen = (item: Country) => numberClasses.some((of) => savedOpen(item, of, reach));
  const shown = all.filter((item) => matchesCountry(item, text) && (shows[which]?.(item, isOpen(item)) ?? true));
  const narrowed = text !== "" || which !== "";
  const world = { draft, items: shown, mayChange: can("destinations.write"), narrowed, reach };
  const turn = (value: string) => {
    setDraft({});
    set({ for: value || undefined });
  };

  return (
    <>
      <PageHeader
        aside={query.data && t("{open} of {all} countries open", { open: all.filter(isOpen).length, all: all.length })}
        title={tenant.kind === "customer" ? t("Where you can call") : t("Destinations")}
      >
        <SearchBox
          className="w-full sm:w-64"
          label={t("Country or code, such as +44")}
          onValue={(q) => set({ q }, "replace")}
          value={text}
        />
        <Choice
          choices={shownChoices()}
          label={t("Show")}
          name="show"
          onValue={(show) => set({ show })}
          value={which}
        />
        {tenant.kind !== "customer" && (
          <Choice
            choices={reachChoices()}
            label={t("Whose calls")}
            name="for"
            onValue={turn}
            value={reach === "below" ? "below" : ""}
          />
        )}
      </PageHeader>
      <WhatItMeans reach={reach} />
      <QueryView query={query}>
        {() => (shown.length === 0 ? <NothingMatches /> : <World {...world} onDraft={setDraft} />)}
      </QueryView>
      {changesIn(draft).length > 0 && <SaveDestinations draft={draft} onDone={() => setDraft({})} reach={reach} />}
    </>
  );
}

function WhatItMeans({ reach }: Readonly<{ reach: Reach }>) {
  const first =
    reach === "below"
      ? t(
          "What is closed here is closed for every tenant below and for your own phones, whatever they open themselves.",
        )
      : t("A call to a closed class of a country's numbers is refused before it costs anything.");
  const classes = t(
    "Special numbers are premium, shared-cost, personal and satellite ones; fraud-prone are ranges that your provider keeps a list of.",
  );
  return (
    <p className="max-w-prose pb-3 text-ink-2">{[first, classes, t("Emergency numbers always pass.")].join(" ")}</p>
  );
}

const shows: Readonly<Record<string, (item: Country, open: boolean) => boolean>> = {
  open: (_, open) => open,
  closed: (_, open) => !open,
  called: (item) => item.recentCalls > 0,
};

function NothingMatches() {
  const { set } = useParamsState();
  const clear = () => set({ q: undefined, show: undefined });
  return <Empty action={<Button onClick={clear}>{t("Clear filter")}</Button>} title={t("No country matches.")} />;
}

function useCountries() {
  const { tenantSlug } = useScope();
  return useQuery(useTRPC().destinations.list.queryOptions({ tenantSlug }));
}

type ChoiceProps = Readonly<{
  label: string;
  name: string;
  value: string;
  choices: readonly { value: string; label: string }[];
  onValue: (value: string) => void;
}>;
const Choice = ({ onValue, ...rest }: ChoiceProps) => (
  <Select {...rest} labelHidden onChange={(event) => onValue(event.target.value)} />
);

type WorldProps = Readonly<{
  items: readonly Country[];
  draft: Draft;
  reach: Reach;
  onDraft: (draft: Draft) => void;
  mayChange: boolean;
  /** Whether a search or filter holds: what is left is shown unfolded. */
  narrowed: boolean;
}>;

function World({ items, narrowed, ...board }: WorldProps) {
  const { tenantSlug } = useScope();
  const list = useListKeys();
  const { openId, close } = useOpen();
  const [turned, setTurned] = useState<ReadonlySet<Continent>>(new Set());
  const priced = useQuery(useTRPC().destinations.prices.queryOptions({ tenantSlug }));
  const prices = new Map(priced.data?.items.map((one) => [one.country, one]));
  const opened = items.find(({ country }) => country === openId);
  const flip = (continent: Continent) => {
    const next = new Set(turned);
    if (!next.delete(continent)) next.add(continent);
    setTurned(next);
  };
  return (
    <div data-list="" ref={list}>
      {continentsInOrder.map((continent) => {
        const here = items.filter((item) => item.continent === continent);
        // What is of interest stands open: where something is open for calls, or was called.
        const lively = narrowed || here.some((item) => item.open || item.recentCalls > 0 || item.country === openId);
        return (
          here.length > 0 && (
            <ContinentSection
              board={{ ...board, prices, openId }}
              continent={continent}
              items={here}
              key={continent}
              onFold={() => flip(continent)}
              unfolded={lively !== turned.has(continent)}
            />
          )
        );
      })}
      {opened && <CountryPanel item={opened} onClose={close} reach={board.reach} />}
    </div>
  );
}
