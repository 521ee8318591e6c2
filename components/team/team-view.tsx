"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useState } from "react";

import { useTRPC } from "@/components/api/client";
import type { Outputs } from "@/components/api/outputs";
import { QueryView } from "@/components/api/query-view";
import { Moment } from "@/components/shell/moment";
import { useScope } from "@/components/shell/scope";
import { FactorPolicy } from "@/components/team/factor-policy";
import { Invitations } from "@/components/team/invitations";
import { Button } from "@/components/ui/button";
import { type Column, DataTable } from "@/components/ui/data-table";
import { Empty } from "@/components/ui/empty";
import { later } from "@/components/ui/later";
import { PageHeader } from "@/components/ui/page-header";

const InviteMember = later(() => import("@/components/team/invite-member").then((file) => file.InviteMember));
const SeatEnd = later(() => import("@/components/team/seat-end").then((file) => file.SeatEnd));
const RevokeMember = later(() => import("@/components/team/revoke-member").then((file) => file.RevokeMember));

export type Member = Outputs["members"]["list"]["items"][number];

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
              What each role may do
            </Link>
            {can("members.write") && (
              <Button data-shortcut="n" icon="plus" look="primary" onClick={() => setInviting(true)}>
                Invite member
              </Button>
            )}
          </>
        }
        title="Team"
      />
      <div className="grid gap-8">
        <QueryView query={query}>
          {(data) => (
            <>
              <DataTable
                caption="Members"
                columns={columnsIn(can("members.write") ? { onRevoke: setRevoking, onEnd: setEnding } : undefined)}
                empty={<Empty title="Nobody has a seat here yet.">Tenants above this one can still act for it.</Empty>}
                fit
                rowKey={(member) => member.userId}
                rows={data.items}
              />
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
      header: "Name",
      fold: "lead",
      cell: (member) => <span className="font-medium">{member.name || member.email}</span>,
    },
    {
      key: "email",
      header: "E-mail",
      fold: "second",
      cell: (member) => <span className="text-ink-2">{member.email}</span>,
    },
    {
      key: "role",
      header: "Role",
      fold: "lead-end",
      className: "capitalize",
      cell: (member) => member.role.replaceAll("_", " "),
    },
    {
      key: "factor",
      header: "Second factor",
      cell: (member) => (member.withFactor ? "Yes" : <span className="text-ink-3">No</span>),
    },
    { key: "since", header: "Since", cell: (member) => <Moment at={member.since} /> },
    { key: "until", header: "Until", cell: (member) => member.endsAt && <Moment at={member.endsAt} /> },
    acts && {
      key: "act",
      header: "Actions",
      fold: "second-end",
      cell: (member) =>
        member.self ? <span className="px-3 text-ink-3">You</span> : <MemberActs acts={acts} member={member} />,
    },
  ];
  return columns.filter((column) => column !== undefined);
}

function MemberActs({ acts, member }: Readonly<{ acts: Acts; member: Member }>) {
  return (
    <>
      {member.role !== "owner" && (
        <Button
          aria-label={`Last day of ${member.email}`}
          className="min-h-7"
          look="quiet"
          onClick={() => acts.onEnd(member)}
        >
          Last day…
        </Button>
      )}
      <Button
        aria-label={`Revoke the seat of ${member.email}`}
        className="min-h-7"
        look="quiet"
        onClick={() => acts.onRevoke(member)}
      >
        Revoke…
      </Button>
    </>
  );
}
