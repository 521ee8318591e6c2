import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { inLanguage } from "@/server/infra/words/speaking";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";
import { isLanguage, type Language } from "@/server/kernel/languages";
import { enqueue } from "@/server/queue/outbox";

/** What is written by whoever is to read it: a function says it in the language of the receiver. */
type Written = string | (() => string);

export type Mail = Readonly<{
  /** One address. */
  to: string;
  /** One line. */
  subject: Written;
  /** Plain text. */
  text: Written;
  /** What it says lets somebody in: it is forgotten as soon as it was sent, and cannot be sent again. */
  secret?: boolean;
  attachment?: Readonly<{ name: string; type: string; bytes: Uint8Array }>;
}>;

const ADDRESS = /^[^\p{Cc}\s,;<>"@]+@[^\p{Cc}\s,;<>"@]+$/u;
const ONE_LINE = /^[^\p{Cc}\p{Zl}\p{Zp}]{1,300}$/u;
const FILE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
const MEDIA_TYPE = /^[a-z]+\/[a-z0-9.+-]{1,60}$/;
/** Mail servers refuse what is much larger, and base64 adds a third. */
export const MOST_ATTACHED_BYTES = 12_000_000;

/**
 * Writes a mail down and queues it, in the transaction of the change that asks for it. The workers send it, at least once;
 * without a mail server it waits as "held".
 * @returns its id.
 * @throws DomainError invalid_input for an address, subject, file name or type that could carry a header of its own, and
 * for an attachment of more than 12 000 000 bytes.
 */
export async function queueMail(tx: TenantWrite, tenantId: TenantId, mail: Mail): Promise<string> {
  const { attachment } = mail;
  const { subject, text } = await inLanguage(await languageOf(tx, mail), async () => ({
    subject: said(mail.subject),
    text: said(mail.text),
  }));
  requireSendable({ ...mail, subject, text });
  const bytes = attachment ? Uint8Array.from(attachment.bytes) : null;
  const [row] = await tx.$queryRaw<{ id: string }[]>`
    INSERT INTO mail (tenant_id, recipient, subject, body, secret, attachment_name, attachment_type, attachment)
    VALUES (${tenantId}::uuid, ${mail.to}, ${subject}, ${text}, ${mail.secret ?? false}, ${attachment?.name ?? null},
      ${attachment?.type ?? null}, ${bytes})
    RETURNING id`;
  if (!row) throw new Error("the mail was not written");
  await enqueue(tx, tenantId, "sendMail", { mailId: row.id });
  return row.id;
}

const said = (written: Written): string => (typeof written === "string" ? written : written());

/** The receiver's own language, else that of the tenant acted on. What is one text for all is not looked up. */
async function languageOf(tx: TenantWrite, { to, subject, text }: Mail): Promise<Language> {
  if (typeof subject === "string" && typeof text === "string") return "en";
  const [row] = await tx.$queryRaw<{ language: string }[]>`SELECT mail_language(${to}) AS language`;
  return isLanguage(row?.language) ? row.language : "en";
}

type Sendable = Pick<Mail, "to" | "attachment"> & Readonly<{ subject: string; text: string }>;

function requireSendable({ to, subject, text, attachment }: Sendable): void {
  const refuse = (field: string, sentence: string) => new DomainError("invalid_input", { field }, sentence);
  if (to.length > 254 || !ADDRESS.test(to)) throw refuse("to", "A mail goes to one address such as name@company.com.");
  if (!ONE_LINE.test(subject)) throw refuse("subject", "A subject is one line of at most 300 characters.");
  if (text.length > 20_000) throw refuse("text", "A mail has at most 20 000 characters.");
  if (!attachment) return;
  if (!FILE_NAME.test(attachment.name))
    throw refuse("attachment", "A file's name has letters, digits, . _ and - only.");
  if (!MEDIA_TYPE.test(attachment.type)) throw refuse("attachment", "A file's type looks like application/pdf.");
  if (attachment.bytes.length > MOST_ATTACHED_BYTES) {
    throw refuse("attachment", "At most 12 000 000 bytes can be sent by mail; offer it as a download.");
  }
}

export type MailState = "queued" | "held" | "sent" | "failed";

export type MailRow = {
  readonly id: string;
  readonly to: string;
  readonly subject: string;
  readonly attachmentName: string | null;
  readonly state: MailState;
  readonly attempts: number;
  /** What the mail server said last, for one that waits or failed. */
  readonly lastError: string | null;
  /** A mail that let somebody in is not kept, so it cannot be sent again. */
  readonly secret: boolean;
  readonly createdAt: Date;
  readonly sentAt: Date | null;
};

/** The envelopes of what was sent, or is to be, for the tenant acted on; newest first. */
export function listMails(
  tx: TenantRead,
  tenantId: TenantId,
  { limit = 100 }: { limit?: number } = {},
): Promise<MailRow[]> {
  return tx.$queryRaw<MailRow[]>`
    SELECT id, recipient AS "to", subject, attachment_name AS "attachmentName", state, attempts, last_error AS "lastError", secret,
      created_at AS "createdAt", sent_at AS "sentAt"
    FROM mail WHERE tenant_id = ${tenantId}::uuid ORDER BY created_at DESC LIMIT ${limit}::int`;
}

/**
 * Sends a held or failed mail again.
 * @throws DomainError not_found; invalid_state for one that was sent, that waits, or whose text is not kept any more.
 */
export async function sendMailAgain(tx: TenantWrite, tenantId: TenantId, mailId: string): Promise<void> {
  await tx.$queryRaw`SELECT mail_again(${mailId}::uuid)::text`;
  await enqueue(tx, tenantId, "sendMail", { mailId });
}
