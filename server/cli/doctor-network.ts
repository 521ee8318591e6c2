import { randomBytes } from "node:crypto";
import { createSocket } from "node:dgram";
import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";

import type { Place } from "@/server/config/place";
import { addresses } from "./doctor-addresses";
import { examine, type Finding, fine, wrong } from "./doctor-part";

const PATIENCE_MS = 3_000;

/** What can only be seen by knocking: queue, workers, manager interface, telephones. */
export const networkFindings = (place: Place): Promise<Finding[]> =>
  Promise.all([
    examine("redis", "Start Redis, or leave REDIS_URL out: the queue then lives in PostgreSQL.", () => redis(place)),
    examine("workers", "Start the workers: npm run worker.", () => workers(place)),
    examine("manager interface", "Start Asterisk, and check AMI_HOST, AMI_PORT and the two AMI users.", () =>
      manager(place),
    ),
    examine("addresses", "Start the portal: npm run web.", () => addresses(place)),
    examine("sip", "Start Asterisk, and check SIP_BIND and SIP_PORT.", () => sip(place)),
  ]);

async function redis({ redisUrl }: Place): Promise<Finding> {
  if (redisUrl === undefined) return fine("redis", "none: the queue lives in PostgreSQL");
  const url = new URL(redisUrl);
  const login = url.password
    ? `AUTH ${[url.username, url.password].filter(Boolean).map(decodeURIComponent).join(" ")}\r\n`
    : "";
  const answer = await askStream(
    { host: url.hostname, port: Number(url.port || 6_379), tls: url.protocol === "rediss:" },
    `${login}PING\r\n`,
    /\+PONG|^-.+\r\n/m,
  );
  if (answer.includes("+PONG")) return fine("redis", "answers");
  return wrong("redis", (/^-(.*)/m.exec(answer)?.[1] ?? "no answer").trim(), "Check the password in REDIS_URL.");
}

async function workers({ callControlUrl }: Place): Promise<Finding> {
  const answer = await fetch(`${callControlUrl}/healthz`, { signal: AbortSignal.timeout(PATIENCE_MS) }).catch(
    () => undefined,
  );
  if (!answer) return wrong("workers", `nothing answers at ${callControlUrl}`, "Start the workers: npm run worker.");
  const report = (await answer.json().catch(() => ({}))) as { database?: string; queue?: { state?: string } };
  const parts = `database ${report.database ?? "unknown"}, queue ${report.queue?.state ?? "unknown"}`;
  const fix = "See the workers' log; they mend themselves when what is away comes back.";
  return answer.ok && report.queue?.state !== "away" ? fine("workers", parts) : wrong("workers", parts, fix);
}

async function manager({ ami }: Place): Promise<Finding> {
  if (!ami) return fine("manager interface", "off: no PBX is connected");
  for (const [what, { username, secret }] of Object.entries({ reads: ami.read, acts: ami.act })) {
    const login = `Action: Login\r\nUsername: ${username}\r\nSecret: ${secret}\r\nEvents: off\r\n\r\n`;
    const answer = await askStream(ami, login, /Response: \w+/);
    if (!answer.includes("Response: Success")) {
      const fix = "Make its secret in manager.conf and ours the same.";
      return wrong("manager interface", `the user that ${what} (${username}) is refused`, fix);
    }
  }
  return fine("manager interface", `both users are let in at ${ami.host}:${ami.port}`);
}

type Target = Readonly<{ host: string; port: number; tls: boolean }>;

/** Sends a text and collects what comes back until it says what we wait for. */
function askStream({ host, port, tls }: Target, text: string, until: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket: Socket = tls ? connectTls({ host, port, servername: host }) : connectTcp({ host, port });
    let heard = "";
    const end = (settle: () => void) => {
      socket.destroy();
      settle();
    };
    socket.setTimeout(PATIENCE_MS, () => end(() => reject(new Error(`no answer from ${host}:${port}`))));
    socket.on("error", (error) => end(() => reject(error)));
    socket.on("close", () => reject(new Error(`${host}:${port} closed the connection`)));
    socket.once(tls ? "secureConnect" : "connect", () => socket.write(text));
    socket.on("data", (bytes) => {
      heard += bytes.toString("latin1");
      if (until.test(heard)) end(() => resolve(heard));
    });
  });
}

async function sip(place: Place): Promise<Finding> {
  const { sipDomain: host, sipPort: port, sipTransport, ami } = place;
  if (!ami) return fine("sip", "off: no PBX is connected");
  const status = sipTransport === "tcp" ? await optionsByTcp(host, port) : await optionsByUdp(host, port);
  return fine("sip", `${host}:${port} answers OPTIONS over ${sipTransport.toUpperCase()} with ${status}`);
}

function optionsText(host: string, port: number, transport: string, local: number): string {
  const id = randomBytes(8).toString("hex");
  return [
    `OPTIONS sip:${host}:${port} SIP/2.0`,
    `Via: SIP/2.0/${transport} 127.0.0.1:${local};rport;branch=z9hG4bK${id}`,
    "Max-Forwards: 70",
    `From: <sip:doctor@${host}>;tag=${id}`,
    `To: <sip:${host}:${port}>`,
    `Call-ID: ${id}`,
    "CSeq: 1 OPTIONS",
    "Content-Length: 0",
    "\r\n",
  ].join("\r\n");
}

const statusOf = (text: string): string | undefined => /^SIP\/2\.0 (\d{3})/.exec(text)?.[1];

async function optionsByTcp(host: string, port: number): Promise<string> {
  const answer = await askStream({ host, port, tls: false }, optionsText(host, port, "TCP", 5_060), /^SIP\/2\.0 \d{3}/);
  return statusOf(answer) ?? "nothing readable";
}

function optionsByUdp(host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
    const timer = setTimeout(() => finish(() => reject(new Error(`nothing answers at ${host}:${port}`))), PATIENCE_MS);
    const finish = (settle: () => void) => {
      clearTimeout(timer);
      socket.close();
      settle();
    };
    socket.on("error", (error) => finish(() => reject(error)));
    socket.on("message", (bytes) => {
      const status = statusOf(bytes.toString("latin1"));
      if (status !== undefined) finish(() => resolve(status));
    });
    socket.bind(0, () => socket.send(optionsText(host, port, "UDP", socket.address().port), port, host));
  });
}
