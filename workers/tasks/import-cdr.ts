import { z } from "zod";

import { dropContent, extentOf, forgetRows, readCdrFile } from "@/server/domain/cdr-import/cdr-store";
import {
  countFound,
  type ImportResult,
  type Progress,
  progressSchema,
  resultSchema,
} from "@/server/domain/cdr-import/import-progress";
import { DomainError } from "@/server/kernel/errors";
import type { TenantContext } from "@/workers/processors/types";
import { type Compared, compareLines, missingCalls, shownIn } from "@/workers/tasks/cdr-compare";
import { matchNext } from "@/workers/tasks/cdr-match";
import { readFile } from "@/workers/tasks/cdr-read";
import type { TaskRun, TaskWork } from "@/workers/tasks/run-task";

const inputSchema = z.object({ importId: z.uuid() });

/** So many lines are compared at a time. */
const STRETCH = 5_000;
/** So much time is searched at once for calls that a file does not have. */
const SLICE_MS = 24 * 3_600_000;
/** More than this is no list for people, but a file that was read in the wrong way. */
const MOST_FOUND = 20_000;
const FEW_RECORDS = 100;
const AMI_MS = 5_000;
const REPORT_MS = 500;

type Said = Parameters<TaskRun["report"]>[0];
type Work = Compared &
  Readonly<{
    run: TaskRun;
    /** The same as the run's, now and then: what came after the last word is done once more and comes to the same. */
    report: (said: Said) => Promise<void>;
  }>;

/**
 * Reads a file of call records, finds the calls that its records mean, lists what differs and settles what is still open.
 * Every step may be repeated; a runner that dies is followed by one that goes on from its last word.
 */
export const importCdr: TaskWork = async (run, ctx) => {
  const { importId } = inputSchema.parse(run.input);
  const file = await readCdrFile(ctx.pool, importId);
  const work: Work = { pool: ctx.pool, file, run, report: nowAndThen(run), isLive: await liveCalls(ctx) };
  let progress = progressSchema.parse(run.checkpoint ?? {});
  if (file.forgotten && progress.phase !== "end") refuseForgotten(importId);
  if (progress.phase === "read") progress = await reading(work, progress);
  if (progress.phase === "match") progress = await matching(work, progress);
  if (progress.phase === "compare") {
    await refuseForeignFile(work);
    progress = await comparing(work, progress);
  }
  if (progress.phase === "missing") progress = await missing(work, progress);
  return finish(work, progress);
};

/** Without its records it would look as if the file had none of our calls. */
function refuseForgotten(importId: string): never {
  const sentence = "The records of this file were taken out again: send it once more.";
  throw new DomainError("invalid_state", { import: importId }, sentence);
}

function nowAndThen(run: TaskRun): Work["report"] {
  let saidAt = 0;
  return async (said) => {
    if (Date.now() - saidAt < REPORT_MS) return;
    saidAt = Date.now();
    await run.report(said);
  };
}

async function liveCalls({ ami, log }: TenantContext): Promise<(call: string) => boolean> {
  if (!ami?.status().connected) return () => false;
  const channels = await ami.liveChannels({ deadlineMs: AMI_MS }).catch((error: unknown) => {
    log.warn({ error }, "the PBX did not list its channels; no call is settled by a file now");
    return undefined;
  });
  const live = new Set(channels?.map(({ uniqueId }) => uniqueId));
  return (call) => channels === undefined || live.has(call);
}

async function reading({ pool, file, run, report }: Work, begin: Progress): Promise<Progress> {
  const { fileBytes } = file;
  const read = await readFile(pool, file, begin, async (progress, bytesRead) => {
    const total = Math.max(progress.lines, Math.round((progress.lines * fileBytes) / Math.max(1, bytesRead)));
    await report({ done: progress.lines, total, note: "Reading", checkpoint: progress });
  });
  await run.report({ done: 0, total: read.lines, note: "Comparing", checkpoint: read });
  return read;
}

async function matching({ pool, file, report }: Work, begin: Progress): Promise<Progress> {
  let progress = begin;
  for (let next = await matchNext(pool, file, progress); next; next = await matchNext(pool, file, progress)) {
    progress = next;
    await report({ note: "Finding the calls", checkpoint: progress });
  }
  return { ...progress, phase: "compare", line: 0 };
}

/** With the wrong zone or the wrong format nothing fits; a list of everything would help nobody. */
async function refuseForeignFile({ pool, file }: Work): Promise<void> {
  const { records, matched } = await extentOf(pool, file.id);
  if (file.options.anyway || records < FEW_RECORDS || matched * 10 >= records) return;
  await forgetRows(pool, file.id);
  throw new DomainError(
    "invalid_input",
    { records, matched },
    `Only ${matched} of ${records} records are calls of ours, so nothing was kept: check the time zone, the source and the format.`,
  );
}

async function comparing(work: Work, begin: Progress): Promise<Progress> {
  const { pool, file, run, report } = work;
  const { lastLine } = await extentOf(pool, file.id);
  let progress = begin;
  while (progress.line < lastLine) {
    const to = progress.line + STRETCH;
    const { settled } = progress;
    progress = { ...(await compareLines(work, progress.line + 1, to, progress)), line: to };
    await refuseTooMany(work, progress);
    const said = { done: Math.min(to, lastLine), total: lastLine, note: "Comparing", checkpoint: progress };
    // A call is settled once: who comes after must know of it.
    await (progress.settled > settled ? run.report(said) : report(said));
  }
  return { ...progress, phase: "missing" };
}

async function refuseTooMany({ pool, file }: Work, progress: Progress): Promise<void> {
  if (countFound(progress) <= MOST_FOUND) return;
  await forgetRows(pool, file.id);
  const sentence = `More than ${MOST_FOUND} differences, so nothing was kept: check the time zone, the tolerances and the time that the file covers.`;
  throw new DomainError("invalid_input", { differences: countFound(progress) }, sentence);
}

/** Calls at the very ends of a file may stand in the one before or after it. */
async function missing(work: Work, begin: Progress): Promise<Progress> {
  const { pool, file, report } = work;
  const { options } = file;
  if (!options.expectAll) return begin;
  const { firstAt, lastAt } = await extentOf(pool, file.id);
  const edgeMs = options.toleranceSeconds * 1000;
  const from = options.from ? Date.parse(options.from) : firstAt ? firstAt.getTime() + edgeMs : Number.NaN;
  const to = options.to ? Date.parse(options.to) : lastAt ? lastAt.getTime() - edgeMs : Number.NaN;
  let progress = begin;
  for (let at = begin.missingTo ? Date.parse(begin.missingTo) : from; at < to; ) {
    const until = Math.min(to, at + SLICE_MS);
    const shown = await missingCalls(work, new Date(at), new Date(until), MOST_FOUND + 1);
    progress = { ...(await shownIn(work, shown, progress)), missingTo: new Date(until).toISOString() };
    await refuseTooMany(work, progress);
    await report({ note: "Looking for calls that the file does not have", checkpoint: progress });
    at = until;
  }
  return progress;
}

/** The counts are kept before a trial's records go, so that a runner that dies here is followed by one that knows them. */
async function finish({ pool, file, run }: Work, begin: Progress): Promise<ImportResult> {
  let progress = begin;
  if (progress.phase !== "end") {
    const { records, matched } = await extentOf(pool, file.id);
    progress = { ...progress, phase: "end", records, matched };
    await run.report({ note: "Ending", checkpoint: progress });
  }
  const { dryRun } = file.options;
  if (dryRun) await forgetRows(pool, file.id);
  await dropContent(pool, file.id);
  return resultSchema.parse({ ...progress, dryRun });
}
