"use client";

import { useCallback } from "react";

import { type CallFilter, isFiltered, noFilter, outcomes } from "@/components/calls/call-filter";
import { outcomeWords } from "@/components/calls/outcome-words";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { buttonClass } from "@/components/ui/button-class";
import { later } from "@/components/ui/later";
import { Popover } from "@/components/ui/popover";
import { SearchBox } from "@/components/ui/search-box";
import { Select } from "@/components/ui/select";
import { t } from "@/server/kernel/words";

type Set = (changes: Readonly<Record<string, string | undefined>>, how?: "push" | "replace") => void;
type Props = Readonly<{ filter: CallFilter; set: Set }>;

const AnyExtension = () => <span className="control flex w-48 items-center text-ink-3">{t("Any extension")}</span>;

const ExtensionField = later(
  () => import("@/components/extensions/extension-field").then((file) => file.ExtensionField),
  <AnyExtension />,
);
const AnyTenant = () => <span className="control flex w-48 items-center text-ink-3">{t("Any tenant")}</span>;
const TenantField = later(
  () => import("@/components/tenants/tenant-field").then((file) => file.TenantField),
  <AnyTenant />,
);
const MoreFilters = later(() => import("@/components/calls/more-call-filters").then((file) => file.MoreCallFilters));

const outcomeChoices = () => [
  { value: "", label: t("Any outcome") },
  ...outcomes.map((value) => ({ value, label: outcomeWords(value).word })),
];

/** The filter as controls; each writes itself into the address. */
export function CallsFilterBar({ filter, set }: Props) {
  const search = useCallback((q: string) => set({ q, before: undefined }, "replace"), [set]);
  const seller = useScope().tenant.kind !== "customer";
  const below = seller && filter.scope !== "own";
  const { reason, direction, country, minCost, minSeconds } = filter;
  const hidden = [reason, direction, country, minCost, minSeconds].filter((value) => value !== undefined).length;
  return (
    <>
      {seller && <Whose below={below} filter={filter} set={set} />}
      <SearchBox
        className="w-full sm:w-56"
        label={t("Number, name or call ID")}
        onValue={search}
        value={filter.text ?? ""}
      />
      <Select
        choices={outcomeChoices()}
        label={t("Outcome")}
        labelHidden
        name="outcome"
        onChange={(event) => set({ outcome: event.target.value, before: undefined })}
        value={filter.outcome ?? ""}
      />
      {!below && (
        <ExtensionField
          className="w-48"
          label={t("Extension")}
          labelHidden
          onValue={(extension) => set({ extension, before: undefined })}
          placeholder={t("Any extension")}
          value={filter.extensionId}
        />
      )}
      <Day filter={filter} label={t("day|From")} name="from" set={set} />
      <Day filter={filter} label={t("day|to")} name="to" set={set} />
      <Popover
        className="w-72 p-3"
        label={hidden > 0 ? t("More filters, {count} in use", { count: hidden }) : t("More filters")}
        trigger={hidden > 0 ? t("More ({count})", { count: hidden }) : t("More")}
        triggerClass={buttonClass()}
      >
        {(close) => <MoreFilters close={close} filter={filter} set={set} />}
      </Popover>
      {isFiltered(filter) && (
        <Button look="quiet" onClick={() => set(noFilter)}>
          {t("Clear filter")}
        </Button>
      )}
    </>
  );
}

/** Of a seller: its own calls or those of all below it, and of these one tenant's with all below that. */
function Whose({ filter, set, below }: Props & Readonly<{ below: boolean }>) {
  return (
    <>
      <Select
        choices={[
          { value: "", label: t("All below") },
          { value: "own", label: t("Own calls") },
        ]}
        label={t("Whose calls")}
        labelHidden
        name="scope"
        onChange={(event) =>
          set({ scope: event.target.value, tenant: undefined, extension: undefined, before: undefined })
        }
        value={below ? "" : "own"}
      />
      {below && <WhichTenant filter={filter} set={set} />}
    </>
  );
}

/** One is looked for by who may read the list of tenants; everybody else sees which one a link has chosen. */
function WhichTenant({ filter: { tenant }, set }: Props) {
  const { can } = useScope();
  const choose = (slug: string | undefined) => set({ tenant: slug, before: undefined });
  if (can("tenants.read"))
    return (
      <TenantField
        className="w-48"
        label={t("Tenant")}
        labelHidden
        onValue={(one) => choose(one?.slug)}
        placeholder={t("Any tenant")}
        value={tenant}
      />
    );
  if (tenant === undefined) return null;
  return (
    <span className="flex items-center gap-2">
      <span className="text-ink-2">{t("Tenant")}</span>
      <bdi dir="ltr">{tenant}</bdi>
      <Button look="quiet" onClick={() => choose(undefined)}>
        {t("Clear choice")}
      </Button>
    </span>
  );
}

function Day({ filter, set, name, label }: Props & Readonly<{ name: "from" | "to"; label: string }>) {
  return (
    <label className="flex items-center gap-2 text-ink-2">
      {label}
      <input
        className="control w-36"
        defaultValue={filter[name] ?? ""}
        key={filter[name] ?? ""}
        onChange={(event) => set({ [name]: event.target.value, before: undefined })}
        type="date"
      />
    </label>
  );
}
