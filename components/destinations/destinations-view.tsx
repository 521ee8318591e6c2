"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { useTRPC } from "@/components/api/client";
import type { Outputs } from "@/components/api/outputs";
import { QueryView } from "@/components/api/query-view";
import { refusalOf } from "@/components/api/refusal";
import { matchesCountry } from "@/components/destinations/match-country";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { type Column, DataTable } from "@/components/ui/data-table";
import { Empty } from "@/components/ui/empty";
import { PageHeader } from "@/components/ui/page-header";
import { SearchBox } from "@/components/ui/search-box";
import { Select } from "@/components/ui/select";
import { Switch } from "@/components/ui/switch";
import { toast } from "@/components/ui/toast-store";
import { useParamsState } from "@/components/ui/use-params-state";

type Country = Outputs["destinations"]["list"]["items"][number];

const shownChoices = [
  { value: "", label: "All countries" },
  { value: "open", label: "Open" },
  { value: "closed", label: "Closed" },
];

/** Where this tenant's phones can call. Closed is the default; each country is opened by hand. */
export function DestinationsView() {
  const { tenantSlug, can } = useScope();
  const { params, set } = useParamsState();
  const trpc = useTRPC();
  const query = useQuery(trpc.destinations.list.queryOptions({ tenantSlug }));
  const [text, which] = [params.get("q") ?? "", params.get("show") ?? ""];
  const all = query.data?.items ?? [];
  const open = all.filter((item) => item.open).length;
  const shown = all.filter((item) => matchesCountry(item, text) && (which === "" || item.open === (which === "open")));
  const clear = () => set({ q: undefined, show: undefined });

  return (
    <>
      <PageHeader aside={query.data && `${open} of ${all.length} countries open`} title="Destinations">
        <SearchBox
          className="w-full sm:w-64"
          label="Country or code, such as +44"
          onValue={(q) => set({ q }, "replace")}
          value={text}
        />
        <Select
          choices={shownChoices}
          label="Show"
          labelHidden
          name="show"
          onChange={(event) => set({ show: event.target.value })}
          value={which}
        />
      </PageHeader>
      <p className="max-w-prose pb-3 text-ink-2">
        A call to a closed country is refused before it costs anything. A change counts from the next call; calls in
        progress go on. Emergency numbers always pass.
      </p>
      <QueryView query={query}>
        {() => (
          <DataTable
            caption="Countries"
            fit
            columns={columnsIn(can("destinations.write"))}
            empty={<Empty action={<Button onClick={clear}>Clear filter</Button>} title="No country matches." />}
            rowKey={(item) => item.country}
            rows={shown}
          />
        )}
      </QueryView>
    </>
  );
}

const columnsIn = (mayChange: boolean): readonly Column<Country>[] => [
  {
    key: "country",
    header: "Country",
    fold: "lead",
    cell: (item) => (
      <span className="flex items-center gap-2">
        <span className="w-7 rounded-sm border text-center font-mono text-xs leading-4 text-ink-3">{item.country}</span>
        {item.name}
      </span>
    ),
  },
  {
    key: "code",
    header: "Code",
    fold: "second",
    className: "max-sm:pl-9",
    cell: (item) => <span className="figures">{item.callingCode && `+${item.callingCode}`}</span>,
  },
  {
    key: "calls",
    header: "Calls in 90 days",
    numeric: true,
    cell: (item) => (item.recentCalls > 0 ? item.recentCalls : <span className="text-ink-3">–</span>),
  },
  {
    key: "allowed",
    header: "Calls there are",
    fold: "lead-end",
    className: "sm:pl-6",
    cell: (item) =>
      mayChange ? <OpenSwitch item={item} /> : <span className="font-medium">{item.open ? "Open" : "Closed"}</span>,
  },
];

function OpenSwitch({ item }: Readonly<{ item: Country }>) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const save = useMutation(
    trpc.destinations.set.mutationOptions({
      onSettled: () => queries.invalidateQueries({ queryKey: trpc.destinations.pathKey() }),
      onError: (error) => toast(refusalOf(error).title, { tone: "bad" }),
    }),
  );
  const change = (open: boolean): void =>
    save.mutate(
      { tenantSlug, country: item.country, open },
      {
        onSuccess: () =>
          toast(`${item.name} is ${open ? "open" : "closed"} from the next call.`, {
            undo: () => save.mutate({ tenantSlug, country: item.country, open: !open }),
          }),
      },
    );
  const on = save.isPending ? (save.variables?.open ?? item.open) : item.open;
  return (
    <Switch
      disabled={save.isPending}
      label={`Calls to ${item.name}`}
      on={on}
      onChange={change}
      words={["Open", "Closed"]}
    />
  );
}
