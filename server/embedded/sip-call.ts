import type { AskHandlers } from "@/server/embedded/sip-digest";
import type { SipMedia } from "@/server/embedded/sip-media";
import {
  addressOf,
  cseqOf,
  header,
  headersNamed,
  randomBranch,
  randomTag,
  renderSip,
  type SipHeaders,
  type SipRequest,
  type SipResponse,
  sipAllow,
} from "@/server/embedded/sip-message";
import type { Incoming, Peer } from "@/server/embedded/sip-transactions";

export type CallEnd = Readonly<{
  status: "answered" | "busy" | "no_answer" | "cancelled" | "refused" | "failed";
  /** Of the final answer; 200 for a call that was answered. */
  sipCode: number;
  /** The phrase of the final answer, or the Reason header of the BYE. */
  reason: string;
  /** Who ended it. */
  side: "us" | "them";
  /** From the answer to the BYE, on this phone's clock. */
  talkMs: number;
}>;

export type SipCall = Readonly<{
  id: string;
  /** The other end, as the header has it that names it: with its display name, where it has one. */
  remote: string;
  /** Rejects when the call ends without an answer. */
  answered: Promise<{ at: Date }>;
  /** Never rejects. */
  ended: Promise<CallEnd>;
  /** The first sign that the other phone rings. Never rejects; may never come. */
  ringing: Promise<void>;
  media: SipMedia;
  hangUp(): void;
}>;

/** What a call needs of its phone. */
export type CallLine = Readonly<{
  contact: string;
  peer: Peer;
  via(): string;
  send(text: string, to: Peer): void;
  sendsSilence: boolean;
  /** Sends a request, answers a challenge once, and gives every answer but that challenge. */
  ask(request: SipRequest, handlers: AskHandlers): void;
}>;

type Deferred<T> = { promise: Promise<T>; resolve: (value: T) => void; reject: (error: Error) => void };

function deferred<T>(): Deferred<T> {
  let settle: Omit<Deferred<T>, "promise"> | undefined;
  const promise = new Promise<T>((resolve, reject) => {
    settle = { resolve, reject };
  });
  if (!settle) throw new Error("a promise runs its function at once");
  return { promise, ...settle };
}

const statusOf = (sipCode: number): CallEnd["status"] => {
  if (sipCode === 486 || sipCode === 600) return "busy";
  if (sipCode === 487) return "cancelled";
  if (sipCode === 408 || sipCode === 480) return "no_answer";
  return sipCode < 500 ? "refused" : "failed";
};

/** One call, from the first INVITE to the BYE, whoever began it. */
export class SipDialog {
  #state: "calling" | "ringing" | "up" | "over" = "calling";
  #wantsEnd = false;
  #answeredAt = 0;
  #cseq = 0;
  /** The INVITE that is under way: after a challenge it is another one than the first. */
  #pendingInvite: SipRequest | undefined;
  #remoteTarget: string;
  #remote: string;
  #route: readonly string[] = [];
  #answer = deferred<{ at: Date }>();
  #end = deferred<CallEnd>();
  #rings = deferred<void>();
  readonly call: SipCall;

  constructor(
    readonly line: CallLine,
    readonly ids: Readonly<{ callId: string; local: string; remote: string; target: string }>,
    media: SipMedia,
  ) {
    this.#remote = ids.remote;
    this.#remoteTarget = ids.target;
    this.#answer.promise.catch(() => {});
    this.call = {
      id: ids.callId,
      remote: ids.remote,
      answered: this.#answer.promise,
      ended: this.#end.promise,
      ringing: this.#rings.promise,
      media,
      hangUp: () => this.hangUp(),
    };
  }

  get over(): boolean {
    return this.#state === "over";
  }

  /** Calls. */
  invite(uri: string): void {
    const body = this.call.media.offer;
    const invite = this.#request("INVITE", uri, [["content-type", "application/sdp"]], body);
    this.line.ask(invite, {
      onSent: (request) => {
        this.#pendingInvite = request;
        this.#cseq = cseqOf(request).number;
      },
      onResponse: (response) => this.#answered(response),
      onTimeout: () =>
        this.#over({ status: "failed", sipCode: 408, reason: "nobody answered the request", side: "them" }),
    });
  }

