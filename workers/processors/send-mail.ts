import { z } from "zod";
import type { SqlPool } from "@/server/infra/db/pool";
import { MailError } from "@/server/infra/mail/mailer";
import { DomainError } from "@/server/kernel/errors";
import { mailHtml } from "@/server/kernel/mail-html";
import type { Processor, SystemContext } from "@/workers/processors/types";

type Taken = {
  verdict: "go" | "busy" | "over";
  recipient: string;
  subject: string;
  body: string;
  attachment_name: string | null;
  attachment_type: string | null;
  attachment: Buffer | null;
  created_at: Date;
  brand_name: string | null;
  brand_colour: string | null;
  sender_name: string | null;
  reply_to: string | null;
};

/**
 * Sends one mail. What was sent is not sent again, however often the job runs; a worker that dies between the server's
 * yes and the note of it makes one repeat, with the same Message-ID. Without a mail server it is kept as held.
 * @throws DomainError conflict while another worker sends it; MailError when another try is worth it.
 */
export const sendMail: Processor<"sendMail"> = async ({ mailId }, ctx) => {
  const end = (state: string, error: string | null = null) => endMail(ctx, mailId, state, error);
  const { mailer } = ctx;
  if (!mailer) return end("held", "No mail server is named (SMTP_URL), so it waits here.");
  const [mail] = await ctx.pool.query<Taken>("mail_take", "SELECT * FROM mail_take($1)", [mailId]);
  if (mail?.verdict === "busy") throw new DomainError("conflict", { mail: mailId });
  if (mail?.verdict !== "go") return;
  try {
    await mailer.send({
      messageId: mailId,
      date: mail.created_at,
      to: mail.recipient,
      subject: mail.subject,
      ...brandedOf(mail),
      attachment: attachmentOf(mail),
    });
  } catch (error) {
    if (!(error instanceof MailError)) throw error;
    await end(error.permanent ? "failed" : "queued", error.sentence);
    if (!error.permanent) throw error;
    ctx.log.warn({ mail: mailId, error }, "a mail was refused for good");
    return;
  }
  await end("sent");
};

/** In the house's own name as it was written; in a brand's, with its name below it and drawn in its colour as well. */
function brandedOf({ body, subject, brand_name: name, brand_colour: colour, sender_name, reply_to }: Taken) {
  if (name === null) return { text: body };
  return {
    text: `${body.trimEnd()}\n\n-- \n${name}\n`,
    html: mailHtml({ subject, text: body, brand: { name, colour } }),
    fromName: sender_name ?? name.replaceAll(/[@,;:<>"\\]/g, " ").trim(),
    replyTo: reply_to ?? undefined,
  };
}

function attachmentOf({ attachment_name: name, attachment_type: type, attachment: bytes }: Taken) {
  return name && type && bytes ? { name, type, bytes } : undefined;
}

async function endMail(ctx: SystemContext, mailId: string, state: string, error: string | null): Promise<void> {
  await ctx.pool.query("mail_end", "SELECT mail_end($1, $2, $3)", [mailId, state, error]);
}

const queuedSchema = z.object({ payload: z.object({ mailId: z.uuid() }) });

/** Marks a mail failed that the queue will not try again; people see what the server said last. */
export async function giveUpMail(pool: SqlPool, data: unknown): Promise<void> {
  await pool.query("mail_give_up", "SELECT mail_give_up($1)", [queuedSchema.parse(data).payload.mailId]);
}
