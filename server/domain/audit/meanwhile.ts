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
  /** Values of `before` in words, where people know the thing by another name than the trail. */
  shown?: Readonly<Record<string, string>> | undefined;
}>;

/** The first value that would be replaced without having been seen. */
const unseenOf = ({ before = {}, after = {}, seen }: Pick<Overwriting, "before" | "after" | "seen">) =>
  Object.keys(seen).find((name) => name in before && before[name] !== seen[name] && before[name] !== after[name]);

/**
 * Refuses a change that would replace what its maker has not seen; asked inside it, under its locks, so that it is taken back.
 * It names one value, and the detail has that one as it is now: whoever means it all the same has seen no other by that.
 * @throws DomainError changed_meanwhile, with who did it, as far as the tenant's trail tells.
 */
export async function refuseUnseen(tx: TenantRead, tenantId: TenantId, change: Overwriting): Promise<void> {
  const field = unseenOf(change);
  if (field === undefined) return;
  const there = change.before?.[field] ?? null;
  const who = await writerOf(tx, tenantId, change, field);
  const now = shorten(change.shown?.[field] ?? textOf(there));
  throw new DomainError(
    "changed_meanwhile",
    { field, there: JSON.stringify({ [field]: there }) },
    sentenceOf(who, now),
  );
}

const textOf = (value: Values[string] | undefined): string =>
  typeof value === "boolean" ? (value ? "on" : "off") : String(value ?? "").replace(/(\.\d\d)0{4}$/, "$1");

/** What a sentence can carry into another language. */
const MOST = 200;
const shorten = (text: string): string => (text.length > MOST ? `${text.slice(0, MOST - 1)}…` : text);

/** What an event tells of its thing besides the subject: whose policy, which rule. */
const ofWhat = ["tenant", "signal", "scope"] as const;

/** Who wrote the value that is there; undefined for nobody whom the reader may know, and for what is further back than 1 000 events. */
async function writerOf(tx: TenantRead, tenantId: TenantId, change: Overwriting, field: string) {
  const { subject, action, before = {}, after = {} } = change;
  const rows = await tx.$queryRaw<{ before: Values; after: Values; email: string | null }[]>`
    SELECT e.before, e.after, p.email
    FROM (SELECT * FROM audit_event WHERE tenant_id = ${tenantId}::uuid ORDER BY seq DESC LIMIT 1000) e
    LEFT JOIN person p ON e.actor_kind = 'user' AND p.id::text = e.actor_id
    WHERE e.subject = ${subject} AND e.action = ${action} AND e.outcome = 'ok'
    ORDER BY e.seq DESC LIMIT 100`;
  const theirs = rows.find(
    (row) =>
      row.after[field] === before[field] &&
      row.before[field] !== before[field] &&
      ofWhat.every((name) => row.after[name] === after[name]),
  );
  return theirs?.email ?? undefined;
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
