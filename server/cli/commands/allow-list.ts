import { allowListOf, setAllowList } from "@/server/domain/blocks/allow-list";
import { allowListSchema } from "@/server/domain/blocks/block.schema";
import { getExtensionId } from "@/server/domain/provisioning/extension-list";
import { check } from "../check";
import type { Command } from "../command";

export const extensionAllow: Command = {
  summary: "Says which networks an extension's phones may come from; without --network and --everywhere it shows them.",
  options: {
    tenant: { value: "slug", about: "whose extension", required: true },
    number: { value: "101", about: "which one", required: true },
    network: { value: "203.0.113.0/24", about: "one of the networks; may be given often", repeatable: true },
    everywhere: { about: "take the list away" },
    "cut-off": { about: "also when a phone is registered from elsewhere" },
  },
  run: async (desk, given) => {
    const { id: tenantId } = await desk.tenant(given.must("tenant"));
    const number = given.must("number");
    const id = await desk.read(tenantId, (tx) => getExtensionId(tx, tenantId, number));
    const typed = { networks: given.all("network"), cutOff: given.flag("cut-off") };
    const { networks, cutOff } = check(allowListSchema, typed, { networks: "network", cutOff: "cut-off" });
    if (networks.length === 0 && !given.flag("everywhere")) {
      const there = await desk.read(tenantId, (tx) => allowListOf(tx, tenantId, id));
      return { value: { number, networks: there }, say: there.length > 0 ? there.join("\n") : "From everywhere." };
    }
    const wanted = given.flag("everywhere") ? [] : networks;
    const forgotten = await desk.change(tenantId, "extension.set_allow_list", async (tx) => {
      const done = await setAllowList(tx, tenantId, { extensionId: id, networks: wanted, cutOff });
      const before = { networks: done.before.join(" ") };
      const after = { networks: wanted.join(" "), forgotten: done.forgotten };
      return { subject: `extension:${id}`, before, after, result: done.forgotten };
    });
    await desk.publish(tenantId, ["extensions", "audit"]);
    const where = wanted.length > 0 ? wanted.join(", ") : "everywhere";
    return { value: { number, networks: wanted, forgotten }, say: `The phones of ${number} may come from ${where}.` };
  },
};
