import { createTransport } from "nodemailer";

export type OutgoingMail = Readonly<{
  /** The same for each attempt, so that a mail server or reader can drop a repeat. */
  messageId: string;
  date: Date;
  to: string;
  subject: string;
  text: string;
  /** The same for readers that draw. */
  html?: string | undefined;
  /** Before the address, which stays: this house may send for its own domain only. */
  fromName?: string | undefined;
  /** One address. */
  replyTo?: string | undefined;
  attachment?: Readonly<{ name: string; type: string; bytes: Buffer }> | undefined;
}>;

export type Mailer = {
  /** Resolves when the server took it. @throws MailError. */
  send(mail: OutgoingMail): Promise<void>;
  close(): void;
};

/** Why a mail was not taken. */
export class MailError extends Error {
  override readonly name = "MailError";
  constructor(
    /** One sentence that may be shown to the tenant: nothing of the way to the server is in it. */
    readonly sentence: string,
    /** Another try would be refused alike. */
    readonly permanent: boolean,
    cause: unknown,
  ) {
    super(sentence, { cause });
  }
}

type Options = Readonly<{ smtpUrl: string; from: string; timeoutMs?: number }>;

/** More than this and a server is taken for dead; the lease of a mail is longer. */
const DEADLINE_MS = 100_000;
const LOOPBACK = /^(localhost|127\.[0-9.]+|\[::1\])$/;

/**
 * The way out: one SMTP server, by nodemailer. Credentials go over TLS only, except to this machine itself. Only text is
 * sent; nothing is read from files or addresses.
 * @param options.from an address, or a name with one in <>.
 */
export function createMailer({ smtpUrl, from, timeoutMs = 30_000 }: Options): Mailer {
  const url = new URL(smtpUrl);
  const secure = url.protocol === "smtps:";
  const auth = url.username
    ? { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) }
    : undefined;
  const sender = senderOf(from);
  const transport = createTransport({
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: Number(url.port || (secure ? 465 : 587)),
    secure,
    requireTLS: !secure && auth !== undefined && !LOOPBACK.test(url.hostname),
    ...(auth ? { auth } : {}),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send({ messageId, date, to, subject, text, html, fromName, replyTo, attachment }) {
      const file = attachment && {
        filename: attachment.name,
        contentType: attachment.type,
        content: attachment.bytes,
      };
      const sending = transport.sendMail({
        from: { ...sender, name: fromName ?? sender.name },
        ...(replyTo ? { replyTo: { name: "", address: replyTo } } : {}),
        to: { name: "", address: to },
        envelope: { from: sender.address, to: [to] },
        messageId: `<${messageId}@${sender.address.split("@").at(-1)}>`,
        date,
        subject,
        text,
        ...(html ? { html } : {}),
        ...(file ? { attachments: [file] } : {}),
      });
      await within(DEADLINE_MS, sending).catch((error: unknown) => {
        throw mailErrorOf(error);
      });
    },
    close: () => transport.close(),
  };
}

/** "Name <a@b>" or "a@b"; the environment has checked that it is one of them. */
function senderOf(from: string): { name: string; address: string } {
  const [, name = "", address = from] = /^(.*?)\s*<([^<>]+)>$/.exec(from) ?? [];
  return { name, address };
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error("the mail server took too long")), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

type SmtpError = { code?: string; command?: string; response?: string; responseCode?: number };

/**
 * Only what the server says about this addressee or this text is for good. A refused login or sender is the operator's
 * to mend, and must not lose the mail of everybody.
 */
function mailErrorOf(error: unknown): MailError {
  const { command, response, responseCode } = error as SmtpError;
  if ((command === "RCPT TO" || command === "DATA") && response && responseCode) {
    const said = response.replace(/\p{Cc}+/gu, " ").slice(0, 300);
    return new MailError(`The mail server said: ${said}`, responseCode >= 500, error);
  }
  return new MailError("The mail server could not be used.", false, error);
}
