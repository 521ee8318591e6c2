import type { RateField } from "@/components/plans/read-rate";
import { Field } from "@/components/ui/field";
import type { Problems } from "@/components/ui/use-fields";
import { msg, say, t } from "@/server/kernel/words";

type Props = Readonly<{ currency: string; problems: Problems<RateField> }>;

const increments = [
  { name: "first", label: msg("increment|First"), hint: msg("Billed at least"), usual: "60" },
  { name: "next", label: msg("increment|Next"), hint: msg("Then in steps of"), usual: "60" },
  { name: "grace", label: msg("increment|Grace"), hint: msg("Shorter is free"), usual: "0" },
] as const;

/** What every price has. */
export function RateFields({ currency, problems }: Props) {
  return (
    <>
      <Field
        data-first=""
        hint={t("Digits of the number after the plus. The longest match wins.")}
        inputMode="numeric"
        label={t("Prefix")}
        name="prefix"
        problem={problems.prefix}
      />
      <div className="grid grid-cols-2 gap-4">
        <Field
          inputMode="decimal"
          label={t("Per minute")}
          name="perMinute"
          placeholder="0.0125"
          problem={problems.perMinute}
          unit={currency}
        />
        <Field
          inputMode="decimal"
          label={t("Connection fee")}
          name="connectionFee"
          placeholder={t("None")}
          problem={problems.connectionFee}
          unit={currency}
        />
      </div>
      <div className="grid grid-cols-3 gap-4">
        {increments.map(({ name, label, hint, usual }) => (
          <Field
            defaultValue={usual}
            hint={say(hint)}
            inputMode="numeric"
            key={name}
            label={say(label)}
            name={name}
            problem={problems[name]}
            unit="s"
          />
        ))}
      </div>
    </>
  );
}
