"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";

import { useTRPC } from "@/components/api/client";
import { problemsOf, refusalBeside } from "@/components/api/refusal";
import { useScope } from "@/components/shell/scope";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { FormEnd } from "@/components/ui/form-end";
import { Select } from "@/components/ui/select";
import { toast } from "@/components/ui/toast-store";
import { checks, useFields } from "@/components/ui/use-fields";
import { msg, t } from "@/server/kernel/words";

const SECONDS_PER_MINUTE = 60;

type Values = Readonly<Record<"name" | "quantity" | "unit" | "period" | "prefixes", string>>;

/** Minutes are kept as seconds. */
function bundleOf({ name, quantity, unit, period, prefixes }: Values) {
  const seconds = unit === "seconds";
  return {
    name,
    unit: seconds ? ("seconds" as const) : ("calls" as const),
    quantity: Number(quantity) * (seconds ? SECONDS_PER_MINUTE : 1),
    period: period === "day" ? ("day" as const) : ("month" as const),
    prefixes: prefixes.split(/[\s,;]+/).filter((prefix) => prefix !== ""),
  };
}

/** Makes a bundle; who gets it is chosen at the tenant. */
export function NewBundle({ onClose }: Readonly<{ onClose: () => void }>) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const form = useFields({
    name: checks.filled(msg("The name is missing.")),
    quantity: checks.shape(/^[1-9]\d{0,6}$/, msg("Write a whole number.")),
    unit: checks.any,
    period: checks.any,
    prefixes: checks.shape(/^\+?[1-9][\d\s,;+]*$/, msg("Write prefixes such as 49, 43.")),
  });
  const make = useMutation(
    trpc.bundles.create.mutationOptions({
      onSuccess: () => {
        void queries.invalidateQueries({ queryKey: trpc.bundles.pathKey() });
        toast(t("Bundle made. Give it to a tenant from its terms."));
        onClose();
      },
    }),
  );
  const problems = { ...problemsOf(make.error), ...form.problems };

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = form.read(event.currentTarget);
    if (!values) return;
    make.mutate({ tenantSlug, ...bundleOf(values) });
  }
  return (
    <Dialog onClose={onClose} title={t("New bundle")}>
      <form className="grid gap-4" noValidate onSubmit={submit}>
        <Field
          data-first=""
          label={t("Name")}
          maxLength={100}
          name="name"
          placeholder={t("Europe 500")}
          problem={problems.name}
        />
        <BundleFields problems={problems} />
        <FormEnd
          busy={make.isPending && t("Making…")}
          onCancel={onClose}
          refusal={refusalBeside(make.error, { name: "", quantity: "", prefixes: "" })}
          submit={t("Make bundle")}
        />
      </form>
    </Dialog>
  );
}

function BundleFields({ problems }: Readonly<{ problems: Partial<Record<string, string | undefined>> }>) {
  return (
    <>
      <div className="grid grid-cols-3 gap-4">
        <Field
          inputMode="numeric"
          label={t("How many")}
          name="quantity"
          placeholder="500"
          problem={problems["quantity"]}
        />
        <Select
          choices={[
            { value: "seconds", label: t("unit|minutes") },
            { value: "calls", label: t("unit|calls") },
          ]}
          label={t("unit|Of")}
          name="unit"
        />
        <Select
          choices={[
            { value: "month", label: t("each month") },
            { value: "day", label: t("each day") },
          ]}
          label={t("Anew")}
          name="period"
        />
      </div>
      <Field
        hint={t("Numbers that begin with one of these, in full form.")}
        label={t("Prefixes")}
        name="prefixes"
        placeholder="49, 43, 41"
        problem={problems["prefixes"]}
      />
    </>
  );
}
