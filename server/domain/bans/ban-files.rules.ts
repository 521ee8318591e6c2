import type { BanScope } from "@/server/domain/bans/ban.schema";
import { apart, pieceText } from "@/server/domain/bans/ban-pieces.rules";
import { parseNetwork } from "@/server/domain/bans/network.rules";

/** A ban that holds, as files for a firewall tell it. */
export type HeldBan = Readonly<{
  network: string;
  scope: BanScope;
  reason: string;
  createdAt: Date;
  expiresAt: Date;
  timesBefore: number;
}>;

export const banFormats = ["nftables", "fail2ban", "plain"] as const;
export type BanFormat = (typeof banFormats)[number];
/** What each is called in the folder of the export. */
export const banFileNames = {
  nftables: "ringfence.nft",
  fail2ban: "ringfence-bans.log",
  plain: "ringfence-bans.txt",
} as const satisfies Record<BanFormat, string>;

type Ports = Readonly<{ sip: number; web: number }>;

/** Seconds of UTC, as a file says them. */
const moment = (at: Date): string => at.toISOString().slice(0, 19);
/** A reason was typed by somebody, or says what a stranger did; in a file it stays one line of plain characters. */
const printable = (text: string): string => text.replace(/[^\x20-\x7e]/g, "?");

/** One ban a line with its end: network, scope, end and reason, between tabs. */
const plainText = (bans: readonly HeldBan[]): string =>
  bans
    .map(
      ({ network, scope, expiresAt, reason }) => `${network}\t${scope}\t${moment(expiresAt)}Z\t${printable(reason)}\n`,
    )
    .join("");

/** A log as fail2ban reads it: the moment of the ban first. The filter in docs/fail2ban knows these lines. */
const logText = (bans: readonly HeldBan[]): string =>
  [...bans]
    .sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime())
    .map(
      ({ network, scope, createdAt, expiresAt, timesBefore }) =>
        `${moment(createdAt).replace("T", " ")} ringfence ban ${scope} ${network} until ${moment(expiresAt)}Z times ${timesBefore + 1}\n`,
    )
    .join("");

/**
 * A table of nftables with sets whose elements end by themselves, and the rules that drop what comes from them. Loading it
 * replaces the table of the last time at once, and nothing else.
 */
function nftText(bans: readonly HeldBan[], now: Date, ports: Ports): string {
  const set = (scope: BanScope, family: 4 | 6): string => {
    const networks = bans
      .filter((ban) => ban.scope === scope)
      .flatMap(({ network: text, expiresAt }) => {
        const network = parseNetwork(text);
        return typeof network === "string" ? [] : [{ network, endsAt: expiresAt.getTime() }];
      });
    const elements = apart(family, networks).map((piece) => {
      const seconds = Math.max(1, Math.ceil((piece.endsAt - now.getTime()) / 1000));
      return `      ${pieceText(piece)} timeout ${seconds}s`;
    });
    const list = elements.length > 0 ? `\n    elements = {\n${elements.join(",\n")}\n    }` : "";
    return `  set ${scope}${family} {\n    type ipv${family}_addr\n    flags interval, timeout${list}\n  }\n`;
  };
  const web = [...new Set([80, 443, ports.web])].join(", ");
  return [
    "# Written by Ringfence. nft -f loads it: the table of the last time is replaced at once.\n",
    "table inet ringfence\ndelete table inet ringfence\ntable inet ringfence {\n",
    set("sip", 4),
    set("sip", 6),
    set("web", 4),
    set("web", 6),
    "  chain input {\n    type filter hook input priority filter - 5; policy accept;\n",
    `    ip saddr @sip4 meta l4proto { tcp, udp } th dport ${ports.sip} drop\n`,
    `    ip6 saddr @sip6 meta l4proto { tcp, udp } th dport ${ports.sip} drop\n`,
    `    ip saddr @web4 tcp dport { ${web} } drop\n`,
    `    ip6 saddr @web6 tcp dport { ${web} } drop\n`,
    "  }\n}\n",
  ].join("");
}

/** The bans that hold, as a file of that kind. `now` gives elements of nftables the time that they have left. */
export function banFile(format: BanFormat, bans: readonly HeldBan[], now: Date, ports: Ports): string {
  if (format === "nftables") return nftText(bans, now, ports);
  return format === "fail2ban" ? logText(bans) : plainText(bans);
}
