import { randomInt } from "node:crypto";

import { type CallLine, newDialogIds, type SipCall, SipDialog } from "@/server/embedded/sip-call";
import { type AskHandlers, askWithDigest, type DigestAlgorithm } from "@/server/embedded/sip-digest";
import { openMedia, type SipMedia } from "@/server/embedded/sip-media";
import {
  addressOf,
  escapeUser,
  header,
  randomBranch,
  type SipRequest,
  sipAllow,
  withTag,
} from "@/server/embedded/sip-message";
import { type Registered, SipRegistration } from "@/server/embedded/sip-registration";
import { type Incoming, type Peer, SipTransactions } from "@/server/embedded/sip-transactions";

export type PhoneOptions = Readonly<{
  username: string;
  secret: string;
  server: Peer;
  /** The host part of its own address; the server's by default. */
  domain?: string;
  bindHost?: string;
  bindPort?: number;
  expiresSeconds?: number;
  /** Answers only this kind of challenge; the strongest offered by default. */
  algorithm?: DigestAlgorithm;
  userAgent?: string;
  /** What it does when it is called; it is "not available" by default. */
  incoming?: "refuse" | "busy" | Readonly<{ answerAfterMs: number; hangUpAfterMs?: number }>;
  onIncoming?: (call: SipCall) => void;
  sendsSilence?: boolean;
  t1Ms?: number;
}>;

/**
 * A small telephone: registers, calls, is called. It speaks real SIP over UDP, with digest authentication, and is what
 * the demonstration and the tests call with. It has no ear: sound that arrives is counted and thrown away.
 */
export class SipPhone {
  #transactions: SipTransactions;
  #dialogs = new Map<string, SipDialog>();
  #ringing = new Map<string, Incoming>();
  #registration: SipRegistration;
  #registered = false;
  #renewal: NodeJS.Timeout | undefined;
  #closed = false;

