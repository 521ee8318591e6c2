import { listTrail } from "@/server/domain/audit/trail";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";

type Values = Readonly<Record<string, string | number | boolean | null>>;
type Overwriting = Readonly<{
  subject: string;
  action: string;
  before?: Values | undefined;
  after?: Values | undefined;
  seen: Values;
}>;

/** The first value that would be replaced without having been seen. */
const unseenOf = ({ before = {}, after = {}, seen }: Omit<Overwriting, "subject" | "action">) =>
  Object.keys(seen).find((name) => name in before && before[name] !== seen[name] && before[name] !== after[name]);

/**
 * Refuses a change that would replace what its maker has not seen; asked inside it, under its locks, so that it is taken back.
 * The detail has the values as they are now, for whoever means it all the same.
 * @throws DomainError changed_meanwhile, with who did it, as far as the tenant's trail tells.
 */
export async function refuseUnseen(tx: TenantRead, tenantId: TenantId, change: Overwriting): Promise<void> {
  const field = unseenOf(change);
  if (field === undefined) return;
  const { before = {}, seen, subject, action } = change;
  const { items } = await listTrail(tx, tenantId, { about: subject, action, outcome: "ok", limit: 20 });
  const theirs = items.find((item) => item.after[field] === before[field] && item.before[field] !== before[field]);
  const who = theirs?.actor.includes("@") ? theirs.actor : undefined;
  const now = String(before[field] ?? "").replace(/(\.\d\d)0{4}$/, "$1");
  const there = Object.fromEntries(Object.keys(seen).map((name) => [name, before[name] ?? null]));
  throw new DomainError("changed_meanwhile", { field, there: JSON.stringify(there) }, sentenceOf(who, now));
}

/** Who stands above is not named to those below. */
function sentenceOf(who: string | undefined, now: string): string {
  if (who === undefined) {
    return now === ""
      ? "Somebody else changed this while you typed: it is empty now. Save again to put yours in place of theirs."
      : `Somebody else changed this while you typed: it is ${now} now. Save again to put yours in place of theirs.`;
  }
  return now === ""
    ? `${who} changed this while you typed: it is empty now. Save again to put yours in place of theirs.`
    : `${who} changed this while you typed: it is ${now} now. Save again to put yours in place of theirs.`;
}
