import { z } from "zod";

import { trunkName } from "@/server/domain/blocks/block.schema";
import { type Pbx, pbxBoard } from "@/server/domain/pbx/pbxs";
import { type TrunkLine, trunkBoard } from "@/server/domain/pbx/trunk-calls";
import type { Way } from "@/server/domain/pbx/trunk-sums.rules";
import { DomainError } from "@/server/kernel/errors";
import { check } from "../check";
import type { Command } from "../command";

const pbxLine = ({ pbx, heardAt, link, contacts, live, begun }: Pbx): string => {
  const state = link?.connected ? "connected" : `not connected${link?.problem ? `: ${link.problem}` : ""}`;
  const carried = `${contacts} phones, ${live} live calls, ${begun} begun within a minute`;
  return `${pbx}  ${state}; ${carried}; heard at ${heardAt.toISOString()}`;
};

const pbxValue = ({ link, ...pbx }: Pbx) => ({
  ...pbx,
  connected: link?.connected ?? false,
  problem: link?.problem ?? null,
  version: link?.version ?? null,
});

export const pbxList: Command = {
  summary: "Each PBX whose workers were heard within a day: its link and what it carries.",
  options: {},
  run: async (desk) => {
    const { pbxs } = await desk.read(await desk.operator(), pbxBoard);
    return { value: pbxs.map(pbxValue), say: pbxs.map(pbxLine).join("\n") || "No PBX was heard within a day." };
  },
};

export const pbxShow: Command = {
  summary:
    "One PBX whose workers were heard within a day. A new one is there as soon as its workers are: PBX_NAME says its name to them.",
  options: { pbx: { value: "pbx1", about: "its name", required: true } },
  run: async (desk, given) => {
    const name = given.must("pbx");
    const { pbxs } = await desk.read(await desk.operator(), pbxBoard);
    const found = pbxs.find(({ pbx }) => pbx === name);
    if (!found) throw new DomainError("not_found", { pbx: name }, "No such PBX was heard within a day.");
    return { value: pbxValue(found), say: pbxLine(found) };
  },
};

const wayLine = (name: string, { calls, answered, failed, causes }: Way): string => {
  const why = causes.map(({ cause, calls: n }) => `${cause ?? "none named"} ×${n}`).join(", ");
  return `${name}: ${calls} calls, ${answered} answered, ${failed} failed in the network${why ? `; causes: ${why}` : ""}`;
};

const trunkLines = ({ trunk, sums, contacts }: TrunkLine): string =>
  [
    `${trunk}: ${sums.live} live calls`,
    wayLine("out", sums.out),
    wayLine("in", sums.in),
    ...contacts.map(({ pbx, status }) => `at ${pbx}: ${status}`),
  ].join("\n");

export const trunkShow: Command = {
  summary: "What a trunk carried, and with which causes (Q.850) its calls were not answered.",
  options: {
    trunk: { value: "carrier", about: "its endpoint in the PBX's files", required: true },
    hours: { value: "1|24", about: "within the last hour or day", fallback: "1" },
  },
  run: async (desk, given) => {
    const asked = check(z.object({ trunk: trunkName, hours: z.enum(["1", "24"], "1 or 24.") }), {
      trunk: given.must("trunk"),
      hours: given.text("hours"),
    });
    const { trunks } = await desk.read(await desk.operator(), (tx) => trunkBoard(tx, Number(asked.hours)));
    const found = trunks.find(({ trunk }) => trunk === asked.trunk);
    if (!found) throw new DomainError("not_found", { trunk: asked.trunk }, "No such trunk is known.");
    return { value: found, say: trunkLines(found) };
  },
};
