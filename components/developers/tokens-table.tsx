"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";

import { useTRPC } from "@/components/api/client";
import type { Outputs } from "@/components/api/outputs";
import { refusalOf } from "@/components/api/refusal";
import { Moment } from "@/components/shell/moment";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { zoneText } from "@/components/ui/clock-text";
import { type Column, DataTable } from "@/components/ui/data-table";
import { Empty } from "@/components/ui/empty";
import { toast } from "@/components/ui/toast-store";

type TokenRow = Outputs["tokens"]["list"]["items"][number];
type Props = Readonly<{
  rows: readonly TokenRow[];
  onSecret: (text: string) => void;
  onMake: (() => void) | undefined;
}>;

const OVERLAP_HOURS = 24;
const stateWords = {
  active: "Holds",
  expired: "Expired",
  revoked: "Revoked",
  no_seat: "Its maker has no seat",
} as const;

const columnsIn = (zone: string, onSecret: Props["onSecret"]): readonly Column<TokenRow>[] => [
  {
    key: "name",
    header: "Token",
    fold: "lead",
    cell: (row) => (
      <span className="font-medium whitespace-nowrap">
        {row.name} <code className="text-xs font-normal text-ink-3">{row.prefix}…</code>
      </span>
    ),
  },
  {
    key: "scopes",
    header: "Scopes",
    grow: true,
    cell: (row) => <span title={row.scopes.join(", ")}>{row.scopes.join(", ")}</span>,
  },
  { key: "maker", header: "Acts for", from: "xl", cell: (row) => row.maker },
  {
    key: "used",
    header: `Last used, ${zone}`,
    fold: "second",
    cell: (row) =>
      row.lastUsedAt ? (
        <span className="whitespace-nowrap">
          <Moment at={row.lastUsedAt} /> <span className="text-ink-3">{row.lastUsedFrom}</span>
        </span>
      ) : (
        <span className="text-ink-3">Never</span>
      ),
  },
  { key: "ends", header: "Ends", from: "lg", cell: (row) => <Moment at={row.expiresAt} /> },
  {
    key: "state",
    header: "State",
    fold: "lead-end",
    cell: (row) => <span className={row.state === "active" ? "text-ok" : "text-ink-3"}>{stateWords[row.state]}</span>,
  },
  { key: "acts", header: "What to do", fold: "below", cell: (row) => <Acts onSecret={onSecret} row={row} /> },
];

/** A tenant's tokens, those that are over for a while as well. */
export function TokensTable({ rows, onSecret, onMake }: Props) {
  const { timeZone } = useScope();
  return (
    <DataTable
      caption="Tokens"
      columns={columnsIn(zoneText(timeZone), onSecret)}
      empty={
        <Empty action={onMake && <Button onClick={onMake}>New token</Button>} title="There is no token yet.">
          With one a program does what you could do here: list calls, make extensions, read the balance.
        </Empty>
      }
      rowKey={(row) => row.id}
      rows={rows}
    />
  );
}

function Acts({ row, onSecret }: Readonly<{ row: TokenRow; onSecret: Props["onSecret"] }>) {
  const { tenantSlug, can } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const onError = (error: unknown) => {
    const { title, next } = refusalOf(error);
    toast(`${title} ${next}`, { tone: "bad" });
  };
  const again = () => void queries.invalidateQueries({ queryKey: trpc.tokens.pathKey() });
  const rotate = useMutation(
    trpc.tokens.rotate.mutationOptions({
      onError,
      onSuccess: ({ tokenOnce }) => {
        again();
        onSecret(tokenOnce);
        toast(`The one before is taken for ${OVERLAP_HOURS} hours more.`);
      },
    }),
  );
  const revoke = useMutation(
    trpc.tokens.revoke.mutationOptions({
      onError,
      onSuccess: () => {
        again();
        toast(`${row.name} is revoked.`);
      },
    }),
  );
  if (!can("tokens.write") || row.state === "revoked" || row.state === "expired") return null;
  return (
    <span className="flex gap-2 max-sm:flex-wrap sm:justify-end">
      <Button
        aria-label={`Rotate ${row.name}`}
        busy={rotate.isPending && "Rotating…"}
        onClick={() => rotate.mutate({ tenantSlug, tokenId: row.id, overlapHours: OVERLAP_HOURS })}
      >
        Rotate
      </Button>
      <Button
        aria-label={`Revoke ${row.name}`}
        busy={revoke.isPending && "Revoking…"}
        onClick={() => revoke.mutate({ tenantSlug, tokenId: row.id })}
      >
        Revoke
      </Button>
    </span>
  );
}
