import { open, stat } from "node:fs/promises";
import path from "node:path";

import { MOST_PARTS, newCdrImportSchema } from "@/server/domain/cdr-import/cdr-import.schema";
import { partsOfFile } from "@/server/domain/cdr-import/file-parts";
import type { ImportResult } from "@/server/domain/cdr-import/import-progress";
import {
  addCdrPart,
  type CdrImport,
  type CdrProblem,
  createCdrImport,
  getCdrImport,
  listCdrProblems,
  startCdrImport,
} from "@/server/domain/cdr-import/imports";
import { csvForPeople } from "@/server/kernel/csv";
import type { TenantId } from "@/server/kernel/ids";
import { CURRENCY_NOT_KNOWN, formatMicros } from "@/server/kernel/money";
import { check, checkCount } from "../check";
import { BadInput, type Command, type Given, type Result } from "../command";
import type { Desk } from "../desk";
import { progressOn } from "../progress";

const LOOK_MS = 250;
const LINES_SHOWN = 20;
const formats: Readonly<Record<string, string>> = { pbx: "master", own: "spool", carrier: "carrier" };

export const cdrImport: Command = {
  summary: "Reads a file of call records and lists with money what it and our calls disagree about; the workers do it.",
  words: ["file"],
  options: {
    kind: { value: "pbx|own|carrier", about: "Asterisk's Master.csv, our own file, or a carrier's", required: true },
    source: { value: "name", about: "the carrier's name, or the PBX's as in PBX_NAME; pbx1 for a PBX when left out" },
    "time-zone": { value: "UTC", about: "whose wall clock the times are, where the file does not say" },
    from: { value: "time", about: "the time that the file covers, such as 2027-01-01T00:00:00Z; its first record" },
    to: { value: "time", about: "until then; its last record" },
    partial: { about: "other files cover that time too: a call of ours that is not in this one is no difference" },
    currency: { value: "EUR", about: "of a carrier's costs, where the file does not say" },
    delimiter: { value: "auto", about: "auto, a comma, a semicolon, tab or |" },
    decimals: { value: "auto", about: "auto, point or comma" },
    dates: { value: "auto", about: "auto, ymd, dmy or mdy" },
    tolerance: { value: "10", about: "seconds that a carrier's clock may be off" },
    "talk-tolerance": { value: "2", about: "seconds that two talk times may be apart" },
    "cost-tolerance": { value: "0", about: "amount that a carrier's cost may be above what was taken" },
    "initiated-seconds": { about: "the PBX rounds talk up to whole seconds (initiatedseconds=yes)" },
    anyway: { about: "compare also when hardly any record is a call of ours" },
    "dry-run": { about: "say what would be found, and keep nothing" },
    errors: { value: "file", about: "write the lines that were not understood there, as CSV" },
    wait: { value: "600", about: "seconds to wait for the end of the job, which goes on without", fallback: "600" },
  },
  run: async (desk, given) => {
    const wait = checkCount("wait", given.text("wait"), 600);
    const file = given.word(0);
    const typed = typedOf(given, path.basename(file).slice(0, 200), await sizeOf(file));
    const operator = await desk.operator();
    const id = await sent(desk, operator, file, typed);
    const done = await ended(desk, operator, id, wait);
    const problems = await desk.read(operator, (tx) => listCdrProblems(tx, operator, id));
    const errors = given.text("errors");
    if (errors !== undefined) await writeProblems(errors, problems);
    return resultOf(done, problems);
  },
};

function typedOf(given: Given, fileName: string, bytes: number) {
  const kind = given.must("kind");
  const format = formats[kind];
  if (format === undefined) throw new BadInput("--kind: pbx, own or carrier.");
  const seconds = (name: string) => (given.text(name) === undefined ? undefined : Number(given.text(name)));
  const source = given.text("source") ?? (kind === "carrier" ? undefined : "pbx1");
  if (source === undefined) throw new BadInput("--source is required for a carrier's file: the carrier's name.");
  const typed = {
    fileName,
    bytes,
    format,
    source,
    timeZone: given.text("time-zone"),
    initiatedSeconds: given.flag("initiated-seconds"),
    delimiter: given.text("delimiter"),
    decimals: given.text("decimals"),
    dateOrder: given.text("dates"),
    currency: given.text("currency"),
    toleranceSeconds: seconds("tolerance"),
    talkToleranceSeconds: seconds("talk-tolerance"),
    costTolerance: given.text("cost-tolerance"),
    from: given.text("from"),
    to: given.text("to"),
    expectAll: !given.flag("partial"),
    anyway: given.flag("anyway"),
    dryRun: given.flag("dry-run"),
  };
  return check(newCdrImportSchema, typed, {
    timeZone: "time-zone",
    dateOrder: "dates",
    toleranceSeconds: "tolerance",
    talkToleranceSeconds: "talk-tolerance",
    costTolerance: "cost-tolerance",
  });
}

