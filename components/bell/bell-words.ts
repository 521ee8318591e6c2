import type { Outputs } from "@/components/api/outputs";
import { t } from "@/server/kernel/words";

export type BellItem = Outputs["bell"]["get"]["items"][number];

/** What happened, in a line, and the page that shows it. */
export function bellWords({ kind, what, ref }: Pick<BellItem, "kind" | "what" | "ref">): {
  readonly title: string;
  readonly page: string;
} {
  switch (kind) {
    case "incident":
      return { title: t("Incident: {what}", { what }), page: `incidents?open=${ref}` };
    case "notice":
      return { title: t("Your provider looks into incident {what}", { what }), page: "notices" };
    case "low_balance":
      return { title: t("The balance is low"), page: "balance" };
    case "top_up_paused":
      return { title: t("Automatic top-up is paused"), page: "balance" };
    case "phone_dropped":
      return { title: t("Phone {what} is gone", { what }), page: `extensions?open=${ref}` };
    case "job_done":
      return { title: t("Done: {what}", { what }), page: pageOfJob(ref) };
    case "job_failed":
      return { title: t("Failed: {what}", { what }), page: pageOfJob(ref) };
    case "statement":
      return { title: t("Statement {what} is ready", { what }), page: "statements" };
  }
}

/** Where a long job is asked for, and where its result is. */
const pages: Readonly<Record<string, string>> = {
  "deck.import": "plans/decks",
  "export.make": "exports",
  "rating.rerate": "disputes/rerate",
  "cdr.import": "reconciliation",
  "rule.rehearse": "rules",
  "hotlist.import": "blocks",
  "usage.rebuild": "system",
  "extension.import": "extensions",
  "subject.erase": "retention",
  "tenant.import": "tenants",
};
const pageOfJob = (kind: string): string => pages[kind] ?? "home";

/** How many of them this person has not read; nobody counts who only looks. */
export const unreadOf = (items: readonly Pick<BellItem, "at">[], readAt: Date | null): number =>
  readAt === null ? 0 : items.filter(({ at }) => at > readAt).length;
