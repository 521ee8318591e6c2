import { amountProblem } from "@/components/billing/amount-input";
import { Field } from "@/components/ui/field";
import { checks, type Problems } from "@/components/ui/use-fields";

const seconds = checks.shape(/^[1-9]\d{0,3}$/, "Write whole seconds, at least 1.");

/** The same bounds as the server's, in words. */
export const rateChecks = {
  prefix: checks.shape(/^\+?[\d ]{1,18}$/, "Write digits only, such as 4420."),
  perMinute: checks.shape(/^\d{1,9}([.,]\d{1,6})?$/, "Write a price such as 0.0125."),
  connectionFee: checks.optional(amountProblem),
  first: seconds,
  next: seconds,
  grace: checks.shape(/^\d{1,3}$/, "Write whole seconds, or 0."),
} as const;

type Props = Readonly<{ currency: string; problems: Problems<keyof typeof rateChecks> }>;

const increments = [
  { name: "first", label: "First", hint: "Billed at least", usual: "60" },
  { name: "next", label: "Next", hint: "Then in steps of", usual: "60" },
  { name: "grace", label: "Grace", hint: "Shorter is free", usual: "0" },
] as const;

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
