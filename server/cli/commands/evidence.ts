import { createReadStream } from "node:fs";
import { open, readFile, stat } from "node:fs/promises";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";

import { askEvidence, keyOfLine } from "@/server/domain/evidence/ask";
import { askEvidenceSchema } from "@/server/domain/evidence/evidence.schema";
import { findSnapshot, listSnapshots } from "@/server/domain/evidence/snapshots";
import { findByKey, type Snapshot, takeSnapshot } from "@/server/domain/evidence/take";
import { checkZip, type ZipCheck } from "@/server/domain/evidence/verify";
import { agreesWithCopy, agreesWithTrail, checkStored } from "@/server/domain/evidence/verify-stored";
import { evidenceZip } from "@/server/domain/evidence/zip-file";
import { findIncident } from "@/server/domain/incidents/incident-list";
import type { TenantId } from "@/server/kernel/ids";
import { check, checkCount } from "../check";
import { BadInput, type Command, type LoneCommand } from "../command";
import type { Desk } from "../desk";

const LOOK_EVERY_MS = 200;

export const evidenceTake: Command = {
  summary: "Keeps evidence of an incident: what is true now about it and whom it touches.",
  words: ["incident"],
  options: {
    reason: { value: "text", about: "why, for whoever reads it", required: true },
    wait: { value: "10", about: "seconds to wait for the workers, who see live channels too", fallback: "10" },
  },
  run: async (desk, given) => {
    const operator = await desk.operator();
    const number = given.word(0);
    const incidentId = await desk.read(operator, (tx) => findIncident(tx, operator, number));
    const asked = check(askEvidenceSchema, { incidentId, reason: given.must("reason") });
    const waitMs = given.text("wait") === "0" ? 0 : checkCount("wait", given.text("wait"), 10) * 1_000;
    const line = await desk.change(operator, "evidence.ask", async (tx) => {
      const result = await askEvidence(tx, operator, asked, { name: desk.actorName, userId: null });
      return {
        subject: `incident:${incidentId}`,
        after: { incident: number, reason: asked.reason },
        result: result.line,
      };
    });
    const key = keyOfLine(incidentId, line);
    // Workers that are away would leave nothing; then it is taken here, without what only they see.
    const taken =
      (await waitFor(desk, operator, key, waitMs)) ??
      (await takeSnapshot({ db: desk.db, ami: undefined }, operator, {
        ...asked,
        key,
        takenBy: desk.actorName,
        actor: desk.actor,
      }));
    const say = [
      `Snapshot ${taken.number} of incident ${number}: ${taken.sha256}`,
      ...taken.missing.map(({ name, reason }) => `  ${name}: ${reason}`),
    ].join("\n");
    return { value: { snapshot: taken.number, incident: number, sha256: taken.sha256, missing: taken.missing }, say };
  },
};

async function waitFor(desk: Desk, operator: TenantId, key: string, waitMs: number): Promise<Snapshot | undefined> {
  for (const endsAt = Date.now() + waitMs; ; ) {
    const found = await desk.read(operator, (tx) => findByKey(tx, operator, key));
    if (found || Date.now() >= endsAt) return found;
    await pause(LOOK_EVERY_MS);
  }
}

export const evidenceList: Command = {
  summary: "Snapshots of evidence, the newest first.",
  options: { incident: { value: "number", about: "only of this incident" } },
  run: async (desk, given) => {
    const operator = await desk.operator();
    const number = given.text("incident");
    const rows = await desk.read(operator, async (tx) =>
      listSnapshots(tx, operator, number === undefined ? undefined : await findIncident(tx, operator, number)),
    );
    return {
      value: rows.map(({ number: snapshot, id: _, ...row }) => ({ snapshot, ...row })),
    };
  },
};

