import { portalUrl } from "@/server/domain/brands/brands";
import { queueMail } from "@/server/domain/mail/mail";
import { tell } from "@/server/domain/notifications/deliveries";
import { standardOf } from "@/server/domain/rules/rule-kinds.schema";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import type { TenantId } from "@/server/kernel/ids";
import { decimalOf } from "@/server/kernel/money";
import { t } from "@/server/kernel/words";

type Named = Readonly<{ findingTenantId: string; findingId: string }>;

/** What a rule found, as the operator has it. */
export type Finding = {
  readonly signal: string;
  readonly scope: string;
  readonly source: string;
  readonly value: bigint;
  readonly critical: bigint;
  readonly minutes: number;
  readonly name: string;
  readonly slug: string;
  /** Of what its money is; null for differences that healed meanwhile. */
  readonly currency: string | null;
};

/** Somebody who is told of a finding. */
export type FindingReader = {
  readonly id: TenantId;
  /** It is about them, or somebody who buys from them: how much was spent is theirs to read. */
  readonly near: boolean;
};

/** A finding, read by the operator. @returns undefined when it is gone. */
export async function findingOf(tx: TenantRead, { findingTenantId, findingId }: Named): Promise<Finding | undefined> {
  const [row] = await tx.$queryRaw<Finding[]>`
    SELECT * FROM rule_finding_of(${findingTenantId}::uuid, ${findingId}::uuid)`;
  return row;
}

/** Resellers and customers who said something about the rule of a finding; asked by the operator. */
export const settersOf = (tx: TenantRead, { findingTenantId, findingId }: Named): Promise<FindingReader[]> =>
  tx.$queryRaw<FindingReader[]>`
    SELECT id, near FROM rule_finding_setters(${findingTenantId}::uuid, ${findingId}::uuid)`;

type Asked = Named & Readonly<{ finding: Finding; appUrl: string }>;
export type FindingTold = Readonly<{ source: string; signal: string; mails: number; others: number }>;

/**
 * Mails everybody who looks after incidents at the tenant acted on that a rule reached critical, and whoever else is to be told of
 * what is as bad as an incident that is high. Somebody who only set the rule reads whom it is about, which is below them, and what
 * was spent only where they sell. The mails are queued with the audit event of the job, which asks once per finding and tenant.
 * @returns undefined when this tenant was told of the finding before.
 */
export async function tellFinding(
  tx: TenantWrite,
  reader: FindingReader,
  { findingTenantId, findingId, finding, appUrl }: Asked,
): Promise<FindingTold | undefined> {
  const [claim] = await tx.$queryRaw<{ mine: boolean }[]>`
    SELECT rule_finding_claim(${findingTenantId}::uuid, ${findingId}::uuid) AS mine`;
  if (!claim?.mine) return undefined;
  const people = await tx.$queryRaw<{ email: string }[]>`
    SELECT p.email FROM seat s JOIN person p ON p.id = s.user_id
    WHERE s.tenant_id = ${reader.id}::uuid AND s.role IN ('owner', 'admin', 'incident_responder') ORDER BY p.email LIMIT 200`;
  const link = `${await portalUrl(tx, appUrl)}/t/${finding.slug}/rules`;
  const { source } = finding;
  const signal = finding.signal.replaceAll("_", " ");
  const text = () => `${sentenceOf(finding, signal, reader.near)}\n\n${link}\n`;
  for (const { email } of people) {
    await queueMail(tx, reader.id, {
      to: email,
      subject: () => t("[rule] {signal}: {source}", { signal, source }),
      text,
    });
  }
  const amounts = isHidden(finding, reader.near) ? {} : amountsOf(finding);
  const data = { signal: finding.signal, source, name: finding.name, minutes: finding.minutes, ...amounts, url: link };
  const others = await tell(
    tx,
    reader.id,
    { level: 1, severity: "high" },
    { key: `finding:${findingId}`, event: "rule.critical", data, text: text() },
  );
  return { source, signal: finding.signal, mails: people.length, others };
}

const isMoney = ({ signal, scope }: Finding) => standardOf(signal, scope)?.money ?? false;
/** Money of somebody further down is at a price that is not the reader's. */
const isHidden = (finding: Finding, near: boolean) => isMoney(finding) && !near;

function amountsOf(finding: Finding): { value: string; critical: string; currency?: string } {
  const { value, critical, currency } = finding;
  if (!isMoney(finding)) return { value: String(value), critical: String(critical) };
  return { value: decimalOf(value), critical: decimalOf(critical), ...(currency === null ? {} : { currency }) };
}

function sentenceOf(finding: Finding, signal: string, near: boolean): string {
  const { name, source, minutes } = finding;
  if (isHidden(finding, near)) {
    return t(
      "{name} ({source}): {signal} came over critical within {minutes, plural, one {# minute} other {# minutes}}.",
      { name, source, signal, minutes },
    );
  }
  const { currency, ...amounts } = amountsOf(finding);
  const said = (amount: string) => (currency === undefined ? amount : `${amount} ${currency}`);
  const [value, critical] = [said(amounts.value), said(amounts.critical)];
  if (finding.signal === "difference") {
    return t("{name} ({source}): {value} is at risk in differences that are open; critical is {critical}.", {
      name,
      source,
      value,
      critical,
    });
  }
  return t(
    "{name} ({source}): {signal} came to {value} within {minutes, plural, one {# minute} other {# minutes}}; critical is {critical}.",
    { name, source, signal, value, minutes, critical },
  );
}
