"use client";

import type { FollowUpDraft } from "@/components/incidents/review-draft";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { IconButton } from "@/components/ui/icon-button";
import { type Choice, Select } from "@/components/ui/select";
import { t } from "@/server/kernel/words";

type Props = Readonly<{
  rows: readonly FollowUpDraft[];
  people: readonly Choice[];
  problem: string | undefined;
  onChange: (rows: readonly FollowUpDraft[]) => void;
}>;

const MOST = 30;

/** What is still to be done, as rows to write in: what, by whom, until when. */
export function FollowUpFields({ rows, people, problem, onChange }: Props) {
  const put = (key: string, more: Partial<FollowUpDraft>) =>
    onChange(rows.map((row) => (row.key === key ? { ...row, ...more } : row)));
  const add = () => onChange([...rows, { key: crypto.randomUUID(), text: "", ownerId: "", dueOn: "" }]);
  return (
    <fieldset className="grid gap-2">
      <legend className="pb-1 font-medium">{t("Follow-ups")}</legend>
      {rows.map((row) => (
        <div
          className="grid gap-2 border-b pb-3 sm:grid-cols-[minmax(0,1fr)_auto_auto_auto] sm:items-end"
          key={row.key}
        >
          <Field
            label={t("What is to be done")}
            maxLength={500}
            name={`what-${row.key}`}
            onChange={(event) => put(row.key, { text: event.target.value })}
            value={row.text}
          />
          <Select
            choices={[{ value: "", label: t("Nobody") }, ...people]}
            label={t("By")}
            name={`owner-${row.key}`}
            onChange={(event) => put(row.key, { ownerId: event.target.value })}
            value={row.ownerId}
          />
          <Field
            label={t("Until")}
            name={`due-${row.key}`}
            onChange={(event) => put(row.key, { dueOn: event.target.value })}
            type="date"
            value={row.dueOn}
          />
          <IconButton
            className="justify-self-end"
            icon="close"
            label={t("Take this follow-up off")}
            onClick={() => onChange(rows.filter(({ key }) => key !== row.key))}
          />
        </div>
      ))}
      {problem && (
        <p className="text-xs text-bad" role="alert">
          {problem}
        </p>
      )}
      <div>
        <Button disabled={rows.length >= MOST} icon="plus" onClick={add}>
          {t("Add a follow-up")}
        </Button>
      </div>
    </fieldset>
  );
}
