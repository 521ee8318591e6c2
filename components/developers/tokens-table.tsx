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
import { msg, say, t } from "@/server/kernel/words";

type TokenRow = Outputs["tokens"]["list"]["items"][number];
type Props = Readonly<{
  rows: readonly TokenRow[];
  onSecret: (text: string) => void;
  onMake: (() => void) | undefined;
}>;

const OVERLAP_HOURS = 24;
const stateWords = {
  active: msg("token|Holds"),
  expired: msg("Expired"),
  revoked: msg("token|Revoked"),
  no_seat: msg("Its maker has no seat"),
} as const;

const columnsIn = (zone: string, onSecret: Props["onSecret"]): readonly Column<TokenRow>[] => [
  {
    key: "name",
    header: t("Token"),
    fold: "lead",
    cell: (row) => (
      <span className="font-medium whitespace-nowrap">
        {row.name} <code className="text-xs font-normal text-ink-3">{row.prefix}…</code>
      </span>
    ),
  },
  {
    key: "scopes",
    header: t("Scopes"),
    grow: true,
    cell: (row) => <span title={row.scopes.join(", ")}>{row.scopes.join(", ")}</span>,
  },
  { key: "maker", header: t("Acts for"), from: "xl", cell: (row) => row.maker },
  {
    key: "used",
    header: t("Last used, {zone}", { zone }),
    named: true,
    fold: "second",
    cell: (row) =>
      row.lastUsedAt ? (
        <span className="whitespace-nowrap">
          <Moment at={row.lastUsedAt} /> <span className="text-ink-3">{row.lastUsedFrom}</span>
        </span>
      ) : (
        <span className="text-ink-3">{t("Never")}</span>
      ),
  },
  { key: "ends", header: t("Ends"), from: "lg", cell: (row) => <Moment at={row.expiresAt} /> },
  {
    key: "state",
    header: t("State"),
    fold: "lead-end",
    cell: (row) => (
      <span className={row.state === "active" ? "text-ok" : "text-ink-3"}>{say(stateWords[row.state])}</span>
    ),
  },
  { key: "acts", header: t("What to do"), fold: "below", cell: (row) => <Acts onSecret={onSecret} row={row} /> },
];

/** A tenant's tokens, those that are over for a while as well. */
export function TokensTable({ rows, onSecret, onMake }: Props) {
  const { timeZone } = useScope();
  return (
    <DataTable
      caption={t("Tokens")}
      columns={columnsIn(zoneText(timeZone), onSecret)}
      empty={
        <Empty
          action={onMake && <Button onClick={onMake}>{t("New token")}</Button>}
          title={t("There is no token yet.")}
        >
          {t("With one a program does what you could do here: list calls, make extensions, read the balance.")}
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
        toast(t("The one before is taken for {hours} hours more.", { hours: OVERLAP_HOURS }));
      },
    }),
  );
  const revoke = useMutation(
    trpc.tokens.revoke.mutationOptions({
      onError,
      onSuccess: () => {
        again();
        toast(t("{name} is revoked.", { name: row.name }));
      },
    }),
  );
  if (!can("tokens.write") || row.state === "revoked" || row.state === "expired") return null;
  return (
    <span className="flex gap-2 max-sm:flex-wrap sm:justify-end">
      <Button
        aria-label={t("Rotate {name}", { name: row.name })}
        busy={rotate.isPending && t("Rotating…")}
        onClick={() => rotate.mutate({ tenantSlug, tokenId: row.id, overlapHours: OVERLAP_HOURS })}
      >
        {t("Rotate")}
      </Button>
      <Button
        aria-label={t("Revoke {name}", { name: row.name })}
        busy={revoke.isPending && t("Revoking…")}
        onClick={() => revoke.mutate({ tenantSlug, tokenId: row.id })}
      >
        {t("Revoke")}
      </Button>
    </span>
  );
}
