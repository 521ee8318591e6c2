import { moreFields, type RateField } from "@/components/plans/read-rate";
import { Field } from "@/components/ui/field";
import { Select } from "@/components/ui/select";
import type { Problems } from "@/components/ui/use-fields";

type Props = Readonly<{ currency: string; zone: string; planZone: string; problems: Problems<RateField> }>;

/** What few prices need: folded away, and opened by itself where something in it is wrong. */
export function MoreRateFields({ currency, zone, planZone, problems }: Props) {
  const wrong = moreFields.some((name) => problems[name]);
  return (
    <details {...(wrong ? { open: true } : {})}>
      <summary className="min-h-8 cursor-pointer py-1 font-medium text-ink-2">More</summary>
      <div className="grid gap-4 pt-2">
        <div className="grid grid-cols-2 gap-4">
          <Select
            choices={[
              { value: "out", label: "Calls out" },
              { value: "in", label: "Incoming calls" },
            ]}
            label="For"
            name="direction"
          />
          <Field label="Destination" name="destination" placeholder="None" problem={problems.destination} />
        </div>
        <Field
          hint="second:price:increment, several with a semicolon: from that second on another price a minute."
          label="Steps"
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
        hint="At the beginning, the fee apart."
        inputMode="numeric"
        label="Free seconds"
        name="freeSeconds"
        placeholder="None"
        problem={problems.freeSeconds}
        unit="s"
      />
      <Field
        hint="What a charged call costs at least."
        inputMode="decimal"
        label="Minimum charge"
        name="minimumCharge"
        placeholder="None"
        problem={problems.minimumCharge}
        unit={currency}
      />
      <Field
        hint="What a call costs at most."
        inputMode="decimal"
        label="Maximum charge"
        name="maxCharge"
        placeholder="None"
        problem={problems.maxCharge}
        unit={currency}
      />
      <Select
        choices={[
          { value: "cut", label: "the call is cut" },
          { value: "free", label: "the call is free" },
        ]}
        label="Beyond the maximum"
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
        <Field label="Days" name="days" placeholder="mon-fri" problem={problems.days} />
        <Field
          hint={`On the clock of ${planZone}.`}
          label="Hours"
          name="hours"
          placeholder="08:00-19:00"
          problem={problems.hours}
        />
      </div>
      <div className="grid gap-4">
        <Field
          hint={`Left empty: now. On the clock of ${zone}.`}
          label="From"
          name="from"
          problem={problems.from}
          type="datetime-local"
        />
        <Field hint="Left empty: for good." label="Until" name="to" problem={problems.to} type="datetime-local" />
      </div>
    </>
  );
}
