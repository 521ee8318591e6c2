import { randomBytes } from "node:crypto";

export type SipHeaders = readonly (readonly [name: string, value: string])[];

export type SipRequest = Readonly<{ kind: "request"; method: string; uri: string; headers: SipHeaders; body: string }>;
export type SipResponse = Readonly<{
  kind: "response";
  status: number;
  phrase: string;
  headers: SipHeaders;
  body: string;
}>;
export type SipMessage = SipRequest | SipResponse;

const compactNames: Readonly<Record<string, string>> = {
  v: "via",
  f: "from",
  t: "to",
  i: "call-id",
  m: "contact",
  l: "content-length",
  c: "content-type",
  k: "supported",
  r: "refer-to",
  s: "subject",
};

const canonical = (name: string) => {
  const lower = name.trim().toLowerCase();
  return compactNames[lower] ?? lower;
};

/** @returns undefined for what is not SIP: a keep-alive, a scanner's noise, a torso. */
export function parseSip(text: string): SipMessage | undefined {
  const split = text.indexOf("\r\n\r\n");
  const head = split === -1 ? text : text.slice(0, split);
  const body = split === -1 ? "" : text.slice(split + 4);
  // A line that begins with a blank continues the one before it.
  const [start = "", ...lines] = head.replace(/\r\n[ \t]+/g, " ").split("\r\n");
  const headers: [string, string][] = [];
  for (const line of lines) {
    const colon = line.indexOf(":");
    if (colon > 0) headers.push([canonical(line.slice(0, colon)), line.slice(colon + 1).trim()]);
  }
  const response = /^SIP\/2\.0 (\d{3}) ?(.*)$/.exec(start);
  if (response) return { kind: "response", status: Number(response[1]), phrase: response[2] ?? "", headers, body };
  const request = /^([A-Z]+) (\S+) SIP\/2\.0$/.exec(start);
  if (request) return { kind: "request", method: request[1] ?? "", uri: request[2] ?? "", headers, body };
  return undefined;
}

export function renderSip(message: SipMessage): string {
  const start =
    message.kind === "request"
      ? `${message.method} ${message.uri} SIP/2.0`
      : `SIP/2.0 ${message.status} ${message.phrase}`;
  const length = ["content-length", String(Buffer.byteLength(message.body))] as const;
  const lines = [...message.headers, length].map(([name, value]) => `${titleCase(name)}: ${value}`);
  const text = [start, ...lines].join("\r\n");
  return `${text}\r\n\r\n${message.body}`;
}

const titleCase = (name: string) => {
  if (name === "call-id") return "Call-ID";
  if (name === "cseq") return "CSeq";
  return name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
};

export const headersNamed = (message: SipMessage, name: string): string[] =>
  message.headers.filter(([own]) => own === name).map(([, value]) => value);

export const header = (message: SipMessage, name: string): string => headersNamed(message, name)[0] ?? "";

/** A parameter of a header value: tag, branch, received, rport, expires. */
export const parameter = (value: string, name: string): string | undefined =>
  new RegExp(`;\\s*${name}\\s*=\\s*"?([^";,\\s>]+)`, "i").exec(value)?.[1];

/** The address between the angle brackets, or the bare one. */
export const addressOf = (value: string): string => /<([^>]+)>/.exec(value)?.[1] ?? (value.split(";")[0] ?? "").trim();

export const cseqOf = (message: SipMessage): { number: number; method: string } => {
  const [number = "0", method = ""] = header(message, "cseq").split(/\s+/);
  return { number: Number(number), method };
};

export const randomTag = (): string => randomBytes(6).toString("hex");
/** The magic cookie tells that the branch is unique, so that it alone names the transaction. */
export const randomBranch = (): string => `z9hG4bK${randomBytes(9).toString("hex")}`;

/** What a person dialled, as the user part of an address: what SIP does not allow there is escaped. */
export const escapeUser = (dialled: string): string =>
  dialled.replace(
    /[^A-Za-z0-9\-_.!~*'()&=+$,;?/]/g,
    (letter) =>
      `${[...Buffer.from(letter)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join("")}`,
  );

export const sipAllow = ["allow", "INVITE, ACK, BYE, CANCEL, OPTIONS, UPDATE"] as const;

/** A "To" of an answer names this end of the dialog. */
export const withTag = (to: string): string => (parameter(to, "tag") ? to : `${to};tag=${randomTag()}`);
