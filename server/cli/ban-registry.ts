import type { Entry } from "./command";

/** The commands about who is not let in. */
export const banCommands: Readonly<Record<string, Entry>> = {
  "ban list": {
    summary: "bans of addresses, the newest first",
    load: async () => (await import("./commands/bans")).banList,
  },
  "ban add": {
    summary: "ban an address or a network from the PBX or the portal",
    load: async () => (await import("./commands/bans")).banAdd,
  },
  "ban lift": {
    summary: "end a ban before its time",
    load: async () => (await import("./commands/bans")).banLift,
  },
};
