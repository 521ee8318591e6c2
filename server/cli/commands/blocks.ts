import { stat } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";

import { hotModes, listName, numberBlockSchema } from "@/server/domain/blocks/block.schema";
import {
  addHotPart,
  createHotImport,
  createHotList,
  enableHotList,
  findHotList,
  getHotImport,
  listHotLists,
  listHotProblems,
  startHotImport,
} from "@/server/domain/blocks/hot-lists";
import { blockNumber, findNumberBlock, listNumberBlocks, unblockNumber } from "@/server/domain/blocks/number-blocks";
import { MOST_PARTS } from "@/server/domain/cdr-import/cdr-import.schema";
import { partsOfFile } from "@/server/domain/cdr-import/file-parts";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";
import { check, checkCount } from "../check";
import { BadInput, type Command, type Given } from "../command";
import type { Desk } from "../desk";
import { progressOn } from "../progress";

const tenant = { value: "slug", about: "whose; the operator's, for everybody, when left out" } as const;
const exact = { about: "that number alone, not all that begin so" } as const;
const shownAs = ({ digits, exact: alone }: { digits: string; exact: boolean }) => `+${digits}${alone ? "" : "*"}`;

async function ownerOf(desk: Desk, given: Given): Promise<TenantId> {
  const slug = given.text("tenant");
  return slug === undefined ? desk.operator() : (await desk.tenant(slug)).id;
}

export const blockList: Command = {
  summary: "Numbers that a tenant blocks itself, one by one.",
  options: { tenant },
  run: async (desk, given) => {
    const owner = await ownerOf(desk, given);
    const items = await desk.read(owner, (tx) => listNumberBlocks(tx, owner));
    return { value: items.map(({ id: _, ...block }) => ({ number: shownAs(block), ...block })) };
  },
};

export const blockAdd: Command = {
  summary: "Blocks a number, or all that begin so, for a tenant and those below it.",
  words: ["number"],
  options: { tenant, exact, reason: { value: "text", about: "why" } },
  run: async (desk, given) => {
    const typed = { digits: given.word(0), exact: given.flag("exact"), note: given.text("reason") };
    const asked = check(numberBlockSchema, typed, { digits: "number", note: "reason" });
    const owner = await ownerOf(desk, given);
    const { added } = await desk.change(owner, "block.number", async (tx) => {
      const result = await blockNumber(tx, owner, { ...asked, by: desk.actorName });
      const after = { number: shownAs(asked), note: asked.note, added: result.added };
      return { subject: `number_block:${result.id}`, after, result };
    });
    await desk.publish(owner, ["bans", "audit"]);
    return { value: { number: shownAs(asked), added }, say: `${shownAs(asked)} is blocked from the next call.` };
  },
};

export const blockRemove: Command = {
  summary: "Lets a number be called again.",
  words: ["number"],
  options: { tenant, exact },
  run: async (desk, given) => {
    const typed = { digits: given.word(0), exact: given.flag("exact") };
    const asked = check(numberBlockSchema, typed, { digits: "number" });
    const owner = await ownerOf(desk, given);
    await desk.change(owner, "block.unblock_number", async (tx) => {
      const gone = await unblockNumber(tx, owner, await findNumberBlock(tx, owner, asked));
      return { subject: `number_block:${gone.id}`, before: { number: shownAs(gone) }, result: undefined };
    });
    await desk.publish(owner, ["bans", "audit"]);
    return { value: { number: shownAs(asked) }, say: `${shownAs(asked)} is not blocked any more.` };
  },
};

export const hotlistList: Command = {
  summary: "Hot lists, and whether they hold.",
  options: { tenant },
  run: async (desk, given) => {
    const owner = await ownerOf(desk, given);
    const items = await desk.read(owner, (tx) => listHotLists(tx, owner));
    return {
      value: items.map(({ name, enabled, numbers, changedAt }) => ({ list: name, enabled, numbers, changedAt })),
    };
  },
};

export const hotlistSwitch: Command = {
  summary: "Has a hot list hold, or not, from the next call on.",
  words: ["list", "on|off"],
  options: { tenant },
  run: async (desk, given) => {
    const word = given.word(1);
    if (word !== "on" && word !== "off") throw new BadInput("<on|off>: say on or off.");
    const owner = await ownerOf(desk, given);
    const name = given.word(0);
    await desk.change(owner, "hotlist.enable", async (tx) => {
      const id = await findHotList(tx, owner, name);
      const { before } = await enableHotList(tx, owner, { id, enabled: word === "on" });
      const after = { name, enabled: word === "on" };
      return { subject: `hot_list:${id}`, before: { name, enabled: before }, after, result: undefined };
    });
    await desk.publish(owner, ["bans", "audit"]);
    return { value: { list: name, enabled: word === "on" }, say: `${name} is ${word}.` };
  },
};

