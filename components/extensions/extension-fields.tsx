import type { extensionChecks } from "@/components/extensions/extension-checks";
import { Field } from "@/components/ui/field";
import type { Problems } from "@/components/ui/use-fields";
import { t } from "@/server/kernel/words";

type Values = Readonly<{ callerId?: string; maxCalls?: string; dailyCap?: string }>;
type Props = Readonly<{ problems: Problems<keyof typeof extensionChecks>; values?: Values; currency: string }>;

/** Caller ID and limits: the same fields when an extension is made and when it is changed. */
export function ExtensionFields({ problems, values = {}, currency }: Props) {
  return (
    <>
      <Field
        defaultValue={values.callerId}
        hint={t("Shown to the person called. Without one, the tenant's own is used.")}
        label={t("Caller ID")}
        name="callerId"
        problem={problems.callerId}
        required={false}
        type="tel"
      />
      <div className="grid grid-cols-2 gap-4">
        <Field
          defaultValue={values.maxCalls ?? "2"}
          inputMode="numeric"
          label={t("Calls at once")}
          name="maxCalls"
          problem={problems.maxCalls}
        />
        <Field
          defaultValue={values.dailyCap}
          inputMode="decimal"
          label={t("Daily cap")}
          name="dailyCap"
          placeholder={t("None")}
          problem={problems.dailyCap}
          unit={currency}
        />
      </div>
    </>
  );
}
