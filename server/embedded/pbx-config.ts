import { createHash } from "node:crypto";
import { lookup } from "node:dns/promises";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { isIP } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

import type { DatabaseCredentials } from "@/server/config/database-url";

import { asteriskConfigFolder, moduleFolder } from "./packages";
import { StartError } from "./sentence";
import { type Account, own, ownFolder } from "./service-home";

/** What the configuration of one PBX is made from. Every value is checked, because it becomes a part of a file. */
export type PbxSettings = Readonly<{
  pbxName: string;
  pbxSecret: string;
  callControlUrl: string;
  database: DatabaseCredentials;
  sipBind: string;
  sipPort: number;
  sipDomain: string;
  /** Where Asterisk takes SIP over WebSockets, on this machine. */
  sipWsPort: number;
  rtpStart: number;
  rtpEnd: number;
  amiPort: number;
  amiRead: Readonly<{ username: string; secret: string }>;
  amiAct: Readonly<{ username: string; secret: string }>;
  /** `sip:host:port` of a real trunk; without it, the demo's carrier between two ports of this machine. */
  carrierUri?: string | undefined;
  /** Seconds that a caller waits for the answer of call control. */
  callPatience: number;
  /** Seconds between two OPTIONS to the carrier, by which its state is known; 0: none is sent. */
  carrierQualify: number;
  demoPorts: Readonly<{ out: number; end: number }>;
}>;

/** Asterisk's own folder, and the one of its control socket: a socket's path may have 107 characters, not more. */
export const socketFolderOf = (runFolder: string): string => {
  const wanted = path.join(runFolder, "pid");
  if (wanted.length < 90) return wanted;
  return path.join(tmpdir(), `ringfence-${createHash("sha256").update(runFolder).digest("hex").slice(0, 12)}`);
};

/** Writes the whole configuration into `runFolder`/etc, readable for Asterisk alone. */
export async function writePbxConfig(settings: PbxSettings, tree: string, runFolder: string, account: Account) {
  for (const folder of [
    "",
    "lib",
    "db",
    "log",
    "log/cdr-custom",
    "log/cdr-csv",
    "spool",
    "spool/tmp",
    "cache",
    "keys",
  ]) {
    ownFolder(path.join(runFolder, folder), account);
  }
  ownFolder(socketFolderOf(runFolder), account);
  const folder = path.join(runFolder, "etc");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { mode: 0o700 });
  own(folder, account);
  for (const [name, text] of Object.entries(renderPbxConfig(pbxValues(settings, tree, runFolder)))) {
    const file = path.join(folder, name);
    writeFileSync(file, text, { mode: 0o600 });
    own(file, account);
  }
}

/** Every template with its @NAMES@ replaced. A name without a value is a mistake of ours and stops the start. */
export function renderPbxConfig(values: Readonly<Record<string, string>>): Record<string, string> {
  const fill = (text: string, file: string): string =>
    text.replace(/@([A-Z][A-Z_]*)@/g, (_, name: string) => {
      if (name === "DEMO_CARRIER")
        return values["DEMO_CARRIER"] === "" ? "" : fill(template("demo-carrier.pjsip"), file);
      const value = values[name];
      if (value === undefined) throw new Error(`${file} wants @${name}@, which has no value`);
      return value;
    });
  const names = readdirSync(asteriskConfigFolder).filter((name) => name.endsWith(".conf"));
  return Object.fromEntries(names.map((name) => [name, fill(template(name), name)]));
}

const template = (name: string) => readFileSync(path.join(asteriskConfigFolder, name), "utf8");

/** What each @NAME@ stands for. `tree` holds the unpacked packages, `runFolder` is Asterisk's own. */
export function pbxValues(settings: PbxSettings, tree: string, runFolder: string): Record<string, string> {
  const demo = settings.carrierUri === undefined;
  const values: Record<string, string> = {
    RUN: runFolder,
    SOCKET_FOLDER: socketFolderOf(runFolder),
    MODULES: path.join(tree, moduleFolder),
    DATA: path.join(tree, "usr/share/asterisk"),
    PBX_NAME: settings.pbxName,
    PBX_SECRET: settings.pbxSecret,
    CALL_CONTROL_URL: settings.callControlUrl,
    REACH_SECONDS: String(Math.floor(settings.callPatience / 2)),
    CALL_PATIENCE: String(settings.callPatience),
    DB_HOST: settings.database.host,
    DB_PORT: String(settings.database.port),
    DB_NAME: settings.database.database,
    DB_USER: settings.database.user,
    DB_PASSWORD: settings.database.password,
    SIP_BIND: bracketed(settings.sipBind),
    SIP_PORT: String(settings.sipPort),
    SIP_DOMAIN: bracketed(settings.sipDomain),
    SIP_WS_PORT: String(settings.sipWsPort),
    RTP_START: String(settings.rtpStart),
    RTP_END: String(settings.rtpEnd),
    AMI_PORT: String(settings.amiPort),
    AMI_READ_USERNAME: settings.amiRead.username,
    AMI_READ_SECRET: settings.amiRead.secret,
    AMI_ACT_USERNAME: settings.amiAct.username,
    AMI_ACT_SECRET: settings.amiAct.secret,
    CARRIER_TRANSPORT: demo ? "carrier-out" : "udp",
    CARRIER_URI: settings.carrierUri ?? `sip:127.0.0.1:${settings.demoPorts.end}`,
    CARRIER_QUALIFY: String(settings.carrierQualify),
    CARRIER_OUT_PORT: String(settings.demoPorts.out),
    DEMO_PORT: String(settings.demoPorts.end),
    DEMO_CARRIER: demo ? "yes" : "",
  };
  for (const [name, value] of Object.entries(values)) assertOneValue(name, value);
  return values;
}

const bracketed = (host: string) => (isIP(host) === 6 ? `[${host}]` : host);

/** A line break would add a line to the file, a semicolon would end it, a bracket would open a section. */
function assertOneValue(name: string, value: string): void {
  if (/[\r\n;,${}"\\]/.test(value)) {
    throw new StartError(`A setting that goes into the PBX's ${name} holds a character that its files do not allow.`);
  }
}

/**
 * What the trunk is known by until somebody lists its networks: address and port, because on one machine everybody has the
 * same address.
 * @throws StartError when its name has no address.
 */
export async function carrierMatch({
  carrierUri,
  demoPorts,
}: Pick<PbxSettings, "carrierUri" | "demoPorts">): Promise<string> {
  if (carrierUri === undefined) return `127.0.0.1:${demoPorts.end}/32`;
  const [, host = "", port] = /^sip:([^:]+)(?::(\d+))?$/.exec(carrierUri) ?? [];
  try {
    const { address } = await lookup(host, { family: 4 });
    return `${address}:${port ?? 5060}/32`;
  } catch {
    throw new StartError(`CARRIER_URI names ${host}, which has no address.`);
  }
}