  private constructor(
    readonly options: PhoneOptions,
    transactions: (phone: SipPhone) => SipTransactions,
  ) {
    this.#transactions = transactions(this);
    this.#registration = new SipRegistration(options, {
      domain: this.#domain,
      port: this.port,
      contact: this.#contact,
      via: () => this.#via(),
      ask: (request, handlers) => this.#ask(request, handlers),
    });
  }

  static async open(options: PhoneOptions): Promise<SipPhone> {
    const late: { phone?: SipPhone } = {};
    const transactions = await SipTransactions.open({
      bindHost: options.bindHost ?? "127.0.0.1",
      bindPort: options.bindPort ?? 0,
      t1Ms: options.t1Ms ?? 500,
      onRequest: (incoming) => late.phone?.asked(incoming),
      onAck: () => {},
    });
    late.phone = new SipPhone(options, () => transactions);
    return late.phone;
  }

  get registered(): boolean {
    return this.#registered;
  }

  get port(): number {
    return this.#transactions.local.port;
  }

  get calls(): readonly SipCall[] {
    return [...this.#dialogs.values()].filter((dialog) => !dialog.over).map((dialog) => dialog.call);
  }

  /**
   * Registers, and stays so until unregister or close.
   * @throws SipRefused with the code of the final answer, 408 for none.
   */
  async register(): Promise<Registered> {
    const expiresSeconds = this.options.expiresSeconds ?? 120;
    clearTimeout(this.#renewal);
    const done = await this.#registration.send(expiresSeconds);
    this.#registered = true;
    this.#renewIn(done.expiresSeconds * 800);
    return done;
  }

  /** Registers and keeps at it: a server that is away now may be there later. */
  stayRegistered(): void {
    this.register().catch(() => this.#triesAgain());
  }

  async unregister(): Promise<void> {
    clearTimeout(this.#renewal);
    this.#registered = false;
    await this.#registration.send(0);
  }

  /** Calls a number, exactly as dialled. */
  async call(dialled: string): Promise<SipCall> {
    const { host, port } = this.#transactions.local;
    const domain = this.#domain;
    const target = `sip:${escapeUser(dialled)}@${this.options.server.host}:${this.options.server.port}`;
    const ids = newDialogIds(
      `sip:${this.options.username}@${domain}`,
      `sip:${escapeUser(dialled)}@${domain}`,
      target,
      host,
    );
    const dialog = this.#dialog(ids, await openMedia(host, port * 65_536 + randomInt(65_536)));
    dialog.invite(target);
    return dialog.call;
  }

  /** Ends its calls, forgets its registration and closes its socket. */
  async close(): Promise<void> {
    if (this.#closed) return;
    const endings = this.calls.map((call) => {
      call.hangUp();
      return call.ended;
    });
    await Promise.race([Promise.allSettled(endings), new Promise((resolve) => setTimeout(resolve, 1_000))]);
    if (this.#registered)
      await Promise.race([this.unregister().catch(() => {}), new Promise((r) => setTimeout(r, 1_000))]);
    this.#closed = true;
    clearTimeout(this.#renewal);
    await this.#transactions.close();
  }

  /** Vanishes without a word, as a phone does that loses its power. */
  async kill(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#renewal);
    await this.#transactions.close();
  }

  get #domain(): string {
    return this.options.domain ?? this.options.server.host;
  }

  get #contact(): string {
    const { host, port } = this.#transactions.local;
    return `<sip:${this.options.username}@${host}:${port}>`;
  }

  #via(): string {
    const { host, port } = this.#transactions.local;
    return `SIP/2.0/UDP ${host}:${port};rport;branch=${randomBranch()}`;
  }

  #renewIn(ms: number): void {
    this.#renewal = setTimeout(
      () => {
        this.register().catch(() => this.#triesAgain());
      },
      Math.max(1_000, ms),
    );
    this.#renewal.unref();
  }

  #triesAgain(): void {
    this.#registered = false;
    if (!this.#closed) this.#renewIn(5_000 + randomInt(5_000));
  }

  #ask(request: SipRequest, handlers: AskHandlers): void {
    if (this.#closed) handlers.onTimeout();
    else askWithDigest(this.#transactions, this.options, () => this.#via(), request, handlers);
  }

  #dialog(ids: ReturnType<typeof newDialogIds>, media: SipMedia): SipDialog {
    const line: CallLine = {
      contact: this.#contact,
      peer: this.options.server,
      sendsSilence: this.options.sendsSilence ?? false,
      via: () => this.#via(),
      send: (text, to) => this.#transactions.sendText(text, to),
      ask: (request, handlers) => this.#ask(request, handlers),
    };
    const dialog = new SipDialog(line, ids, media);
    this.#dialogs.set(ids.callId, dialog);
    void dialog.call.ended.then(() => setTimeout(() => this.#dialogs.delete(ids.callId), 5_000).unref());
    return dialog;
  }

  /** Takes a request from outside. Called by the transactions. */
  asked(incoming: Incoming): void {
    const { request } = incoming;
    const callId = header(request, "call-id");
    const known = this.#dialogs.get(callId);
    if (request.method === "CANCEL") this.#cancelled(incoming, callId);
    else if (known && !known.over) known.asked(incoming);
    else if (request.method === "OPTIONS")
      incoming.respond(200, "OK", [sipAllow, ["to", withTag(header(request, "to"))]]);
    else if (request.method === "INVITE") void this.#invited(incoming, callId);
    else if (request.method === "BYE") incoming.respond(481, "Call/Transaction Does Not Exist");
    else if (request.method === "NOTIFY") incoming.respond(200, "OK");
    else incoming.respond(501, "Not Implemented");
  }

  #cancelled(incoming: Incoming, callId: string): void {
    incoming.respond(200, "OK");
    const invite = this.#ringing.get(callId);
    const dialog = this.#dialogs.get(callId);
    if (invite && dialog) dialog.refuse(invite, 487, "Request Terminated");
    this.#ringing.delete(callId);
  }

  async #invited(incoming: Incoming, callId: string): Promise<void> {
    const { request } = incoming;
    const plan = this.options.incoming ?? "refuse";
    const local = withTag(header(request, "to"));
    if (typeof plan === "string") {
      const [status, phrase] =
        plan === "busy" ? ([486, "Busy Here"] as const) : ([480, "Temporarily Unavailable"] as const);
      incoming.respond(status, phrase, [["to", local]]);
      return;
    }
    incoming.respond(100, "Trying");
    this.#ringing.set(callId, incoming);
    const ids = { callId, local, remote: header(request, "from"), target: addressOf(header(request, "contact")) };
    const dialog = this.#dialog(ids, await openMedia(this.#transactions.local.host, randomInt(2 ** 40)));
    incoming.respond(180, "Ringing", [
      ["to", local],
      ["contact", this.#contact],
    ]);
    this.options.onIncoming?.(dialog.call);
    setTimeout(() => {
      if (!this.#ringing.delete(callId) || this.#closed) return;
      dialog.accept(incoming);
      if (plan.hangUpAfterMs !== undefined) setTimeout(() => dialog.call.hangUp(), plan.hangUpAfterMs).unref();
    }, plan.answerAfterMs);
  }
}
