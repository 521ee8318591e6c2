"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useTRPC } from "@/components/api/client";
import { QueryView } from "@/components/api/query-view";
import { useScope } from "@/components/shell/scope";
import { permissionText } from "@/components/team/permission-text";
import { Icon } from "@/components/ui/icon";
import { PageHeader } from "@/components/ui/page-header";
import { Sideways } from "@/components/ui/sideways";
import { roleText } from "@/components/words/role-text";
import { t } from "@/server/kernel/words";

/** Every permission by every role, from the table that decides: what stands here is what is checked. */
export function RoleMatrix() {
  const { tenantSlug, role, hrefOf } = useScope();
  const query = useQuery(useTRPC().members.roles.queryOptions({ tenantSlug }));
  return (
    <>
      <PageHeader
        actions={
          <Link className="underline" href={hrefOf("team")}>
            {t("Team")}
          </Link>
        }
        title={t("What each role may do")}
      />
      <QueryView query={query}>
        {({ roles, permissions }) => (
          <Sideways label={t("Permissions by role")}>
            <table className="w-full max-w-5xl border-collapse text-start">
              <thead>
                <tr className="border-b text-xs text-ink-2">
                  <th className="py-2 pe-4 font-medium" scope="col">
                    {t("May")}
                  </th>
                  {roles.map((each) => (
                    <th
                      className="px-1 py-2 align-bottom font-medium whitespace-nowrap max-sm:[writing-mode:vertical-rl] sm:px-3"
                      key={each}
                      scope="col"
                    >
                      <span className="inline-block first-letter:uppercase">{roleText(each)}</span>
                      {each === role && <span className="font-normal"> {t("(you)")}</span>}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {permissions.map(({ permission, by }) => (
                  <tr className="border-b" key={permission}>
                    <th className="py-1.5 pe-2 font-normal" scope="row">
                      {permissionText(permission)}
                    </th>
                    {roles.map((each) => (
                      <td className="px-1 py-1.5 sm:px-3" key={each}>
                        <May yes={by.includes(each)} />
                      </td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </Sideways>
        )}
      </QueryView>
    </>
  );
}

const May = ({ yes }: Readonly<{ yes: boolean }>) =>
  yes ? (
    <>
      <Icon className="text-ok" name="check" />
      <span className="sr-only">{t("yes")}</span>
    </>
  ) : (
    <span className="sr-only">{t("no")}</span>
  );
