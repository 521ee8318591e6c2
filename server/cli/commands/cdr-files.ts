import { z } from "zod";

import { FORGET_PATIENCE_MS, forgetCdrImport, listCdrImports } from "@/server/domain/cdr-import/imports";
import { checkCount } from "../check";
import { BadInput, type Command } from "../command";

export const cdrList: Command = {
  summary: "The files of call records that were compared with ours, newest first.",
  options: { limit: { value: "20", about: "how many", fallback: "20" } },
  run: async (desk, given) => {
    const limit = checkCount("limit", given.text("limit"), 20);
    const operator = await desk.operator();
    const files = await desk.read(operator, (tx) => listCdrImports(tx, operator, limit));
    const value = files.map(({ id, format, source, fileName, bytes, sha256, createdAt, task, result, ...rest }) => ({
      import: id,
      format,
      source,
      file: fileName,
      bytes,
      sha256,
      sentAt: createdAt,
      state: task?.state ?? "sending",
      problems: rest.problems,
      forgottenAt: rest.forgottenAt,
      result,
    }));
    return { value };
  },
};

export const cdrForget: Command = {
  summary: "Takes a file's records and open differences out again; calls that it settled stay settled.",
  words: ["import"],
  options: {},
  run: async (desk, given) => {
    const id = given.word(0);
    if (!z.uuid().safeParse(id).success) throw new BadInput("<import> is an id as ringfence cdr list names it.");
    const operator = await desk.operator();
    const records = await desk.change(
      operator,
      "cdr.forget",
      async (tx) => {
        const result = await forgetCdrImport(tx, operator, id);
        return { subject: `cdr_import:${id}`, after: { records: result }, result };
      },
      FORGET_PATIENCE_MS,
    );
    return { value: { import: id, records }, say: `${records} records were taken out again.` };
  },
};