  /** Takes a call that came in. */
  accept(incoming: Incoming): void {
    const { request } = incoming;
    this.#remoteTarget = addressOf(header(request, "contact")) || this.#remoteTarget;
    this.#route = headersNamed(request, "record-route");
    incoming.respond(200, "OK", this.#ours("application/sdp"), this.call.media.offer);
    this.#up(request.body);
  }

  /** Refuses a call that came in, or tells that it was cancelled. */
  refuse(incoming: Incoming, status: number, phrase: string): void {
    incoming.respond(status, phrase, [["to", this.ids.local]]);
    this.#over({ status: statusOf(status), sipCode: status, reason: phrase, side: status === 487 ? "them" : "us" });
  }

  /** A request of the other side within this call. */
  asked(incoming: Incoming): void {
    const { method } = incoming.request;
    if (method === "BYE") {
      incoming.respond(200, "OK");
      const reason = header(incoming.request, "reason");
      this.#over({ status: "answered", sipCode: 200, reason, side: "them" });
    } else if (method === "INVITE" || method === "UPDATE") {
      // The other side renews or moves its end of the sound; ours stays as it is.
      const withBody = incoming.request.body !== "";
      incoming.respond(200, "OK", this.#ours(withBody ? "application/sdp" : ""), withBody ? this.call.media.offer : "");
    } else {
      incoming.respond(200, "OK");
    }
  }

  hangUp(): void {
    if (this.#state === "over" || this.#wantsEnd) return;
    this.#wantsEnd = true;
    if (this.#state === "up") this.#bye();
    // A CANCEL may not overtake the first answer: it is sent when there is one.
    else if (this.#state === "ringing") this.#cancel();
  }

  #ours(contentType: string): SipHeaders {
    return [
      ["to", this.ids.local],
      ["contact", this.line.contact],
      ...(contentType ? [["content-type", contentType] as const] : []),
    ];
  }

  #request(method: string, uri: string, extra: SipHeaders = [], body = ""): SipRequest {
    this.#cseq += 1;
    const headers: SipHeaders = [
      ["via", this.line.via()],
      ["max-forwards", "70"],
      ["from", this.ids.local],
      ["to", this.#remote],
      ["call-id", this.ids.callId],
      ["cseq", `${this.#cseq} ${method}`],
      ["contact", this.line.contact],
      sipAllow,
      ...this.#route.map((route) => ["route", route] as const),
      ...extra,
    ];
    return { kind: "request", method, uri, headers, body };
  }

  #answered(response: SipResponse): void {
    if (response.status < 200) {
      if (this.#state === "calling") this.#state = "ringing";
      if (response.status >= 180) this.#rings.resolve();
      if (this.#wantsEnd) this.#cancel();
      return;
    }
    if (response.status >= 300) {
      this.#over({
        status: statusOf(response.status),
        sipCode: response.status,
        reason: response.phrase,
        side: this.#wantsEnd ? "us" : "them",
      });
      return;
    }
    this.#remote = header(response, "to");
    this.#remoteTarget = addressOf(header(response, "contact")) || this.#remoteTarget;
    this.#route = headersNamed(response, "record-route").toReversed();
    this.#ack(response);
    if (this.#state === "over" || this.#state === "up") return;
    this.#up(response.body);
    if (this.#wantsEnd) this.#bye();
  }

  #up(remoteDescription: string): void {
    this.#state = "up";
    this.#answeredAt = performance.now();
    if (this.line.sendsSilence) this.call.media.sendSilence(remoteDescription);
    this.#answer.resolve({ at: new Date() });
  }

  /** The ACK of a 200 is a request of its own, and is sent again for every 200 that comes again. */
  #ack(response: SipResponse): void {
    const { number } = cseqOf(response);
    const request = this.#request("ACK", this.#remoteTarget);
    this.#cseq = Math.max(this.#cseq - 1, number);
    const headers = request.headers.map(([name, value]) => [name, name === "cseq" ? `${number} ACK` : value] as const);
    this.line.send(renderSip({ ...request, headers }), this.line.peer);
  }

  #cancel(): void {
    const invite = this.#pendingInvite;
    if (!invite) return;
    this.#pendingInvite = undefined;
    const kept = new Set(["via", "max-forwards", "from", "to", "call-id", "route"]);
    const headers: SipHeaders = [
      ...invite.headers.filter(([name]) => kept.has(name)),
      ["cseq", `${cseqOf(invite).number} CANCEL`],
    ];
    const nothing = { onResponse: () => {}, onTimeout: () => {} };
    this.line.ask({ kind: "request", method: "CANCEL", uri: invite.uri, headers, body: "" }, nothing);
  }

  #bye(): void {
    const end = { status: "answered", sipCode: 200, reason: "", side: "us" } as const;
    const talkMs = performance.now() - this.#answeredAt;
    const done = () => this.#over(end, talkMs);
    const onResponse = (response: SipResponse) => {
      if (response.status >= 200) done();
    };
    this.line.ask(this.#request("BYE", this.#remoteTarget), { onResponse, onTimeout: done });
  }

  #over(end: Omit<CallEnd, "talkMs">, talkMs?: number): void {
    if (this.#state === "over") return;
    const was = this.#state;
    this.#state = "over";
    this.call.media.close();
    const talked = was === "up" ? (talkMs ?? performance.now() - this.#answeredAt) : 0;
    this.#answer.reject(new Error(`the call ended with ${end.sipCode} ${end.reason}`));
    this.#end.resolve({ ...end, talkMs: Math.round(talked) });
  }
}

export const newDialogIds = (from: string, to: string, target: string, host: string) => ({
  callId: `${randomBranch().slice(7)}@${host}`,
  local: `<${from}>;tag=${randomTag()}`,
  remote: `<${to}>`,
  target,
});
