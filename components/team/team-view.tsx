"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useState } from "react";
import { useTRPC } from "@/components/api/client";
import { QueryView } from "@/components/api/query-view";
import { Moment } from "@/components/shell/moment";
import { useScope } from "@/components/shell/scope";
import { ContactNumber } from "@/components/team/contact-number";
import { FactorPolicy } from "@/components/team/factor-policy";
import { Invitations } from "@/components/team/invitations";
import type { Member } from "@/components/team/member";
import { Button } from "@/components/ui/button";
import { type Column, DataTable } from "@/components/ui/data-table";
import { Empty } from "@/components/ui/empty";
import { later } from "@/components/ui/later";
import { PageHeader } from "@/components/ui/page-header";
import { roleText } from "@/components/words/role-text";
import { t } from "@/server/kernel/words";

const InviteMember = later(() => import("@/components/team/invite-member").then((file) => file.InviteMember));
const SeatEnd = later(() => import("@/components/team/seat-end").then((file) => file.SeatEnd));
const RevokeMember = later(() => import("@/components/team/revoke-member").then((file) => file.RevokeMember));

/** Who has a seat here, and who was asked to take one. */
export function TeamView() {
  const { tenantSlug, can, hrefOf } = useScope();
  const query = useQuery(useTRPC().members.list.queryOptions({ tenantSlug }));
  const [inviting, setInviting] = useState(false);
  const [revoking, setRevoking] = useState<Member>();
  const [ending, setEnding] = useState<Member>();
  return (
    <>
      <PageHeader
        actions={
          <>
            <Link className="text-ink-2 underline" href={`${hrefOf("team")}/roles`}>
              {t("What each role may do")}
            </Link>
            {can("members.write") && (
              <Button data-shortcut="n" icon="plus" look="primary" onClick={() => setInviting(true)}>
                {t("Invite member")}
              </Button>
            )}
          </>
        }
        title={t("Team")}
      />
      <div className="grid gap-8">
        <QueryView query={query}>
          {(data) => (
            <>
              <DataTable
                caption={t("Members")}
                columns={columnsIn(can("members.write") ? { onRevoke: setRevoking, onEnd: setEnding } : undefined)}
                empty={
                  <Empty title={t("Nobody has a seat here yet.")}>
                    {t("Tenants above this one can still act for it.")}
                  </Empty>
                }
                fit
                rowKey={(member) => member.userId}
                rows={data.items}
              />
              <ContactNumber number={data.contactNumber} />
              <FactorPolicy policy={data.factorPolicy} />
              {data.invitations.length > 0 && <Invitations invitations={data.invitations} />}
            </>
          )}
        </QueryView>
      </div>
      {inviting && <InviteMember onClose={() => setInviting(false)} />}
      {ending && <SeatEnd member={ending} onClose={() => setEnding(undefined)} />}
      {revoking && <RevokeMember member={revoking} onClose={() => setRevoking(undefined)} />}
    </>
  );
}

type Acts = Readonly<Record<"onRevoke" | "onEnd", (member: Member) => void>>;

function columnsIn(acts: Acts | undefined): readonly Column<Member>[] {
  const columns: (Column<Member> | undefined)[] = [
    {
      key: "name",
      header: t("Name"),
      fold: "lead",
      cell: (member) => <span className="font-medium">{member.name || member.email}</span>,
    },
    {
      key: "email",
      header: t("E-mail"),
      fold: "second",
      cell: (member) => <span className="text-ink-2">{member.email}</span>,
    },
    {
      key: "role",
      header: t("Role"),
      fold: "lead-end",
      cell: (member) => <span className="inline-block first-letter:uppercase">{roleText(member.role)}</span>,
    },
    {
      key: "factor",
      header: t("Second factor"),
      cell: (member) => (member.withFactor ? t("Yes") : <span className="text-ink-3">{t("No")}</span>),
    },
    { key: "since", header: t("Since"), cell: (member) => <Moment at={member.since} /> },
    { key: "until", header: t("Until"), cell: (member) => member.endsAt && <Moment at={member.endsAt} /> },
    acts && {
      key: "act",
      header: t("Actions"),
      fold: "second-end",
      cell: (member) =>
        member.self ? <span className="px-3 text-ink-3">{t("You")}</span> : <MemberActs acts={acts} member={member} />,
    },
  ];
  return columns.filter((column) => column !== undefined);
}

function MemberActs({ acts, member }: Readonly<{ acts: Acts; member: Member }>) {
  return (
    <>
      {member.role !== "owner" && (
        <Button
          aria-label={t("Last day of {person}", { person: member.email })}
          className="min-h-7"
          look="quiet"
          onClick={() => acts.onEnd(member)}
        >
          {t("Last day…")}
        </Button>
      )}
      <Button
        aria-label={t("Revoke the seat of {person}", { person: member.email })}
        className="min-h-7"
        look="quiet"
        onClick={() => acts.onRevoke(member)}
      >
        {t("Revoke…")}
      </Button>
    </>
  );
}
