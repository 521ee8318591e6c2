"use client";

import { type FormEvent, useState } from "react";

import { refusalOf } from "@/components/api/refusal";
import {
  begunWith,
  fileOf,
  formatsFor,
  type Parts,
  partsOf,
  takenOut,
  type Whose,
  withWhose,
} from "@/components/exports/asked-file";
import type { Filter } from "@/components/exports/export-address";
import { formatHints, formatWords } from "@/components/exports/export-words";
import { narrowedText } from "@/components/exports/filter-words";
import { useExports } from "@/components/exports/use-exports";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { FormEnd } from "@/components/ui/form-end";
import { Select } from "@/components/ui/select";
import {
  datedKinds,
  type ExportFormat,
  type ExportKind,
  exportKinds,
  exportWords,
  isExportKind,
  isThere,
} from "@/server/domain/exports/export.schema";
import type { ExportStyle } from "@/server/domain/exports/new-export.schema";
import { type Rhythm, rhythms, rhythmWords, withoutPeriod } from "@/server/domain/exports/rhythm-kinds.schema";
import { say, t } from "@/server/kernel/words";

type Props = Readonly<{
  from: Readonly<{ what: ExportKind; filter: Filter; style?: ExportStyle }>;
  onClose: () => void;
}>;

/** Which list, narrowed how, and written how. What came with the list's own filter is kept and can be taken out. */
export function NewExport({ from, onClose }: Props) {
  const { tenantSlug, tenant, can } = useScope();
  const { create, schedule } = useExports(onClose);
  const [every, setEvery] = useState<Every>("once");
  const asked = every === "once" ? create : schedule;
  const [what, setWhat] = useState(from.what);
  const seller = tenant.kind !== "customer";
  const [filter, setFilter] = useState(() => begunWith({ ...from, seller, again: from.style !== undefined }));
  const [wanted, setWanted] = useState(from.style?.format ?? "csv");
  const parts = partsOf({ what, filter, seller });
  const narrowed = every === "once" ? parts.rest : withoutPeriod(parts.rest);
  const formats = formatsFor(what, parts);
  const format = formats.includes(wanted) ? wanted : "csv";
  const kinds = exportKinds.filter((kind) => can(exportWords[kind].permission) && isThere(kind, tenant.kind));

  function choose(kind: string) {
    if (!isExportKind(kind)) return;
    setWhat(kind);
    setFilter(begunWith({ what: kind, filter: {}, seller }));
  }

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const file = fileOf(new FormData(event.currentTarget), { what, ...parts, format });
    if (every === "once") create.mutate({ tenantSlug, file });
    else schedule.mutate({ tenantSlug, file, every });
  }

  return (
    <Dialog onClose={onClose} title={from.style ? t("Repeat export") : t("New export")}>
      <form className="grid gap-4" noValidate onSubmit={submit}>
        <Select
          choices={kinds.map((kind) => ({ value: kind, label: say(exportWords[kind].name) }))}
          data-first=""
          hint={say(exportWords[what].moment)}
          label={t("List")}
          name="what"
          onChange={(event) => choose(event.target.value)}
          value={what}
        />
        {parts.whose && <WhoseCalls onChange={(whose) => setFilter(withWhose(filter, whose))} whose={parts.whose} />}
        <How every={every} onChange={setEvery} what={what} />
        {parts.days && every === "once" && <Days days={parts.days} />}
        {Object.keys(narrowed).length > 0 && <Narrowed by={narrowed} onClear={() => setFilter(takenOut(parts))} />}
        <Format format={format} formats={formats} onChange={setWanted} />
        <Style format={format} style={from.style} />
        {format !== "pdf" && exportWords[what].columns.length > 0 && (
          <Columns chosen={from.style?.columns} key={what} what={what} />
        )}
        <FormEnd
          busy={asked.isPending && t("Asking…")}
          onCancel={onClose}
          refusal={asked.error ? refusalOf(asked.error) : undefined}
          submit={every === "once" ? t("Make file") : t("Schedule file")}
        />
      </form>
    </Dialog>
  );
}

type Every = Rhythm | "once";
type HowProps = Readonly<{ what: ExportKind; every: Every; onChange: (every: Every) => void }>;

function How({ what, every, onChange }: HowProps) {
  return (
    <Select
      choices={[
        { value: "once", label: t("Once, now") },
        ...rhythms.map((value) => ({ value, label: say(rhythmWords[value].name) })),
      ]}
      {...(every !== "once" && { hint: whenHint(what, every) })}
      label={t("Make it")}
      name="every"
      onChange={(event) => onChange(rhythms.find((one) => one === event.target.value) ?? "once")}
      value={every}
    />
  );
}

