"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId } from "react";

import { useTRPC } from "@/components/api/client";
import type { Outputs } from "@/components/api/outputs";
import { QueryView } from "@/components/api/query-view";
import { problemsOf, refusalBeside, refusalOf } from "@/components/api/refusal";
import { useSeen } from "@/components/api/use-seen";
import { scopeText } from "@/components/blocks/ban-words";
import { Moment } from "@/components/shell/moment";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { type Column, DataTable } from "@/components/ui/data-table";
import { Empty } from "@/components/ui/empty";
import { ErrorState } from "@/components/ui/error-state";
import { Field } from "@/components/ui/field";
import { Section } from "@/components/ui/section";
import { toast } from "@/components/ui/toast-store";
import { checks, useFields } from "@/components/ui/use-fields";
import { msg, t } from "@/server/kernel/words";

type Rules = Outputs["bans"]["rules"];
type Setting = Rules["settings"][number];
type Kept = Rules["kept"][number];

/** When somebody is banned by itself and for how long, and who never is. */
export function BanRulesSection() {
  const { tenantSlug, can } = useScope();
  const query = useQuery(useTRPC().bans.rules.queryOptions({ tenantSlug }));
  const mayChange = can("bans.write");
  return (
    <QueryView query={query}>
      {({ settings, kept }) => (
        <div className="grid gap-8 pt-4">
          <div className="grid gap-8 lg:grid-cols-2">
            {settings.map((setting) => (
              <Rule key={setting.scope} mayChange={mayChange} setting={setting} />
            ))}
          </div>
          <Section level={2} title={t("Never banned")}>
            {mayChange && <Keep />}
            <DataTable
              caption={t("Networks that are never banned")}
              columns={mayChange ? [...columns(), dropColumn()] : columns()}
              empty={
                <Empty title={t("Nothing is kept yet.")}>
                  {t("This machine, and whoever works there, is kept anyway.")}
                </Empty>
              }
              fit
              rowKey={({ network }) => network}
              rows={kept}
            />
          </Section>
        </div>
      )}
    </QueryView>
  );
}

const count = checks.shape(/^\d{1,7}$/, msg("Use a whole number."));
const figures = ["failures", "windowSeconds", "firstSeconds", "longestSeconds"] as const;

function useRule({ scope: _, ...shown }: Setting) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const form = useFields({
    automatic: checks.any,
    failures: count,
    windowSeconds: count,
    firstSeconds: count,
    longestSeconds: count,
  });
  const { seen, told, saved } = useSeen(shown);
  const save = useMutation(
    trpc.bans.setRule.mutationOptions({
      onSuccess: ({ scope, ...now }) => {
        saved(now);
        toast(t("{what}: the rule holds from the next failure.", { what: scopeText(scope) }));
      },
      onError: (error) => {
        form.setProblems(problemsOf(error));
        told(error);
      },
      onSettled: () => queries.invalidateQueries({ queryKey: trpc.bans.pathKey() }),
    }),
  );
  return { form, save, seen };
}

function Rule({ setting, mayChange }: Readonly<{ setting: Setting; mayChange: boolean }>) {
  const { tenantSlug } = useScope();
  const { form, save, seen } = useRule(setting);
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = form.read(event.currentTarget);
    if (!values) return;
    const [failures = 0, windowSeconds = 0, firstSeconds = 0, longestSeconds = 0] = figures.map(
      (name) => +values[name],
    );
    const typed = { failures, windowSeconds, firstSeconds, longestSeconds };
    save.mutate({ tenantSlug, scope: setting.scope, automatic: values.automatic === "on", ...typed, seen });
  }
  const refusal = save.error ? refusalBeside(save.error, form.problems) : undefined;
  const field = (name: (typeof figures)[number], label: string, unit?: string) => (
    <Field
      defaultValue={setting[name]}
      disabled={!mayChange}
      inputMode="numeric"
      label={label}
      name={name}
      problem={form.problems[name]}
      {...(unit ? { unit } : {})}
    />
  );
  return (
    <Section level={2} title={scopeText(setting.scope)}>
      <form className="grid max-w-md gap-3" noValidate onSubmit={submit}>
        <Automatic disabled={!mayChange} on={setting.automatic} problem={form.problems.automatic} />
        <div className="grid grid-cols-2 gap-3">
          {field("failures", t("Failures"))}
          {field("windowSeconds", t("Within"), "s")}
          {field("firstSeconds", t("First ban"), "s")}
          {field("longestSeconds", t("Longest ban"), "s")}
        </div>
        {refusal && <ErrorState {...refusal} />}
        {mayChange && (
          <Button busy={save.isPending && t("Saving…")} className="justify-self-start" type="submit">
            {t("Save the rule")}
          </Button>
        )}
      </form>
    </Section>
  );
}

