import type { Outputs } from "@/components/api/outputs";

export type BellItem = Outputs["bell"]["get"]["items"][number];

/** What happened, in a line, and the page that shows it. */
export function bellWords({ kind, what, ref }: Pick<BellItem, "kind" | "what" | "ref">): {
  readonly title: string;
  readonly page: string;
} {
  switch (kind) {
    case "incident":
      return { title: `Incident: ${what}`, page: `incidents?open=${ref}` };
    case "notice":
      return { title: `Your provider looks into incident ${what}`, page: "notices" };
    case "low_balance":
      return { title: "The balance is low", page: "balance" };
    case "top_up_paused":
      return { title: "Automatic top-up is paused", page: "balance" };
    case "phone_dropped":
      return { title: `Phone ${what} is gone`, page: `extensions?open=${ref}` };
    case "job_done":
      return { title: `Done: ${what}`, page: pageOfJob(ref) };
    case "job_failed":
      return { title: `Failed: ${what}`, page: pageOfJob(ref) };
    case "statement":
      return { title: `Statement ${what} is ready`, page: "statements" };
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
