import type { RateField } from "@/components/plans/read-rate";
import { Field } from "@/components/ui/field";
import type { Problems } from "@/components/ui/use-fields";

type Props = Readonly<{ currency: string; problems: Problems<RateField> }>;

const increments = [
  { name: "first", label: "First", hint: "Billed at least", usual: "60" },
  { name: "next", label: "Next", hint: "Then in steps of", usual: "60" },
  { name: "grace", label: "Grace", hint: "Shorter is free", usual: "0" },
] as const;

/** What every price has. */
export function RateFields({ currency, problems }: Props) {
  return (
    <>
      <Field
        data-first=""
        hint="Digits of the number after the plus. The longest match wins."
        inputMode="numeric"
        label="Prefix"
        name="prefix"
        problem={problems.prefix}
      />
      <div className="grid grid-cols-2 gap-4">
        <Field
          inputMode="decimal"
          label="Per minute"
          name="perMinute"
          placeholder="0.0125"
          problem={problems.perMinute}
          unit={currency}
        />
        <Field
          inputMode="decimal"
          label="Connection fee"
          name="connectionFee"
          placeholder="None"
          problem={problems.connectionFee}
          unit={currency}
        />
      </div>
      <div className="grid grid-cols-3 gap-4">
        {increments.map(({ name, label, hint, usual }) => (
          <Field
            defaultValue={usual}
            hint={hint}
            inputMode="numeric"
            key={name}
            label={label}
            name={name}
            problem={problems[name]}
            unit="s"
          />
        ))}
      </div>
    </>
  );
}