export const hotlistImport: Command = {
  summary: "Reads a file of numbers into a hot list, which is made when there is none; the workers do it.",
  words: ["file"],
  options: {
    tenant,
    list: { value: "name", about: "which list", required: true },
    mode: { value: "merge|replace", about: "replace: what is not in the file goes off the list", fallback: "merge" },
    wait: { value: "600", about: "seconds to wait for the end of the job, which goes on without", fallback: "600" },
  },
  run: async (desk, given) => {
    const wait = checkCount("wait", given.text("wait"), 600);
    const mode = hotModes.find((one) => one === given.text("mode"));
    if (!mode) throw new BadInput("--mode: merge or replace.");
    const { list: name } = check(z.object({ list: listName }), { list: given.must("list") });
    const file = given.word(0);
    const found = await stat(file).catch(() => undefined);
    if (!found?.isFile() || found.size === 0)
      throw new BadInput(`<file>: ${JSON.stringify(file)} is no file, or empty.`);
    const owner = await ownerOf(desk, given);
    const importId = await registered(desk, owner, { name, mode, bytes: found.size, fileName: path.basename(file) });
    await sent(desk, owner, { importId, file, bytes: found.size });
    return ended(desk, owner, importId, wait);
  },
};

type Registered = Readonly<{ name: string; mode: "merge" | "replace"; bytes: number; fileName: string }>;

function registered(desk: Desk, owner: TenantId, { name, ...file }: Registered): Promise<string> {
  return desk.change(owner, "hotlist.import", async (tx) => {
    const list = await findHotList(tx, owner, name).catch((error: unknown) => {
      if (error instanceof DomainError && error.code === "not_found") return createHotList(tx, owner, name);
      throw error;
    });
    const result = await createHotImport(tx, owner, { ...file, hotListId: list, by: desk.actorName });
    return { subject: `hot_import:${result}`, after: { list: name, ...file }, result };
  });
}

type Sent = Readonly<{ importId: string; file: string; bytes: number }>;

async function sent(desk: Desk, owner: TenantId, { importId, file, bytes }: Sent): Promise<void> {
  const progress = progressOn(process.stderr);
  const subject = `hot_import:${importId}`;
  let part = 0;
  try {
    for await (const content of partsOfFile(file, (read) => progress.show("sending", read, bytes))) {
      if (part === MOST_PARTS) throw new BadInput("<file>: that is too much for one file: cut it in two.");
      await desk.change(owner, "hotlist.upload", async (tx) => {
        await addHotPart(tx, owner, { importId, part, content });
        return { subject, after: { part, bytes: content.length }, result: undefined };
      });
      part += 1;
    }
  } finally {
    progress.end();
  }
  await desk.change(owner, "hotlist.import", async (tx) => {
    const task = await startHotImport(tx, owner, { importId, parts: part });
    return { subject, after: { task }, result: undefined };
  });
  await desk.publish(owner, ["tasks", "audit"]);
}

const LOOK_MS = 250;
const LINES_SHOWN = 20;

async function ended(desk: Desk, owner: TenantId, importId: string, waitSeconds: number) {
  const until = Date.now() + waitSeconds * 1_000;
  for (;;) {
    const { task, problems } = await desk.read(owner, (tx) => getHotImport(tx, owner, importId));
    if ((task.state === "queued" || task.state === "running") && Date.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      continue;
    }
    const lines = await desk.read(owner, (tx) => listHotProblems(tx, owner, importId));
    const { state, error, result } = task;
    const value = {
      import: importId,
      task: task.id,
      state,
      error,
      result,
      problems,
      problemLines: lines.slice(0, 100),
    };
    const say = [
      `The job is ${state}${error ? `: ${error}` : ""}.`,
      ...lines.slice(0, LINES_SHOWN).map(({ line, reason }) => `line ${line} ${reason}`),
      ...(problems > LINES_SHOWN ? [`… ${problems} lines in all`] : []),
    ].join("\n");
    await desk.publish(owner, ["bans", "audit"]);
    return { value, say, failed: state === "failed" };
  }
}
