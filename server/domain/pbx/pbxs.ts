import { managerSecretAges, type SecretAge } from "@/server/domain/system/manager-secrets";
import { readWorkers, type WorkerReport } from "@/server/domain/system/workers";
import type { TenantRead } from "@/server/infra/db/tenant-tx";

export type Pbx = Readonly<{
  pbx: string;
  /** When a worker of it was heard last. */
  heardAt: Date;
  /** The link as that worker has it; null: it runs without a telephone system. */
  link: WorkerReport["ami"];
  /** Phones registered at it. */
  contacts: number;
  /** Calls that go on, as the portal counts them. */
  live: number;
  /** Calls that began within the last minute. */
  begun: number;
}>;

export type PbxBoard = Readonly<{
  now: Date;
  pbxs: readonly Pbx[];
  /** Since when each secret of the manager interface is used. */
  secrets: readonly SecretAge[];
}>;

/** Every PBX whose workers were heard of within a day, by name. @throws DomainError not_found anywhere but at the operator. */
export async function pbxBoard(tx: TenantRead): Promise<PbxBoard> {
  type Counts = { pbx: string; contacts: number; live: number; begun: number };
  const counts = await tx.$queryRaw<Counts[]>`SELECT pbx, contacts, live, begun FROM pbx_counts()`;
  const workers = (await readWorkers(tx)).sort((a, b) => a.beatAt.getTime() - b.beatAt.getTime());
  const newest = [...new Map(workers.map((worker) => [worker.pbx, worker])).values()];
  return {
    now: new Date(),
    pbxs: newest
      .sort((a, b) => a.pbx.localeCompare(b.pbx))
      .map(({ pbx, beatAt: heardAt, ami: link }) => {
        const { contacts = 0, live = 0, begun = 0 } = counts.find((one) => one.pbx === pbx) ?? {};
        return { pbx, heardAt, link, contacts, live, begun };
      }),
    secrets: await managerSecretAges(tx),
  };
}