async function sizeOf(file: string): Promise<number> {
  const found = await stat(file).catch(() => undefined);
  if (!found?.isFile()) throw new BadInput(`<file>: there is no file ${JSON.stringify(file)} that can be read.`);
  if (found.size === 0) throw new BadInput("<file>: the file is empty.");
  return found.size;
}

/** Sends the file part by part, as the portal does. What is not complete is never read, and let go of after a day. */
async function sent(desk: Desk, operator: TenantId, file: string, typed: ReturnType<typeof typedOf>): Promise<string> {
  const { fileName, format, source, bytes, dryRun } = typed;
  const id = await desk.change(operator, "cdr.import", async (tx) => {
    const result = await createCdrImport(tx, operator, typed, desk.actorName);
    return { subject: `cdr_import:${result}`, after: { fileName, format, source, bytes, dryRun }, result };
  });
  const subject = `cdr_import:${id}`;
  const progress = progressOn(process.stderr);
  let part = 0;
  try {
    for await (const content of partsOfFile(file, (read) => progress.show("sending", read, bytes))) {
      if (part === MOST_PARTS) throw new BadInput("<file>: that is too much for one file: cut it in two.");
      await desk.change(operator, "cdr.upload", async (tx) => {
        await addCdrPart(tx, operator, id, part, content);
        return { subject, after: { part, bytes: content.length }, result: undefined };
      });
      part += 1;
    }
  } finally {
    progress.end();
  }
  await desk.change(operator, "cdr.import", async (tx) => {
    const task = await startCdrImport(tx, operator, id, part);
    return { subject, after: { task }, result: undefined };
  });
  await desk.publish(operator, ["tasks", "audit"]);
  return id;
}

/** Looks at the job until it is over or the time is. The workers do it. */
async function ended(desk: Desk, operator: TenantId, id: string, waitSeconds: number): Promise<CdrImport> {
  const until = Date.now() + waitSeconds * 1_000;
  const progress = progressOn(process.stderr);
  try {
    for (;;) {
      const found = await desk.read(operator, (tx) => getCdrImport(tx, operator, id));
      const { task } = found;
      if (!task || (task.state !== "queued" && task.state !== "running") || Date.now() > until) return found;
      progress.show(task.note ? task.note.toLowerCase() : "waiting", task.done, task.total ?? 0);
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  } finally {
    progress.end();
  }
}

async function writeProblems(to: string, problems: readonly CdrProblem[]): Promise<void> {
  const file = await open(to, "wx").catch(() => {
    throw new BadInput(`--errors: ${JSON.stringify(to)} cannot be written, or is there already.`);
  });
  const rows = problems.map(({ line, column, name, reason }) => [String(line), String(column), name, reason]);
  await file.writeFile(csvForPeople([["line", "column", "name", "reason"], ...rows]));
  await file.close();
}

function resultOf(done: CdrImport, problems: readonly CdrProblem[]): Result {
  const { id, fileName, sha256, task, result } = done;
  const state = task?.state ?? "queued";
  const value = {
    import: id,
    task: task?.id ?? null,
    file: fileName,
    sha256,
    state,
    error: task?.error ?? null,
    ...result,
    problemLines: problems.slice(0, 100),
  };
  if (result) return { value, say: [sentenceOf(result), ...problemText(problems)].join("\n") };
  const say = `The job ${task?.id ?? ""} is ${state}${task?.error ? `: ${task.error}` : ""}.`;
  return { value, say, failed: state === "failed" };
}

const problemText = (problems: readonly CdrProblem[]): string[] => [
  ...problems
    .slice(0, LINES_SHOWN)
    .map(({ line, column, reason }) => `line ${line}${column > 0 ? `, column ${column}` : ""}: ${reason}`),
  ...(problems.length > LINES_SHOWN ? [`… ${problems.length} in all; --errors writes them to a file.`] : []),
];

function sentenceOf({ records, matched, repeatedElsewhere, settled, found, dryRun }: ImportResult): string {
  const lines = Object.entries(found).flatMap(([kind, ofKind]) =>
    Object.entries(ofKind).map(([currency, { count, micros }]) => {
      const amount =
        currency === CURRENCY_NOT_KNOWN ? "money not known" : formatMicros(BigInt(micros), currency, { exact: true });
      return `${count} × ${kind}: ${amount}`;
    }),
  );
  if (records === 0 && repeatedElsewhere > 0) {
    return `Another file had all of its ${repeatedElsewhere} records, so nothing was compared: ringfence cdr list names it, cdr forget takes it out.`;
  }
  const known = repeatedElsewhere > 0 ? `, ${repeatedElsewhere} known from another file` : "";
  const ended = settled > 0 ? ` ${settled} calls that were still open were settled by it.` : "";
  const first = `${records === 1 ? "1 record" : `${records} records`}${known}, ${matched} of them calls of ours.${ended}${dryRun ? " Nothing was kept." : ""}`;
  return [first, ...(lines.length > 0 ? lines : ["Nothing differs."])].join("\n");
}
