import type { PendingTopUp } from "@/components/api/outputs";
import { whyItWaits } from "@/components/approvals/why-it-waits";
import { Money } from "@/components/billing/money";
import { Moment } from "@/components/shell/moment";
import { Button } from "@/components/ui/button";
import type { Column } from "@/components/ui/data-table";
import { t } from "@/server/kernel/words";

type Decide = Readonly<{
  busyId: string | undefined;
  approve: (row: PendingTopUp) => void;
  reject: (row: PendingTopUp) => void;
}>;

type Shape = Readonly<{
  zone: string;
  decided: boolean;
  /** Whether its people are limited in what they post alone, so that there is a reason to tell. */
  limited?: boolean;
  decide?: Decide | undefined;
}>;

/** The columns of waiting and of decided top-ups. */
export function approvalsColumns({ zone, decided, limited, decide }: Shape): readonly Column<PendingTopUp>[] {
  return [
    { key: "at", header: t("Asked, {zone}", { zone }), fold: "second", cell: (row) => <Moment at={row.askedAt} /> },
    {
      key: "to",
      header: t("person|For"),
      fold: "lead",
      cell: (row) => <span className="font-medium">{row.toName}</span>,
    },
    { key: "by", header: t("Asked by"), cell: (row) => row.askedByName },
    { key: "memo", header: t("Note"), grow: "text", cell: (row) => <span title={row.memo}>{row.memo}</span> },
    ...(limited ? [why()] : []),
    {
      key: "amount",
      header: t("Amount"),
      numeric: true,
      fold: "lead-end",
      cell: (row) => <Money currency={row.currency} micros={row.amountMicros} />,
    },
    ...(decided ? decidedColumns() : []),
    ...(decide ? [acts(decide)] : []),
  ];
}

const why = (): Column<PendingTopUp> => ({
  key: "why",
  header: t("Why it waits"),
  fold: "below",
  cell: (row) => <span className="block whitespace-normal text-ink-2 sm:w-64">{whyItWaits(row)}</span>,
});

const decidedColumns = (): readonly Column<PendingTopUp>[] => [
  {
    key: "state",
    header: t("Decision"),
    fold: "second-end",
    cell: (row) =>
      row.state === "approved" ? (
        <span className="text-ok">{t("Posted")}</span>
      ) : (
        <span className="text-ink-2">{t("Declined")}</span>
      ),
  },
  { key: "decidedBy", header: t("By"), from: "lg", cell: (row) => row.decidedByName ?? "" },
];

const acts = ({ busyId, approve, reject }: Decide): Column<PendingTopUp> => ({
  key: "acts",
  header: t("Actions"),
  fold: "below",
  className: "max-sm:row-start-4",
  cell: (row) => (
    <span className="flex justify-end gap-1">
      <Button className="min-h-7" disabled={busyId !== undefined} look="quiet" onClick={() => reject(row)}>
        {row.own ? t("Withdraw") : t("Decline")}
      </Button>
      {!row.own && (
        <Button busy={busyId === row.id && t("One moment…")} className="min-h-7" onClick={() => approve(row)}>
          {t("Approve")}
        </Button>
      )}
    </span>
  ),
});
