import { z } from "zod";

import { trunkName, trunkNetworksSchema } from "@/server/domain/blocks/block.schema";
import { listTrunks, setTrunkNetworks, type Trunk } from "@/server/domain/blocks/trunks";
import { check } from "../check";
import type { Command } from "../command";

const line = ({ trunk, networks, configured, calls }: Trunk): string => {
  const where = networks.length > 0 ? networks.join(", ") : `as configured: ${configured.join(", ") || "nowhere"}`;
  return `${trunk}  ${where}  ${calls} calls`;
};

export const trunkList: Command = {
  summary: "Trunks, and where their calls may come from.",
  options: {},
  run: async (desk) => {
    const operator = await desk.operator();
    const trunks = await desk.read(operator, listTrunks);
    return { value: trunks, say: trunks.map(line).join("\n") || "No trunk is known." };
  },
};

export const trunkAllow: Command = {
  summary: "Says which networks a trunk's calls may come from; without --network and --as-configured it shows them.",
  options: {
    trunk: { value: "carrier", about: "its endpoint in the PBX's files", required: true },
    network: { value: "203.0.113.0/24", about: "one of the networks; may be given often", repeatable: true },
    "as-configured": { about: "take the list away: the addresses configured at the PBX count" },
    "cut-off": { about: "also when calls that go on, or the trunk's present address, are left out" },
    new: { about: "the portal has not heard of this trunk yet" },
  },
  run: async (desk, given) => {
    const operator = await desk.operator();
    const { trunk } = check(z.object({ trunk: trunkName }), { trunk: given.must("trunk") });
    const networks = given.all("network");
    if (networks.length === 0 && !given.flag("as-configured")) {
      const there = (await desk.read(operator, listTrunks)).find((one) => one.trunk === trunk);
      return { value: there ?? null, say: there ? line(there) : "No such trunk is known." };
    }
    const typed = { trunk, networks, cutOff: given.flag("cut-off"), isNew: given.flag("new") };
    const wanted = check(trunkNetworksSchema, given.flag("as-configured") ? { ...typed, networks: [] } : typed, {
      networks: "network",
      isNew: "new",
      cutOff: "cut-off",
    });
    await desk.change(operator, "trunk.set_networks", async (tx) => {
      const { before } = await setTrunkNetworks(tx, wanted);
      const after = { networks: wanted.networks.join(" "), cutOff: wanted.cutOff };
      return { subject: `trunk:${trunk}`, before: { networks: before.join(" ") }, after, result: undefined };
    });
    await desk.publish(operator, ["bans", "audit"]);
    const where = wanted.networks.length > 0 ? wanted.networks.join(", ") : "what is configured";
    return { value: { trunk, networks: wanted.networks }, say: `Calls of ${trunk} may come from ${where}.` };
  },
};
