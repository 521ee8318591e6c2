import { moreFields, type RateField } from "@/components/plans/read-rate";
import { Field } from "@/components/ui/field";
import { Select } from "@/components/ui/select";
import type { Problems } from "@/components/ui/use-fields";
import { t } from "@/server/kernel/words";

type Props = Readonly<{ currency: string; zone: string; planZone: string; problems: Problems<RateField> }>;

/** As it is typed, in every language. */
const WEEKDAYS = "mon-fri";

/** What few prices need: folded away, and opened by itself where something in it is wrong. */
export function MoreRateFields({ currency, zone, planZone, problems }: Props) {
  const wrong = moreFields.some((name) => problems[name]);
  return (
    <details {...(wrong ? { open: true } : {})}>
      <summary className="min-h-8 cursor-pointer py-1 font-medium text-ink-2">{t("More")}</summary>
      <div className="grid gap-4 pt-2">
        <div className="grid grid-cols-2 gap-4">
          <Select
            choices={[
              { value: "out", label: t("Calls out") },
              { value: "in", label: t("Incoming calls") },
            ]}
            label={t("direction|For")}
            name="direction"
          />
          <Field label={t("Destination")} name="destination" placeholder={t("None")} problem={problems.destination} />
        </div>
        <Field
          hint={t("second:price:increment, several with a semicolon: from that second on another price a minute.")}
          label={t("Steps")}
          name="steps"
          placeholder="60:0.05:1; 600:0.04:60"
          problem={problems.steps}
        />
        <Bounds currency={currency} problems={problems} />
        <When planZone={planZone} problems={problems} zone={zone} />
      </div>
    </details>
  );
}

function Bounds({ currency, problems }: Pick<Props, "currency" | "problems">) {
  return (
    <div className="grid grid-cols-2 gap-4">
      <Field
        hint={t("At the beginning, the fee apart.")}
        inputMode="numeric"
        label={t("Free seconds")}
        name="freeSeconds"
        placeholder={t("None")}
        problem={problems.freeSeconds}
        unit="s"
      />
      <Field
        hint={t("What a charged call costs at least.")}
        inputMode="decimal"
        label={t("Minimum charge")}
        name="minimumCharge"
        placeholder={t("None")}
        problem={problems.minimumCharge}
        unit={currency}
      />
      <Field
        hint={t("What a call costs at most.")}
        inputMode="decimal"
        label={t("Maximum charge")}
        name="maxCharge"
        placeholder={t("None")}
        problem={problems.maxCharge}
        unit={currency}
      />
      <Select
        choices={[
          { value: "cut", label: t("the call is cut") },
          { value: "free", label: t("the call is free") },
        ]}
        label={t("Beyond the maximum")}
        name="beyond"
        problem={problems.beyond}
      />
    </div>
  );
}

function When({ zone, planZone, problems }: Omit<Props, "currency">) {
  return (
    <>
      <div className="grid grid-cols-2 gap-4">
        <Field label={t("Days")} name="days" placeholder={WEEKDAYS} problem={problems.days} />
        <Field
          hint={t("On the clock of {zone}.", { zone: planZone })}
          label={t("Hours")}
          name="hours"
          placeholder="08:00-19:00"
          problem={problems.hours}
        />
      </div>
      <div className="grid gap-4">
        <Field
          hint={t("Left empty: now. On the clock of {zone}.", { zone })}
          label={t("time|From")}
          name="from"
          problem={problems.from}
          type="datetime-local"
        />
        <Field
          hint={t("Left empty: for good.")}
          label={t("Until")}
          name="to"
          problem={problems.to}
          type="datetime-local"
        />
      </div>
    </>
  );
}
