import { banSettingSchema, dropKeepSchema, keepSchema } from "@/server/domain/bans/ban.schema";
import { banSettings, dropKept, keepNetwork, listKept, setBanSetting } from "@/server/domain/bans/ban-list";
import { check } from "../check";
import type { Command } from "../command";

export const banKeep: Command = {
  summary: "Puts a network on the list of those that nobody bans, or takes it off.",
  words: ["network"],
  options: { note: { value: "text", about: "whose it is" }, drop: { about: "take it off the list" } },
  run: async (desk, given) => {
    const operator = await desk.operator();
    const typed = { network: given.word(0), note: given.text("note") };
    if (given.flag("drop")) {
      const { network } = check(dropKeepSchema, { network: typed.network });
      await desk.change(operator, "ban.drop_keep", async (tx) => {
        await dropKept(tx, operator, network);
        return { subject: `network:${network}`, before: { network }, result: undefined };
      });
    } else {
      const { network, note } = check(keepSchema, typed);
      await desk.change(operator, "ban.keep", async (tx) => {
        await keepNetwork(tx, operator, { network, note });
        return { subject: `network:${network}`, after: { network, note }, result: undefined };
      });
    }
    await desk.publish(operator, ["bans", "audit"]);
    const kept = await desk.read(operator, (tx) => listKept(tx, operator));
    return { value: kept };
  },
};

const number = (text: string | undefined): number | undefined => (text === undefined ? undefined : Number(text));

export const banRule: Command = {
  summary: "Shows when bans are placed by themselves and for how long, and changes what is given.",
  words: ["sip|web"],
  options: {
    automatic: { value: "on|off", about: "whether they are" },
    failures: { value: "5", about: "after how many failed sign-ins of an address" },
    window: { value: "300", about: "within so many seconds" },
    first: { value: "300", about: "seconds of the first ban; each repetition doubles it" },
    longest: { value: "86400", about: "seconds of the longest" },
  },
  run: async (desk, given) => {
    const operator = await desk.operator();
    const scope = given.word(0);
    const all = await desk.read(operator, (tx) => banSettings(tx, operator));
    const before = all.find((one) => one.scope === scope);
    const typed = {
      automatic: given.text("automatic") === undefined ? undefined : given.text("automatic") === "on",
      failures: number(given.text("failures")),
      windowSeconds: number(given.text("window")),
      firstSeconds: number(given.text("first")),
      longestSeconds: number(given.text("longest")),
    };
    const changed = Object.fromEntries(Object.entries(typed).filter(([, value]) => value !== undefined));
    const names = { windowSeconds: "window", firstSeconds: "first", longestSeconds: "longest" };
    const setting = check(banSettingSchema, { ...before, scope, ...changed }, names);
    if (Object.keys(changed).length > 0) {
      await desk.change(operator, "ban.set_rule", async (tx) => {
        await setBanSetting(tx, operator, setting);
        return { subject: `ban_rule:${scope}`, before: { ...before }, after: setting, result: undefined };
      });
      await desk.publish(operator, ["bans", "audit"]);
    }
    return { value: setting };
  },
};