type AutomaticProps = Readonly<{ on: boolean; disabled: boolean; problem: string | undefined }>;

function Automatic({ on, disabled, problem }: AutomaticProps) {
  const id = useId();
  return (
    <div>
      <label className="flex min-h-8 items-center gap-2">
        <input
          aria-describedby={problem ? id : undefined}
          className="size-4 accent-accent"
          defaultChecked={on}
          disabled={disabled}
          name="automatic"
          type="checkbox"
        />
        {t("Ban by itself")}
      </label>
      {problem && (
        <p className="text-xs text-bad" id={id}>
          {problem}
        </p>
      )}
    </div>
  );
}

function Keep() {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const form = useFields({ network: checks.filled(msg("The address or network is missing.")), note: checks.any });
  const keep = useMutation(
    trpc.bans.keep.mutationOptions({
      onError: (error) => form.setProblems(problemsOf(error)),
      onSettled: () => queries.invalidateQueries({ queryKey: trpc.bans.pathKey() }),
    }),
  );
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const sheet = event.currentTarget;
    const values = form.read(sheet);
    if (!values) return;
    keep.mutate(
      { tenantSlug, ...values },
      {
        onSuccess: ({ network }) => {
          toast(t("{network} is never banned. A ban that holds now is not lifted by that.", { network }));
          sheet.reset();
        },
      },
    );
  }
  const refusal = keep.error ? refusalBeside(keep.error, form.problems) : undefined;
  return (
    <form className="grid gap-2" noValidate onSubmit={submit}>
      <div className="flex flex-wrap items-start gap-3">
        <Field
          label={t("Address or network")}
          name="network"
          placeholder="203.0.113.0/24"
          problem={form.problems.network}
        />
        <Field label={t("What it is")} maxLength={200} name="note" placeholder={t("Head office")} required={false} />
        <Button busy={keep.isPending && t("Adding…")} className="mt-6" type="submit">
          {t("Keep it")}
        </Button>
      </div>
      {refusal && <ErrorState {...refusal} />}
    </form>
  );
}

const columns = (): readonly Column<Kept>[] => [
  {
    key: "network",
    header: t("Network"),
    fold: "lead",
    cell: ({ network }) => <code className="font-medium">{network}</code>,
  },
  { key: "note", header: t("What it is"), fold: "second", className: "text-ink-2", cell: ({ note }) => note },
  {
    key: "at",
    header: t("Since"),
    named: true,
    fold: "second-end",
    cell: ({ createdAt }) => <Moment at={createdAt} />,
  },
];
const dropColumn = (): Column<Kept> => ({
  key: "drop",
  header: t("Actions"),
  fold: "lead-end",
  cell: (item) => <Drop item={item} />,
});

function Drop({ item: { network, note } }: Readonly<{ item: Kept }>) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const onSettled = () => queries.invalidateQueries({ queryKey: trpc.bans.pathKey() });
  const back = useMutation(trpc.bans.keep.mutationOptions({ onSettled }));
  const drop = useMutation(
    trpc.bans.dropKeep.mutationOptions({
      onSuccess: () =>
        toast(t("{network} can be banned like any other.", { network }), {
          undo: () => back.mutate({ tenantSlug, network, note }),
        }),
      onError: (error) => toast(refusalOf(error).title, { tone: "bad" }),
      onSettled,
    }),
  );
  return (
    <Button
      aria-label={t("Do not keep {network} any more", { network })}
      busy={drop.isPending && t("ban|Dropping…")}
      look="quiet"
      onClick={() => drop.mutate({ tenantSlug, network })}
    >
      {t("Drop")}
    </Button>
  );
}
