"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";

import { useTRPC } from "@/components/api/client";
import type { Outputs } from "@/components/api/outputs";
import { problemsOf, refusalBeside } from "@/components/api/refusal";
import { useSeen } from "@/components/api/use-seen";
import { plainAmount } from "@/components/billing/amount-input";
import { type AlertDraft, levelProblems } from "@/components/payments/alert-levels";
import { amountField } from "@/components/payments/amount-field";
import { useScope } from "@/components/shell/scope";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { FormEnd } from "@/components/ui/form-end";
import { Select } from "@/components/ui/select";
import { toast } from "@/components/ui/toast-store";
import { decimalOf } from "@/server/kernel/money";
import { t } from "@/server/kernel/words";

type Level = Outputs["alerts"]["get"]["levels"][number];
type Props = Readonly<{ levels: readonly Level[]; onClose: () => void }>;

const PLACES = [0, 1, 2] as const;

/** At which levels, amounts or days before the end, the owners are told; all empty tell nobody. */
export function LowAlertForm({ levels, onClose }: Props) {
  const { tenantSlug } = useScope();
  const queries = useQueryClient();
  const [problems, setProblems] = useState<readonly (string | undefined)[]>([]);
  const { seen, told } = useSeen({ levels: levelsText(levels) });
  const set = useMutation(
    useTRPC().alerts.set.mutationOptions({
      onSuccess: (_, { levels: saved }) => {
        void queries.invalidateQueries();
        toast(saved.length === 0 ? t("Nobody is told any more.") : t("The owners will be told."));
        onClose();
      },
      onError: told,
    }),
  );

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    const drafts = draftsOf(new FormData(form));
    const found = levelProblems(drafts);
    setProblems(found);
    const wrong = found.findIndex((problem) => problem !== undefined);
    if (wrong >= 0) {
      const field = form.elements.namedItem(`value${wrong}`);
      if (field instanceof HTMLElement) field.focus();
      return;
    }
    const filled = drafts.filter(({ value }) => value !== "");
    set.mutate({
      tenantSlug,
      levels: filled.map(({ kind, value }) =>
        kind === "days" ? { below: null, forDays: Number(value) } : { below: value, forDays: null },
      ),
      seen,
    });
  }

  const refused = problemsOf(set.error)["levels"];
  return (
    <Dialog onClose={onClose} title={t("Low-balance alert")}>
      <form className="grid gap-4" noValidate onSubmit={submit}>
        {PLACES.map((at) => (
          <LevelRow at={at} key={at} level={levels[at]} problem={problems[at] ?? (at === 0 ? refused : undefined)} />
        ))}
        <p className="text-ink-3">
          {t(
            "The owners get one mail at each level, and again after there was a tenth more. All fields empty tell nobody.",
          )}
        </p>
        <FormEnd
          busy={set.isPending && t("Saving…")}
          onCancel={onClose}
          refusal={refusalBeside(set.error, { levels: 1 })}
          submit={t("Save alert")}
        />
      </form>
    </Dialog>
  );
}

/** The levels as the trail has them. */
const levelsText = (levels: readonly Level[]): string =>
  levels
    .map(({ belowMicros, belowDays }) => (belowMicros === null ? `${belowDays} days` : decimalOf(belowMicros)))
    .join(", ");

function draftsOf(data: FormData): AlertDraft[] {
  return PLACES.map((at) => {
    const value = String(data.get(`value${at}`) ?? "").trim();
    return data.get(`kind${at}`) === "days" ? { kind: "days", value } : { kind: "amount", value: plainAmount(value) };
  });
}

function LevelRow({
  at,
  level,
  problem,
}: Readonly<{ at: (typeof PLACES)[number]; level: Level | undefined; problem: string | undefined }>) {
  const { currency } = useScope();
  const [kind, setKind] = useState(level && level.belowDays !== null ? "days" : "amount");
  const place = at + 1;
  return (
    <fieldset className="grid items-start gap-3 sm:grid-cols-2">
      <legend className="sr-only">{t("Level {n}", { n: place })}</legend>
      <Select
        choices={[
          { value: "amount", label: t("When less is available than") },
          { value: "days", label: t("When it lasts less than") },
        ]}
        label={t("Level {n}", { n: place })}
        name={`kind${at}`}
        onChange={(event) => setKind(event.currentTarget.value)}
        value={kind}
      />
      <Field
        {...(at === 0 ? { "data-first": "" } : {})}
        defaultValue={level?.belowDays?.toString() ?? amountField(level?.belowMicros)}
        inputMode={kind === "days" ? "numeric" : "decimal"}
        label={kind === "days" ? t("Days left") : t("Amount left")}
        name={`value${at}`}
        problem={problem}
        required={false}
        unit={kind === "days" ? t("days") : currency}
      />
    </fieldset>
  );
}