type WhoseProps = Readonly<{ whose: Whose; onChange: (whose: Whose) => void }>;

/** As on the page of calls: of a seller the calls of all below, or its own. */
function WhoseCalls({ whose, onChange }: WhoseProps) {
  return (
    <Select
      choices={[
        { value: "below", label: t("All below") },
        { value: "own", label: t("Own calls") },
      ]}
      label={t("Whose calls")}
      name="scope"
      onChange={(event) => onChange(event.target.value === "own" ? "own" : "below")}
      value={whose}
    />
  );
}

type FormatProps = Readonly<{
  formats: readonly ExportFormat[];
  format: ExportFormat;
  onChange: (format: ExportFormat) => void;
}>;

function Format({ formats, format, onChange }: FormatProps) {
  return (
    <Select
      choices={formats.map((one) => ({ value: one, label: say(formatWords[one]) }))}
      hint={say(formatHints[format])}
      label={t("Format")}
      name="format"
      onChange={(event) => onChange(formats.find((one) => one === event.target.value) ?? "csv")}
      value={format}
    />
  );
}

/** Which days each time is about, and how one hears of it. */
function whenHint(what: ExportKind, every: Rhythm): string {
  const month = what === "earnings" && t("It is of the month in which the period before began.");
  const days = datedKinds.includes(what) ? say(rhythmWords[every].about) : t("As the list stands then.");
  return [month || days, t("You get a mail with the way to it.")].join(" ");
}

function Days({ days }: Readonly<{ days: NonNullable<Parts["days"]> }>) {
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <Field defaultValue={days.from ?? ""} label={t("First day")} name="from" type="date" />
      <Field defaultValue={days.to ?? ""} label={t("Last day")} name="to" type="date" />
    </div>
  );
}

function Narrowed({ by, onClear }: Readonly<{ by: Filter; onClear: () => void }>) {
  return (
    <p className="flex flex-wrap items-center justify-between gap-2 rounded-md bg-sunken p-3">
      <span>{t("Only {filter}", { filter: narrowedText(by) })}</span>
      <Button onClick={onClear}>{t("Take out")}</Button>
    </p>
  );
}

function Style({ style, format }: Readonly<{ style: ExportStyle | undefined; format: ExportStyle["format"] }>) {
  const { timeZone } = useScope().tenant;
  const mine = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const zones = [...new Set([style?.timeZone ?? timeZone, timeZone, mine, "UTC"])];
  const label = (zone: string) => {
    if (zone === timeZone) return t("{zone} (this tenant's)", { zone });
    return zone === mine && zone !== "UTC" ? t("{zone} (yours)", { zone }) : zone;
  };
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <Select
        choices={zones.map((zone) => ({ value: zone, label: label(zone) }))}
        defaultValue={style?.timeZone ?? timeZone}
        hint={t("Each time is written with its offset.")}
        label={t("Time zone")}
        name="timeZone"
      />
      {(format === "csv" || format === "csv_safe") && (
        <Select
          choices={[
            { value: "point", label: t("1.25 with commas") },
            { value: "comma", label: t("1,25 with semicolons") },
          ]}
          defaultValue={style?.decimals ?? "point"}
          hint={t("And what stands between cells.")}
          label={t("Decimals")}
          name="decimals"
        />
      )}
    </div>
  );
}

function Columns({ what, chosen }: Readonly<{ what: ExportKind; chosen: readonly string[] | undefined }>) {
  const all = exportWords[what].columns;
  return (
    <details>
      <summary className="cursor-pointer font-medium">
        {t("Columns")}{" "}
        <span className="font-normal text-ink-3">
          {chosen ? t("{chosen} of {all}", { chosen: chosen.length, all: all.length }) : t("all columns|all")}
        </span>
      </summary>
      <fieldset className="mt-2 grid max-h-56 gap-x-4 gap-y-1 overflow-y-auto sm:grid-cols-2">
        <legend className="sr-only">{t("Columns")}</legend>
        {all.map(({ key, about }) => (
          <label className="flex min-h-6 items-center gap-2" key={key} title={about}>
            <input defaultChecked={chosen?.includes(key) ?? true} name="columns" type="checkbox" value={key} />
            <code className="text-xs">{key}</code>
          </label>
        ))}
      </fieldset>
    </details>
  );
}
