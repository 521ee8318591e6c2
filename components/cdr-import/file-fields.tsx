import type { settingChecks } from "@/components/cdr-import/file-settings";
import { formatChoices } from "@/components/cdr-import/file-words";
import { useScope } from "@/components/shell/scope";
import { Field } from "@/components/ui/field";
import { Select } from "@/components/ui/select";
import type { Problems } from "@/components/ui/use-fields";
import { t } from "@/server/kernel/words";

type FieldsProps = Readonly<{
  format: string;
  onFormat: (format: string) => void;
  /** The name of the PBX that the workers watch. */
  pbx: string;
  problems: Problems<keyof typeof settingChecks>;
}>;

/** The file, what it is, and whose. */
export function FileFields({ format, onFormat, pbx, problems }: FieldsProps) {
  const carrier = format === "carrier";
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <Field
        accept=".csv,.txt,.tsv,text/csv,text/plain"
        className="py-1"
        data-first=""
        hint={t("CSV, at most 4 GB.")}
        label={t("File")}
        name="file"
        problem={problems.file}
        type="file"
      />
      <Select
        choices={formatChoices()}
        label={t("What it is")}
        name="format"
        onChange={(event) => onFormat(event.target.value)}
        value={format}
      />
      <Field
        defaultValue={carrier ? "" : pbx}
        hint={carrier ? t("The same each time: it tells a record from another carrier's.") : t("As in PBX_NAME.")}
        key={carrier ? "carrier" : "pbx"}
        label={carrier ? t("Carrier") : t("PBX")}
        maxLength={40}
        name="source"
        problem={problems.source}
      />
      <Field
        defaultValue="UTC"
        hint={t("Of times that do not say theirs, such as Europe/Berlin.")}
        label={t("Time zone")}
        name="timeZone"
        problem={problems.timeZone}
      />
    </div>
  );
}

type MoreProps = Readonly<{ carrier: boolean; problems: Problems<keyof typeof settingChecks> }>;

/** What is mostly found rightly by itself. */
export function MoreFields({ carrier, problems }: MoreProps) {
  return (
    <>
      <div className="grid gap-1">
        <Check
          label={t("Other files cover that time too: a call of ours that is not in this one is no difference")}
          name="partial"
        />
        <Check label={t("Only try: say what would be found, and keep nothing")} name="dryRun" />
      </div>
      <details>
        <summary className="cursor-pointer font-medium text-ink-2">{t("How it is read and compared")}</summary>
        <div className="grid gap-4 pt-3 sm:grid-cols-2">
          <Field
            defaultValue="2"
            inputMode="numeric"
            label={t("Talk times may differ by")}
            name="talkTolerance"
            problem={problems.talkTolerance}
            unit="s"
          />
          {carrier && <CarrierFields problems={problems} />}
        </div>
      </details>
    </>
  );
}

function CarrierFields({ problems }: Pick<MoreProps, "problems">) {
  const { currency } = useScope();
  return (
    <>
      <Field
        defaultValue="10"
        inputMode="numeric"
        label={t("Its clock may be off by")}
        name="tolerance"
        problem={problems.tolerance}
        unit="s"
      />
      <Field
        defaultValue={currency}
        hint={t("Where the file does not say.")}
        label={t("Currency")}
        maxLength={3}
        name="currency"
        problem={problems.currency}
      />
      <Field
        defaultValue="0"
        hint={t("So far above what was taken is no loss.")}
        inputMode="decimal"
        label={t("Cost tolerance")}
        name="costTolerance"
        problem={problems.costTolerance}
      />
      <Select
        choices={[
          { value: "auto", label: t("Found by itself") },
          { value: "point", label: "0.5" },
          { value: "comma", label: "0,5" },
        ]}
        label={t("Decimals")}
        name="decimals"
      />
      <Select
        choices={[
          { value: "auto", label: t("Found by itself") },
          { value: "ymd", label: t("Year, month, day") },
          { value: "dmy", label: t("Day, month, year") },
          { value: "mdy", label: t("Month, day, year") },
        ]}
        label={t("Dates")}
        name="dateOrder"
      />
    </>
  );
}

function Check({ name, label }: Readonly<{ name: string; label: string }>) {
  return (
    <label className="flex min-h-8 items-start gap-2">
      <input className="mt-0.5 size-4 shrink-0 accent-accent" name={name} type="checkbox" value="yes" />
      <span>{label}</span>
    </label>
  );
}
