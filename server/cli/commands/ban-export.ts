import { banFile, banFormats } from "@/server/domain/bans/ban-files.rules";
import { heldBans } from "@/server/domain/bans/ban-list";
import { BadInput, type Command } from "../command";

const port = (name: string, text: string | undefined, fallback: number): number => {
  if (text === undefined) return fallback;
  const value = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (value < 1 || value > 65_535) throw new BadInput(`--${name}: a port from 1 to 65535.`);
  return value;
};

export const banExport: Command = {
  summary: "The bans that hold, as a firewall reads them.",
  options: {
    format: {
      value: "nftables|fail2ban|plain",
      about: "for nft -f, as a log for fail2ban, or one a line",
      fallback: "plain",
    },
    "sip-port": { value: "5060", about: "where the PBX listens, for nftables", fallback: "5060" },
    "web-port": { value: "3000", about: "where the portal listens, beside 80 and 443", fallback: "3000" },
  },
  run: async (desk, given) => {
    const format = banFormats.find((one) => one === given.text("format"));
    if (!format) throw new BadInput("--format: nftables, fail2ban or plain.");
    const ports = {
      sip: port("sip-port", given.text("sip-port"), 5_060),
      web: port("web-port", given.text("web-port"), 3_000),
    };
    const operator = await desk.operator();
    const bans = await desk.read(operator, (tx) => heldBans(tx, operator));
    return { value: bans, raw: banFile(format, bans, new Date(), ports) };
  },
};
