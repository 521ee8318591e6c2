import type { Outputs } from "@/components/api/outputs";
import type { Duty, Every } from "@/server/domain/duties/duty-kinds.schema";
import { dateFormat } from "@/server/kernel/locale";
import { type Message, msg, say, t } from "@/server/kernel/words";

const duties: Readonly<Record<Duty, Message>> = {
  incidents: msg("Look through the incidents that are not over"),
  differences: msg("Clear what reconciliation found"),
  refused: msg("Read what was refused in the audit trail"),
  spend: msg("Look where the money goes: phones, tenants, countries"),
  rules: msg("Look which rules were wrong, and rehearse them"),
  seats: msg("Go through who has access, and take away what nobody needs"),
  bans: msg("Go through bans, hot lists and networks let in"),
  secrets: msg("Give the manager interface new secrets"),
  trail: msg("Verify the audit trail against its anchors"),
  restore: msg("Restore a backup on another machine"),
};
export const dutyText = (duty: Duty): string => say(duties[duty]);

const every: Readonly<Record<Every, Message>> = {
  day: msg("every day"),
  week: msg("every week"),
  month: msg("every 30 days"),
  quarter: msg("every 90 days"),
};

type Row = Outputs["duties"]["list"]["items"][number];

const dayText = (day: string): string =>
  dateFormat({ timeZone: "UTC", day: "numeric", month: "short" }).format(new Date(`${day}T00:00:00Z`));

/** How often, and until when. */
export const dueText = ({ every: often, dueOn, overdue }: Pick<Row, "every" | "dueOn" | "overdue">): string =>
  overdue
    ? t("{often}, overdue since {day}", { often: say(every[often]), day: dayText(dueOn) })
    : t("{often}, due on {day}", { often: say(every[often]), day: dayText(dueOn) });

const left: Readonly<Partial<Record<Duty, Message>>> = {
  incidents: msg("{n, plural, one {# waits for somebody} other {# wait for somebody}}"),
  differences: msg("{n, plural, one {# difference is open} other {# differences are open}}"),
  seats: msg("{n, plural, one {# person has} other {# people have}} not signed in for 30 days"),
  secrets: msg("{n, plural, one {# secret is} other {# secrets are}} older than 90 days"),
  trail: msg("not found whole, against its anchors, within 90 days"),
};
/** What the system counts as not done; undefined where it cannot know. */
export function leftText({ duty, left: n }: Pick<Row, "duty" | "left">): string | undefined {
  const message = left[duty];
  if (n === null || !message) return undefined;
  return n === 0 ? t("nothing left") : say(message, { n });
}
