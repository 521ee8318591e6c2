import { createSocket, type RemoteInfo, type Socket } from "node:dgram";

import {
  cseqOf,
  header,
  parameter,
  parseSip,
  renderSip,
  type SipHeaders,
  type SipMessage,
  type SipRequest,
  type SipResponse,
} from "@/server/embedded/sip-message";

export type Peer = Readonly<{ host: string; port: number }>;

type Client = {
  readonly request: SipRequest;
  readonly onResponse: (response: SipResponse) => void;
  readonly onTimeout: () => void;
  readonly ack: (response: SipResponse) => string;
  retransmit: NodeJS.Timeout | undefined;
  deadline: NodeJS.Timeout | undefined;
  state: "calling" | "proceeding" | "completed";
};

/** A request from the other side, and the one answer it gets. */
export type Incoming = Readonly<{
  request: SipRequest;
  from: Peer;
  respond(status: number, phrase: string, headers?: SipHeaders, body?: string): void;
}>;

type Server = { last: string; repeat: NodeJS.Timeout | undefined; readonly invite: boolean; readonly from: Peer };

export type TransactionOptions = Readonly<{
  bindHost: string;
  bindPort: number;
  /** Timer T1 of RFC 3261; the others follow from it. */
  t1Ms: number;
  onRequest: (incoming: Incoming) => void;
  /** An ACK, which nobody answers. */
  onAck: (request: SipRequest) => void;
}>;

/**
 * SIP's transactions over UDP: packets get lost, so requests are repeated until something answers, answers are repeated
 * when the request comes again, and nothing reaches the phone twice.
 */
export class SipTransactions {
  #socket: Socket;
  #clients = new Map<string, Client>();
  #servers = new Map<string, Server>();
  #timers = new Set<NodeJS.Timeout>();
  #closed = false;

  private constructor(
    readonly options: TransactionOptions,
    socket: Socket,
  ) {
    this.#socket = socket;
    socket.on("message", (data, from) => this.#received(data.toString(), from));
    // An ICMP "port unreachable" is no answer; the timers say when to give up.
    socket.on("error", () => {});
  }

  static async open(options: TransactionOptions): Promise<SipTransactions> {
    const socket = createSocket("udp4");
    await new Promise<void>((resolve, reject) => {
      socket.once("error", reject);
      socket.bind(options.bindPort, options.bindHost, () => {
        socket.removeListener("error", reject);
        resolve();
      });
    });
    return new SipTransactions(options, socket);
  }

  get local(): Peer {
    return { host: this.options.bindHost, port: this.#socket.address().port };
  }

  /** Sends a request and repeats it until it is answered. Its Via header must already be there. */
  request(
    request: SipRequest,
    to: Peer,
    handlers: Readonly<{ onResponse: (response: SipResponse) => void; onTimeout: () => void }>,
  ): void {
    const key = clientKey(request);
    const invite = request.method === "INVITE";
    const text = renderSip(request);
    const client: Client = {
      request,
      ...handlers,
      ack: (response) => renderSip(ackFor(request, response)),
      retransmit: undefined,
      deadline: undefined,
      state: "calling",
    };
    this.#clients.set(key, client);
    const repeat = (afterMs: number) => {
      client.retransmit = this.#later(afterMs, () => {
        this.sendText(text, to);
        const next = client.state === "proceeding" ? 8 * this.options.t1Ms : afterMs * 2;
        repeat(invite ? next : Math.min(next, 8 * this.options.t1Ms));
      });
    };
    this.sendText(text, to);
    repeat(this.options.t1Ms);
    client.deadline = this.#later(64 * this.options.t1Ms, () => {
      this.#forget(key, client);
      client.onTimeout();
    });
  }

  /** Sends what no transaction repeats: the ACK of a 200. */
  sendText(text: string, to: Peer): void {
    if (!this.#closed) this.#socket.send(text, to.port, to.host);
  }

  close(): Promise<void> {
    if (this.#closed) return Promise.resolve();
    this.#closed = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    return new Promise((resolve) => this.#socket.close(() => resolve()));
  }

  #later(ms: number, work: () => void): NodeJS.Timeout {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      work();
    }, ms);
    this.#timers.add(timer);
    return timer;
  }

  #forget(key: string, client: Client): void {
    clearTimeout(client.retransmit);
    clearTimeout(client.deadline);
    this.#clients.delete(key);
  }

  #received(text: string, info: RemoteInfo): void {
    const message = parseSip(text);
    if (!message || this.#closed) return;
    const from = { host: info.address, port: info.port };
    if (message.kind === "response") this.#answered(message, from);
    else this.#asked(message, from);
  }

  #answered(response: SipResponse, from: Peer): void {
    const key = clientKey(response);
    const client = this.#clients.get(key);
    if (!client) return;
    const invite = client.request.method === "INVITE";
    if (response.status < 200) {
      if (client.state === "completed") return;
      client.state = "proceeding";
      // From the first sign of life on an INVITE waits for a person, so it is neither repeated nor timed out.
      if (invite) {
        clearTimeout(client.retransmit);
        clearTimeout(client.deadline);
      }
      client.onResponse(response);
      return;
    }
    clearTimeout(client.retransmit);
    clearTimeout(client.deadline);
    if (invite && response.status >= 300) this.sendText(client.ack(response), from);
    // A final answer that comes again is acknowledged again; only a 200 of an INVITE concerns the phone a second time.
    const first = client.state !== "completed";
    client.state = "completed";
    if (first) this.#later(64 * this.options.t1Ms, () => this.#forget(key, client));
    if (first || (invite && response.status < 300)) client.onResponse(response);
  }

  #asked(request: SipRequest, from: Peer): void {
    const key = serverKey(request);
    const known = this.#servers.get(key);
    if (request.method === "ACK") {
      clearTimeout(known?.repeat);
      this.options.onAck(request);
      return;
    }
    if (known) {
      if (known.last) this.sendText(known.last, known.from);
      return;
    }
    const server: Server = { last: "", repeat: undefined, invite: request.method === "INVITE", from };
    this.#servers.set(key, server);
    const respond: Incoming["respond"] = (status, phrase, headers = [], body = "") => {
      const text = renderSip(responseTo(request, from, { status, phrase, headers, body }));
      clearTimeout(server.repeat);
      server.last = text;
      this.sendText(text, from);
      if (status < 200) return;
      if (server.invite) this.#repeatUntilAck(server, this.options.t1Ms, 0);
      this.#later(64 * this.options.t1Ms, () => this.#servers.delete(key));
    };
    this.options.onRequest({ request, from, respond });
  }

  #repeatUntilAck(server: Server, afterMs: number, waitedMs: number): void {
    if (waitedMs > 64 * this.options.t1Ms) return;
    server.repeat = this.#later(afterMs, () => {
      this.sendText(server.last, server.from);
      this.#repeatUntilAck(server, Math.min(afterMs * 2, 8 * this.options.t1Ms), waitedMs + afterMs);
    });
  }
}

