import { queueMail } from "@/server/domain/mail/mail";
import { standardOf } from "@/server/domain/rules/rule-kinds.schema";
import type { TenantWrite } from "@/server/infra/db/tenant-tx";
import type { TenantId } from "@/server/kernel/ids";
import { decimalOf } from "@/server/kernel/money";
import { t } from "@/server/kernel/words";

type Asked = Readonly<{ findingTenantId: string; findingId: string; appUrl: string }>;
type Row = {
  signal: string;
  scope: string;
  source: string;
  value: bigint;
  critical: bigint;
  minutes: number;
  name: string;
  slug: string;
};

/**
 * Mails everybody who works at the incident desk that a rule reached critical. The mails are queued with the audit event
 * of the job, and the job asks once per finding.
 * @returns how many; undefined when the finding is gone.
 */
export async function mailFinding(
  tx: TenantWrite,
  tenantId: TenantId,
  { findingTenantId, findingId, appUrl }: Asked,
): Promise<{ source: string; signal: string; mails: number } | undefined> {
  const [row] = await tx.$queryRaw<Row[]>`SELECT * FROM rule_finding_of(${findingTenantId}::uuid, ${findingId}::uuid)`;
  if (!row) return undefined;
  const people = await tx.$queryRaw<{ email: string }[]>`
    SELECT p.email FROM seat s JOIN person p ON p.id = s.user_id
    WHERE s.tenant_id = ${tenantId}::uuid AND s.role IN ('owner', 'admin', 'incident_responder') ORDER BY p.email LIMIT 200`;
  const money = standardOf(row.signal, row.scope)?.money ?? false;
  const signal = row.signal.replaceAll("_", " ");
  const amount = (value: bigint) => (money ? decimalOf(value) : String(value));
  for (const { email } of people) {
    await queueMail(tx, tenantId, {
      to: email,
      subject: () => t("[rule] {signal}: {source}", { signal, source: row.source }),
      text: () =>
        `${t(
          "{name} ({source}): {signal} came to {value} within {minutes, plural, one {# minute} other {# minutes}}; critical is {critical}.",
          {
            name: row.name,
            source: row.source,
            signal,
            value: amount(row.value),
            minutes: row.minutes,
            critical: amount(row.critical),
          },
        )}\n\n${appUrl}/t/${row.slug}/rules\n`,
    });
  }
  return { source: row.source, signal: row.signal, mails: people.length };
}