export const evidenceExport: Command = {
  summary: "Writes a snapshot as a ZIP that sha256sum and evidence verify can check.",
  words: ["snapshot"],
  options: { out: { value: "file", about: "a new file, which only this account may read", required: true } },
  run: async (desk, given) => {
    const operator = await desk.operator();
    const number = checkCount("snapshot", given.word(0), 1);
    const file = given.must("out");
    const snapshot = await desk.read(operator, (tx) => findSnapshot(tx, operator, number));
    const handle = await open(file, "wx", 0o600).catch((error: NodeJS.ErrnoException) => {
      const why = error.code === "EEXIST" ? "there is a file of that name already" : "no file can be made there";
      throw new BadInput(`--out ${file}: ${why}.`);
    });
    let bytes = 0;
    try {
      await desk.change(operator, "evidence.download", async () => ({
        subject: `evidence:${snapshot.id}`,
        after: { snapshot: number, sha256: snapshot.sha256 },
        result: undefined,
      }));
      for await (const piece of evidenceZip((work) => desk.read(operator, work), operator, snapshot)) {
        bytes += (await handle.write(piece)).bytesWritten;
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
    return { value: { snapshot: number, sha256: snapshot.sha256, file, bytes }, say: `${file}: ${bytes} bytes.` };
  },
};

const MOST_BYTES = 1_000_000_000;

export const evidenceVerify: LoneCommand = {
  summary: "Looks whether a ZIP of evidence is what was given out; needs no database.",
  words: ["zip"],
  options: {
    against: {
      value: "database|file",
      about:
        "the database here, with all evidence in it, or a copy of the audit trail: finds also a ZIP that was made anew as a whole",
      repeatable: true,
    },
  },
  runAlone: async (given) => {
    const file = given.word(0);
    const size = await stat(file).then(
      ({ size }) => size,
      () => undefined,
    );
    if (size === undefined) throw new BadInput(`${file}: there is no such file, or this account may not read it.`);
    if (size > MOST_BYTES) throw new BadInput(`${file} is larger than any evidence.`);
    const zip = checkZip(await readFile(file));
    const against = [];
    for (const other of given.all("against")) against.push(await compare(zip, other));
    const problems = [...zip.problems, ...against.flatMap((one) => one.problems)];
    const ok = problems.length === 0;
    const { number, takenAt } = zip.manifest?.snapshot ?? {};
    const value = {
      ok,
      snapshot: number ?? null,
      takenAt: takenAt ?? null,
      sha256: zip.sha256 ?? null,
      files: zip.files,
      problems,
    };
    const whole = `Snapshot ${number} of incident ${zip.manifest?.incident.number}, taken ${takenAt}: ${zip.files} files, all as they were given out.`;
    const say = ok ? [whole, ...against.map(({ said }) => said)].join("\n") : problems.join("\n");
    return { value, say, failed: !ok };
  },
};

type Compared = Readonly<{ problems: readonly string[]; said: string }>;

async function compare({ manifest, sha256 }: ZipCheck, other: string): Promise<Compared> {
  if (!manifest || sha256 === undefined) return { problems: [], said: "" };
  const { id, number } = manifest.snapshot;
  if (other !== "database") {
    const readable = await stat(other).then(
      (found) => found.isFile(),
      () => false,
    );
    if (!readable) throw new BadInput(`--against ${other}: there is no such file, or this account may not read it.`);
    const lines = createInterface({ input: createReadStream(other, "utf8"), crlfDelay: Number.POSITIVE_INFINITY });
    return told(await agreesWithCopy(lines, { id, sha256 }), other);
  }
  const [{ findPlace }, { openDesk }] = await Promise.all([import("@/server/config/place"), import("../desk")]);
  const desk = openDesk(findPlace());
  try {
    const tenantId = manifest.tenant.id as TenantId;
    const agreement = await desk.read(tenantId, (tx) => agreesWithTrail(tx, tenantId, { number, sha256 }));
    const stored = await checkStored((work) => desk.read(tenantId, work), tenantId);
    const { problems, said } = told(agreement, "the audit trail of the database");
    return {
      problems: [...problems, ...stored.problems],
      said: `${said} All ${stored.snapshots} snapshots there are whole.`,
    };
  } finally {
    await desk.close();
  }
}

function told(agreement: "same" | "other" | "unknown", where: string): Compared {
  const problems = {
    same: [],
    other: [`It is not the snapshot that ${where} knows under that number.`],
    unknown: [`${where} knows nothing of this snapshot.`],
  }[agreement];
  return { problems, said: `Its manifest is the one that ${where} knows.` };
}
