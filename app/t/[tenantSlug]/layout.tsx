import type { ReactNode } from "react";
import { Branded } from "@/app/_server/branded";
import { api, Loaded, load } from "@/app/_server/load";
import { readLook } from "@/app/_server/look";
import { saveLook } from "@/app/_server/save-look";
import { speakAs } from "@/app/_server/words";
import { ApiProvider } from "@/components/api/client";
import { ShellFrame } from "@/components/shell/shell-frame";

type Props = Readonly<{ children: ReactNode; params: Promise<{ tenantSlug: string }> }>;

/** The shell only: each page loads and is refused for itself. */
export default async function TenantLayout({ children, params }: Props) {
  const { tenantSlug } = await params;
  const look = await readLook();
  const [shell, me] = await load((queries) =>
    Promise.all([
      queries.fetchQuery(api.shell.get.queryOptions({ tenantSlug })),
      queries.fetchQuery(api.me.get.queryOptions()),
    ]),
  );
  await speakAs(me.user.language, shell.tenant.language);
  return (
    <ApiProvider>
      <Loaded>
        <Branded colour={shell.brand?.colour}>
          <ShellFrame key={tenantSlug} look={look} saveLook={saveLook} tenantSlug={tenantSlug}>
            {children}
          </ShellFrame>
        </Branded>
      </Loaded>
    </ApiProvider>
  );
}
