import { setTimeout as wait } from "node:timers/promises";

import { getCallTenant, hangUpCall } from "@/server/domain/calls/live-calls";
import type { Command } from "../command";

const PATIENCE_MS = 5_000;
const STEP_MS = 150;

export const hangup: Command = {
  summary: "Ends a call that rings or talks, and waits a few seconds for its end.",
  words: ["call"],
  options: {},
  run: async (desk, given) => {
    const call = await desk.readAll((tx) => getCallTenant(tx, given.word(0)));
    await desk.change(call.tenantId, "call.hang_up", async (tx) => {
      await hangUpCall(tx, call.tenantId, call.id);
      return { subject: `call:${call.id}`, result: undefined };
    });
    await desk.publish(call.tenantId, ["calls", "audit"]);
    const isOver = async () => (await desk.readAll((tx) => getCallTenant(tx, call.id))).state === "ended";
    let ended = false;
    for (const deadline = Date.now() + PATIENCE_MS; !ended && Date.now() < deadline; ) {
      await wait(STEP_MS);
      ended = await isOver();
    }
    const say = ended ? "The call is over." : "The end of the call is asked for; the workers have not reported it yet.";
    return { value: { id: call.id, ended }, say };
  },
};
