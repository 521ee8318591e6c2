import { randomBytes } from "node:crypto";
import { createSocket } from "node:dgram";

import { answerChallenge, chooseChallenge } from "@/server/embedded/sip-digest";
import { headersNamed, parseSip } from "@/server/embedded/sip-message";

/** What a sender writes into a request, without any rule. What is left out is harmless. */
export type Written = Readonly<{
  /** The user name after "sip:", as it stands on the wire. */
  user: string;
  display?: string;
  agent?: string;
  contact?: string;
  callId?: string;
  authorization?: string;
}>;

export type Stranger = Readonly<{
  port: number;
  /** Sends and gives back the status of the first final answer; undefined when none comes, as for what is no SIP. */
  ask: (
    method: "REGISTER" | "INVITE" | "OPTIONS",
    written: Written,
    patienceMs?: number,
  ) => Promise<number | undefined>;
  /** Registers with the secret of a phone: the request is as hostile as `written` is. */
  register: (written: Written, secret: string, patienceMs?: number) => Promise<number | undefined>;
  close: () => void;
}>;

/** A program that speaks SIP from an address of its own and writes into every field whatever it likes. */
export async function strangerAt(address: string, target: number): Promise<Stranger> {
  const socket = createSocket("udp4");
  await new Promise<void>((resolve, reject) => socket.once("error", reject).bind(0, address, resolve));
  const { port } = socket.address();
  const waiting = new Map<string, (text: string) => void>();
  socket.on("message", (packet) => {
    const text = packet.toString("latin1");
    const branch = /branch=(z9hG4bK[0-9a-f]+)/.exec(text)?.[1];
    const status = /^SIP\/2\.0 (\d{3})/.exec(text)?.[1] ?? "";
    if (branch && Number(status) >= 200) waiting.get(branch)?.(text);
  });

  function send(method: string, written: Written, patienceMs: number): Promise<string | undefined> {
    const branch = `z9hG4bK${randomBytes(8).toString("hex")}`;
    const { user, display = "", agent = "Phone", callId = randomBytes(8).toString("hex") } = written;
    const contact = written.contact ?? `<sip:x@${address}:${port}>`;
    const own = `${display} <sip:${user}@127.0.0.1>`.trim();
    const lines = [
      `${method} sip:127.0.0.1:${target} SIP/2.0`,
      `Via: SIP/2.0/UDP ${address}:${port};rport;branch=${branch}`,
      "Max-Forwards: 70",
      `From: ${own};tag=${branch.slice(7)}`,
      `To: ${own}`,
      `Call-ID: ${callId}`,
      `CSeq: 1 ${method}`,
      `Contact: ${contact}`,
      `User-Agent: ${agent}`,
      ...(written.authorization ? [`Authorization: ${written.authorization}`] : []),
      "Content-Length: 0",
    ];
    return new Promise((resolve) => {
      const timer = setTimeout(() => finish(undefined), patienceMs);
      const finish = (text: string | undefined) => {
        clearTimeout(timer);
        waiting.delete(branch);
        resolve(text);
      };
      waiting.set(branch, finish);
      socket.send(`${lines.join("\r\n")}\r\n\r\n`, target, "127.0.0.1");
    });
  }
  const statusOf = (text: string | undefined) => (text === undefined ? undefined : Number(text.slice(8, 11)));

  return {
    port,
    ask: async (method, written, patienceMs = 500) => statusOf(await send(method, written, patienceMs)),
    register: async (written, secret, patienceMs = 45_000) => {
      const asked = await send("REGISTER", written, patienceMs);
      const response = asked === undefined ? undefined : parseSip(asked);
      const challenge = response && chooseChallenge(headersNamed(response, "www-authenticate"));
      if (!challenge) return statusOf(asked);
      const uri = `sip:127.0.0.1:${target}`;
      const username = decodeURIComponent(written.user);
      const authorization = answerChallenge(challenge, { username, secret, method: "REGISTER", uri });
      return statusOf(await send("REGISTER", { ...written, authorization }, patienceMs));
    },
    close: () => socket.close(),
  };
}
