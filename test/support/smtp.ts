import { once } from "node:events";
import { SMTPServer } from "smtp-server";

export type ReceivedMail = Readonly<{
  from: string;
  to: readonly string[];
  headers: string;
  text: string;
  /** Of the first attachment, decoded. */
  attachment: Buffer | undefined;
  raw: string;
}>;

type Options = Readonly<{ port?: number; user?: string; password?: string }>;

/** A real mail server on this machine. What it takes is kept; `answer` may refuse an addressee or a text. */
export async function startSmtp({ port = 0, user, password }: Options = {}) {
  const mails: ReceivedMail[] = [];
  const logins: string[] = [];
  const answers: { recipient: (to: string) => Error | undefined; data: () => Error | undefined } = {
    recipient: () => undefined,
    data: () => undefined,
  };
  const server = new SMTPServer({
    // The clear text of this machine is allowed; a certificate is a test of the library, not of ours.
    disabledCommands: user ? ["STARTTLS"] : ["AUTH", "STARTTLS"],
    authOptional: !user,
    allowInsecureAuth: true,
    onAuth: ({ username = "", password: tried }, _session, done) => {
      logins.push(username);
      if (username === user && tried === password) done(null, { user: username });
      else done(new Error("not you"));
    },
    onRcptTo: ({ address }, _session, done) => done(answers.recipient(address)),
    onData: (stream, session, done) => {
      const parts: Buffer[] = [];
      stream.on("data", (part: Buffer) => parts.push(part));
      stream.on("end", () => {
        const refused = answers.data();
        if (refused) return done(refused);
        const from = session.envelope.mailFrom ? session.envelope.mailFrom.address : "";
        const to = session.envelope.rcptTo.map(({ address }) => address);
        mails.push({ from, to, ...read(Buffer.concat(parts).toString("utf8")) });
        done();
      });
    },
  });
  server.on("error", () => {});
  server.listen(port, "127.0.0.1");
  await once(server.server, "listening");
  const at = server.server.address();
  const taken = typeof at === "object" && at ? at.port : port;
  const login = user ? `${encodeURIComponent(user)}:${encodeURIComponent(password ?? "")}@` : "";
  return {
    port: taken,
    url: `smtp://${login}127.0.0.1:${taken}`,
    mails,
    /** Who tried to log in. */
    logins,
    answers,
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

/** An answer of the server with a code of its own. */
export const refusal = (code: number, words: string): Error => Object.assign(new Error(words), { responseCode: code });

function read(raw: string): Omit<ReceivedMail, "from" | "to"> {
  const [headers = "", ...rest] = raw.split("\r\n\r\n");
  const boundary = /boundary="([^"]+)"/.exec(headers)?.[1];
  if (!boundary) return { headers, text: decoded(headers, rest.join("\r\n\r\n")), attachment: undefined, raw };
  const parts = raw.split(`--${boundary}`).slice(1, -1);
  const [text = "", file] = parts.map((part) => {
    const [head = "", ...body] = part.replace(/^\r\n/, "").split("\r\n\r\n");
    return { head, body: body.join("\r\n\r\n") };
  });
  const attachment = file ? Buffer.from(file.body.replace(/\s/g, ""), "base64") : undefined;
  return { headers, text: text ? decoded(text.head, text.body) : "", attachment, raw };
}

function decoded(headers: string, body: string): string {
  if (/encoding: base64/i.test(headers)) return Buffer.from(body, "base64").toString("utf8");
  if (!/encoding: quoted-printable/i.test(headers)) return body;
  const bytes = body
    .replace(/=\r\n/g, "")
    .replace(/=([0-9A-F]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString("utf8");
}
