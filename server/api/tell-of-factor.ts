import type { ApiSettings, SignedIn } from "@/server/api/context";
import { mailFactor } from "@/server/domain/people/factors";
import type { TenantWrite } from "@/server/infra/db/tenant-tx";
import type { TenantId } from "@/server/kernel/ids";

type Told = Readonly<{ settings: ApiSettings; signedIn: SignedIn }>;

/** Tells a person what was done to their factors; only where mail goes out: what is told much later is told wrongly. */
export async function tellOfFactor(
  tx: TenantWrite,
  home: TenantId,
  { settings, signedIn }: Told,
  what: () => string,
): Promise<void> {
  const { appUrl, mailGoesOut } = settings;
  if (mailGoesOut) await mailFactor(tx, home, { email: signedIn.email, what, appUrl });
}
