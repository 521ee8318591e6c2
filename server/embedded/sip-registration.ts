import type { AskHandlers, DigestAlgorithm } from "@/server/embedded/sip-digest";
import {
  addressOf,
  cseqOf,
  header,
  headersNamed,
  parameter,
  randomTag,
  type SipHeaders,
  type SipRequest,
  type SipResponse,
  sipAllow,
} from "@/server/embedded/sip-message";
import type { Peer } from "@/server/embedded/sip-transactions";

class SipRefused extends Error {
  override readonly name = "SipRefused";
  constructor(
    readonly sipCode: number,
    readonly phrase: string,
  ) {
    super(`${sipCode} ${phrase}`);
  }
}

export type Registered = Readonly<{ expiresSeconds: number; algorithm: DigestAlgorithm | undefined }>;

type Line = Readonly<{
  domain: string;
  port: number;
  contact: string;
  via: () => string;
  ask: (request: SipRequest, handlers: AskHandlers) => void;
}>;

/** The REGISTER requests of one phone: one Call-ID for all of them, with a rising number, as the standard asks. */
export class SipRegistration {
  #callId = `${randomTag()}${randomTag()}`;
  #tag = randomTag();
  #cseq = 0;

  constructor(
    readonly options: Readonly<{ username: string; server: Peer; userAgent?: string }>,
    readonly line: Line,
  ) {}

  /**
   * Asks for so many seconds; 0 ends the registration.
   * @throws SipRefused with the code of the final answer, 408 for none.
   */
  send(expiresSeconds: number): Promise<Registered> {
    let algorithm: DigestAlgorithm | undefined;
    return new Promise((resolve, reject) => {
      this.line.ask(this.#request(expiresSeconds), {
        onSent: (sent) => {
          this.#cseq = cseqOf(sent).number;
          const authorization = header(sent, "authorization");
          if (authorization) algorithm = authorization.includes("SHA-256") ? "SHA-256" : "MD5";
        },
        onResponse: (response) => {
          if (response.status >= 300) reject(new SipRefused(response.status, response.phrase));
          else if (response.status >= 200)
            resolve({ expiresSeconds: this.#granted(response, expiresSeconds), algorithm });
        },
        onTimeout: () => reject(new SipRefused(408, "no answer")),
      });
    });
  }

  #request(expiresSeconds: number): SipRequest {
    this.#cseq += 1;
    const own = `<sip:${this.options.username}@${this.line.domain}>`;
    const headers: SipHeaders = [
      ["via", this.line.via()],
      ["max-forwards", "70"],
      ["from", `${own};tag=${this.#tag}`],
      ["to", own],
      ["call-id", this.#callId],
      ["cseq", `${this.#cseq} REGISTER`],
      ["contact", this.line.contact],
      ["expires", String(expiresSeconds)],
      ["user-agent", this.options.userAgent ?? "Ringfence demo phone"],
      sipAllow,
    ];
    const { host, port } = this.options.server;
    return { kind: "request", method: "REGISTER", uri: `sip:${host}:${port}`, headers, body: "" };
  }

  /** The server may grant less than was asked; with several contacts, ours is the one with our port. */
  #granted(response: SipResponse, asked: number): number {
    const ours = headersNamed(response, "contact")
      .flatMap((value) => value.split(/,(?=\s*<)/))
      .find((value) => addressOf(value).includes(`:${this.line.port}`));
    return Number(parameter(ours ?? "", "expires") ?? header(response, "expires")) || asked;
  }
}