const clientKey = (message: SipMessage) => `${parameter(header(message, "via"), "branch")} ${cseqOf(message).method}`;

/** The ACK of an INVITE belongs to the INVITE: same call, same number. CANCEL is a transaction of its own. */
const serverKey = (request: SipRequest) => {
  const { number, method } = cseqOf(request);
  const tag = parameter(header(request, "from"), "tag");
  return `${header(request, "call-id")} ${tag} ${number} ${method === "ACK" ? "INVITE" : method}`;
};

const copied = (message: SipMessage, ...names: string[]): SipHeaders =>
  message.headers.filter(([name]) => names.includes(name));

function ackFor(invite: SipRequest, response: SipResponse): SipRequest {
  const headers: SipHeaders = [
    ["via", header(invite, "via")],
    ["from", header(invite, "from")],
    ["to", header(response, "to")],
    ["call-id", header(invite, "call-id")],
    ["cseq", `${cseqOf(invite).number} ACK`],
    ["max-forwards", "70"],
    ...copied(invite, "route"),
  ];
  return { kind: "request", method: "ACK", uri: invite.uri, headers, body: "" };
}

function responseTo(
  request: SipRequest,
  from: Peer,
  answer: Readonly<{ status: number; phrase: string; headers: SipHeaders; body: string }>,
): SipResponse {
  const vias = copied(request, "via").map(([name, value], index) => {
    if (index > 0) return [name, value] as const;
    const rport = value.replace(/;rport(?=;|$)/i, `;rport=${from.port}`);
    return [name, rport.includes(";received=") ? rport : `${rport};received=${from.host}`] as const;
  });
  const rest = copied(request, "from", "to", "call-id", "cseq", "record-route").filter(
    ([name]) => name !== "to" || !answer.headers.some(([own]) => own === "to"),
  );
  return {
    kind: "response",
    status: answer.status,
    phrase: answer.phrase,
    headers: [...vias, ...rest, ...answer.headers],
    body: answer.body,
  };
}
