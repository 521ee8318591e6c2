"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";

import { useTRPC } from "@/components/api/client";
import { refusalOf } from "@/components/api/refusal";
import type { Deck } from "@/components/decks/deck-words";
import { type Said, settingsOf, settingsProblem } from "@/components/decks/said-settings";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { ErrorState } from "@/components/ui/error-state";
import { Field } from "@/components/ui/field";
import { Section } from "@/components/ui/section";
import { Select } from "@/components/ui/select";
import { type Message, msg, say, t } from "@/server/kernel/words";

/** How the file was read, and the way to say otherwise. */
export function DeckLayout({ deck }: Readonly<{ deck: Deck }>) {
  const { can } = useScope();
  const [saying, setSaying] = useState(false);
  const { layout } = deck;
  return (
    <Section
      aside={
        can("plans.write") &&
        !saying && (
          <Button look="quiet" onClick={() => setSaying(true)}>
            {t("Read it otherwise…")}
          </Button>
        )
      }
      level={2}
      title={t("How it was read")}
    >
      {layout && <p className="max-w-prose text-ink-2">{layoutText(layout)}</p>}
      {saying && <Saying deck={deck} onDone={() => setSaying(false)} />}
    </Section>
  );
}

const signs: Readonly<Record<string, Message>> = {
  comma: msg("sign|comma"),
  semicolon: msg("sign|semicolon"),
  tab: msg("sign|tab"),
  pipe: msg("sign|pipe"),
  point: msg("sign|point"),
};
const signText = (name: string): string => (signs[name] ? say(signs[name]) : name);

function layoutText(layout: NonNullable<Deck["layout"]>): string {
  const { encoding, delimiter, decimal, dates, header } = layout;
  return t(
    "{encoding}, cut at each {delimiter}, decimal {decimal}{dates, select, dmy {, dates as day/month/year} mdy {, dates as month/day/year} other {}}; {names}: {columns}.",
    {
      encoding,
      delimiter: signText(delimiter),
      decimal: signText(decimal),
      dates: dates ?? "none",
      names: header > 0 ? t("column names in line {line}", { line: header }) : t("no column names"),
      columns: layout.columns
        .map((field, at) => columnText(field, layout.names[at] || t("column {n}", { n: at + 1 })))
        .join(", "),
    },
  );
}

/** The name in the file, and what it means where that is another word. */
function columnText(field: string | null, name: string): string {
  if (field === null) return t("{name} (not read)", { name });
  const same = name.toLowerCase().replaceAll(/[\s_-]+/g, " ") === field.replaceAll("_", " ");
  return same ? name : `${name} (${field.replaceAll("_", " ")})`;
}

const found = () => ({ value: "", label: t("As found") });

function Saying({ deck, onDone }: Readonly<{ deck: Deck; onDone: () => void }>) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [problem, setProblem] = useState<Partial<Record<keyof Said, string>>>({});
  const again = useMutation(
    trpc.decks.again.mutationOptions({
      onSuccess: onDone,
      onSettled: () => {
        void queries.invalidateQueries({ queryKey: trpc.decks.pathKey() });
        void queries.invalidateQueries({ queryKey: trpc.tasks.pathKey() });
      },
    }),
  );
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const read = (name: keyof Said) => String(data.get(name) ?? "").trim();
    const said: Said = {
      delimiter: read("delimiter"),
      encoding: read("encoding"),
      decimal: read("decimal"),
      dates: read("dates"),
      increments: read("increments"),
      header: read("header"),
      columns: read("columns"),
    };
    const wrong = settingsProblem(said);
    setProblem(wrong);
    if (Object.keys(wrong).length === 0) again.mutate({ tenantSlug, deckId: deck.id, settings: settingsOf(said) });
  }
  return (
    <form className="grid max-w-3xl gap-4" noValidate onSubmit={submit}>
      <SaidFields deck={deck} problem={problem} />
      {again.error && <ErrorState {...refusalOf(again.error)} />}
      <div className="flex gap-2">
        <Button busy={again.isPending && t("Starting…")} look="primary" type="submit">
          {t("Read it again")}
        </Button>
        <Button onClick={onDone}>{t("Leave it")}</Button>
      </div>
    </form>
  );
}

type SaidProps = Readonly<{ deck: Deck; problem: Partial<Record<keyof Said, string>> }>;

function SaidFields({ deck, problem }: SaidProps) {
  const columns = deck.layout?.columns.map((field) => field ?? "-").join(", ") ?? "";
  return (
    <>
      <Field
        defaultValue={columns}
        hint={t(
          "From the left, such as prefix, destination, rate; a - for one that is not read. Left empty: by their names.",
        )}
        label={t("What each column is")}
        name="columns"
        problem={problem.columns}
      />
      <div className="grid gap-4 sm:grid-cols-3">
        <Select
          choices={[
            found(),
            ...["comma", "semicolon", "tab", "pipe"].map((value) => ({ value, label: signText(value) })),
          ]}
          label={t("Cut at")}
          name="delimiter"
        />
        <Select
          choices={[found(), { value: "point", label: "0.05" }, { value: "comma", label: "0,05" }]}
          label={t("Decimals")}
          name="decimal"
        />
        <Select
          choices={[
            found(),
            { value: "dmy", label: t("day/month/year") },
            { value: "mdy", label: t("month/day/year") },
          ]}
          label={t("Dates")}
          name="dates"
        />
        <Select
          choices={[found(), ...["utf-8", "windows-1252", "utf-16le"].map((value) => ({ value, label: value }))]}
          label={t("Encoding")}
          name="encoding"
        />
        <Field
          hint={t("Of rows that do not say theirs.")}
          label={t("Increments")}
          name="increments"
          placeholder="60/60"
          problem={problem.increments}
        />
        <Field
          hint={t("Line of the column names; 0 for none.")}
          inputMode="numeric"
          label={t("Header")}
          name="header"
          problem={problem.header}
        />
      </div>
    </>
  );
}
