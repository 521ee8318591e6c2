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
  "ban keep": {
    summary: "networks that nobody bans",
    load: async () => (await import("./commands/ban-rule")).banKeep,
  },
  "ban rule": {
    summary: "when bans are placed by themselves, and for how long",
    load: async () => (await import("./commands/ban-rule")).banRule,
  },
  "ban export": {
    summary: "the bans that hold, for nftables, fail2ban or as plain lines",
    load: async () => (await import("./commands/ban-export")).banExport,
  },
  "extension allow": {
    summary: "the networks that an extension's phones may come from",
    load: async () => (await import("./commands/allow-list")).extensionAllow,
  },
  "trunk list": {
    summary: "trunks, and where their calls may come from",
    load: async () => (await import("./commands/trunks")).trunkList,
  },
  "trunk show": {
    summary: "what a trunk carried, and why its calls were not answered",
    load: async () => (await import("./commands/pbxs")).trunkShow,
  },
  "pbx list": {
    summary: "each PBX, its link and what it carries",
    load: async () => (await import("./commands/pbxs")).pbxList,
  },
  "pbx show": {
    summary: "one PBX, its link and what it carries",
    load: async () => (await import("./commands/pbxs")).pbxShow,
  },
  "trunk allow": {
    summary: "the networks that a trunk's calls may come from",
    load: async () => (await import("./commands/trunks")).trunkAllow,
  },
  "block list": {
    summary: "numbers that a tenant blocks itself",
    load: async () => (await import("./commands/blocks")).blockList,
  },
  "block add": {
    summary: "block a number, or all that begin so",
    load: async () => (await import("./commands/blocks")).blockAdd,
  },
  "block remove": {
    summary: "let a number be called again",
    load: async () => (await import("./commands/blocks")).blockRemove,
  },
  "hotlist list": {
    summary: "hot lists, and whether they hold",
    load: async () => (await import("./commands/blocks")).hotlistList,
  },
  "hotlist switch": {
    summary: "have a hot list hold, or not",
    load: async () => (await import("./commands/blocks")).hotlistSwitch,
  },
  "hotlist import": {
    summary: "read a file of numbers into a hot list",
    load: async () => (await import("./commands/blocks")).hotlistImport,
  },
};
