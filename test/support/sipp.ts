import { execFile } from "node:child_process";
import { createSocket } from "node:dgram";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

import { debianTree } from "@/server/embedded/debian";
import { sippRecipe } from "@/server/embedded/packages";

const run = promisify(execFile);
const scenarios = path.resolve(import.meta.dirname, "../pbx/sipp");

/** SIPp is a telephone that is not of our making: what it sees is what any phone would see. */
export type SippPhone = Readonly<{ server: { host: string; port: number }; username: string; secret: string }>;

export type SippCall = Readonly<{
  /** The final answer to the INVITE. */
  status: number;
  /** Milliseconds from the 200 to the BYE, by SIPp's own clock; 0 when nobody answered. */
  talkMs: number;
  /** From the (second) INVITE to its final answer. */
  setupMs: number;
  endedBy: "phone" | "server" | undefined;
}>;

let found: Promise<{ command: string; args: readonly string[] }> | undefined;

/** On PATH (`npm test` installs it where it may), else unpacked like Asterisk itself. */
function sipp(): Promise<{ command: string; args: readonly string[] }> {
  found ??= (async () => {
    for (const folder of (process.env["PATH"] ?? "").split(path.delimiter)) {
      if (existsSync(path.join(folder, "sipp"))) return { command: path.join(folder, "sipp"), args: [] };
    }
    const cache = process.env["RINGFENCE_CACHE"] ?? path.resolve(".data/cache");
    const tree = await debianTree({ ...sippRecipe, cache, say: () => {} });
    return tree.command(sippRecipe.proof[0]);
  })();
  return found;
}

/** Calls once and waits for the end. A BYE of the server within `holdMs` ends it, else the phone hangs up. */
export async function sippCall(
  phone: SippPhone,
  number: string,
  { holdMs = 10_000, displayName = "" }: { holdMs?: number; displayName?: string } = {},
): Promise<SippCall> {
  const scenario = readFileSync(path.join(scenarios, "call.xml"), "utf8").replace("@HOLD@", String(holdMs));
  const log = await once(phone, scenario, [number, displayName], holdMs + 90_000);
  return readCall(log);
}

/** Calls a number from outside, as a trunk does: from a port that the PBX knows or does not, without credentials. */
export async function sippFromOutside(
  server: SippPhone["server"],
  number: string,
  { port, caller = "+441632960001", holdMs = 10_000, displayName = "" }: OutsideCall,
): Promise<SippCall> {
  const scenario = readFileSync(path.join(scenarios, "carrier.xml"), "utf8").replace("@HOLD@", String(holdMs));
  const log = await once(
    { server, username: caller, secret: "" },
    scenario,
    [number, displayName],
    holdMs + 90_000,
    port,
  );
  return readCall(log);
}

type OutsideCall = Readonly<{ port: number; caller?: string; holdMs?: number; displayName?: string }>;

/** Registers (or, with 0 seconds, unregisters) once; answers with the final status. */
export async function sippRegister(
  phone: SippPhone,
  {
    expires = 120,
    contact = phone.username,
    parameters = "",
    port,
  }: { expires?: number; contact?: string; parameters?: string; port?: number } = {},
): Promise<number> {
  const template = readFileSync(path.join(scenarios, "register.xml"), "utf8");
  const scenario = template.replaceAll("[local_port]>", `[local_port]${parameters}>`);
  const log = await once(phone, scenario, [String(expires), contact], 90_000, port);
  return (
    messagesOf(log)
      .flatMap(({ status }) => status ?? [])
      .filter((status) => status >= 200)
      .at(-1) ?? 0
  );
}

async function once(
  { server, username, secret }: SippPhone,
  scenario: string,
  fields: string[],
  limitMs: number,
  port?: number,
) {
  const folder = mkdtempSync(path.join(tmpdir(), "ringfence-sipp-"));
  try {
    const at = (name: string) => path.join(folder, name);
    writeFileSync(at("scenario.xml"), scenario);
    const row = [username, `[authentication username=${username} password=${secret}]`, ...fields];
    writeFileSync(at("data.csv"), `SEQUENTIAL\n${row.join(";")}\n`);
    const { command, args } = await sipp();
    const [sipPort, mediaPort] = [port ?? (await freeUdpPort()), await freeUdpPort()];
    const where = ["-i", "127.0.0.1", "-p", String(sipPort), "-mp", String(mediaPort)];
    const files = ["-sf", at("scenario.xml"), "-inf", at("data.csv"), "-trace_msg", "-message_file", at("messages")];
    const limits = ["-m", "1", "-nostdin", "-timeout", `${Math.ceil(limitMs / 1_000)}s`, "-timeout_error"];
    // Its exit code says only whether the scenario fitted; what matters is what went over the wire.
    await run(command, [...args, `${server.host}:${server.port}`, ...files, ...where, ...limits], {
      timeout: limitMs + 5_000,
      cwd: folder,
    }).catch(() => {});
    return existsSync(at("messages")) ? readFileSync(at("messages"), "utf8") : "";
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

type Message = { at: number; sent: boolean; method?: string; status?: number; cseq: string };

/** SIPp's message log: a line of dashes with the time, a line with the direction, the message. */
function messagesOf(log: string): Message[] {
  const parts = log.split(/^-{10,} (\d{4}-\d\d-\d\d[ \t]+[\d:.]+).*$/m);
  const messages: Message[] = [];
  for (let i = 1; i + 1 < parts.length; i += 2) {
    const text = parts[i + 1] ?? "";
    const start = /^(?:SIP\/2\.0 (\d{3})|([A-Z]+) sip:)/m.exec(text);
    if (!start) continue;
    messages.push({
      at: Date.parse(`${(parts[i] ?? "").replace(/\s+/, "T").replace(/(\.\d{3})\d*$/, "$1")}Z`),
      sent: /message sent/i.test(text.slice(0, 80)),
      cseq: /^CSeq: *(.*?)\r?$/im.exec(text)?.[1] ?? "",
      ...(start[1] ? { status: Number(start[1]) } : {}),
      ...(start[2] ? { method: start[2] } : {}),
    });
  }
  return messages;
}

function readCall(log: string): SippCall {
  const messages = messagesOf(log);
  const invite = messages.find(({ method, cseq }) => method === "INVITE" && cseq.startsWith("2"));
  const final = messages.find(({ status, cseq }) => (status ?? 0) >= 200 && cseq === "2 INVITE");
  const bye = messages.find(({ method }) => method === "BYE");
  const answered = final?.status === 200;
  return {
    status: final?.status ?? messages.find(({ status }) => (status ?? 0) >= 200)?.status ?? 0,
    talkMs: answered && bye ? bye.at - final.at : 0,
    setupMs: final && invite ? final.at - invite.at : 0,
    endedBy: bye ? (bye.sent ? "phone" : "server") : undefined,
  };
}

export const freeUdpPort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const socket = createSocket("udp4");
    socket.once("error", reject);
    socket.bind(0, "127.0.0.1", () => {
      const { port } = socket.address();
      socket.close(() => resolve(port));
    });
  });
