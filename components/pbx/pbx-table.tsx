import { LookMark } from "@/components/pbx/look-mark";
import { faultsOf, linkLook, type Pbx, type PbxBoard } from "@/components/pbx/pbx-words";
import { ageText } from "@/components/reconciliation/age-text";
import { type Column, DataTable } from "@/components/ui/data-table";
import { Empty } from "@/components/ui/empty";
import { RowLink } from "@/components/ui/row-link";
import { numberText } from "@/server/kernel/locale";
import { t } from "@/server/kernel/words";

/** How a PBX stands in the address. */
export const pbxId = ({ pbx }: Pick<Pbx, "pbx">): string => `pbx.${pbx}`;

type Props = Readonly<{ board: PbxBoard; now: number; openId: string | undefined }>;

/** Each telephone system, and the first thing that is wrong with it. */
export function PbxTable({ board, now, openId }: Props) {
  return (
    <DataTable
      caption={t("PBXs")}
      columns={columnsAt(board, now)}
      empty={<Empty title={t("No worker runs.")}>{t("Start the workers: npm run worker.")}</Empty>}
      openKey={openId}
      rowKey={pbxId}
      rows={board.pbxs}
    />
  );
}

/** Calls that began within a minute, by the second: 0.5. */
export const perSecondText = (begun: number): string => numberText(Math.round((begun * 10) / 60) / 10);

const columnsAt = ({ secrets }: PbxBoard, now: number): readonly Column<Pbx>[] => [
  {
    key: "pbx",
    header: t("PBX"),
    fold: "lead",
    cell: (pbx) => (
      <RowLink className="font-medium" id={pbxId(pbx)}>
        {pbx.pbx}
      </RowLink>
    ),
  },
  { key: "state", header: t("Link"), fold: "lead-end", cell: (pbx) => <LookMark look={linkLook(pbx, now)} /> },
  {
    key: "calls",
    header: t("Calls now"),
    numeric: true,
    fold: "second-end",
    cell: ({ live }) => numberText(live),
  },
  { key: "rate", header: t("Calls a second"), numeric: true, from: "lg", cell: ({ begun }) => perSecondText(begun) },
  { key: "phones", header: t("Phones"), numeric: true, cell: ({ contacts }) => numberText(contacts) },
  {
    key: "event",
    header: t("Last event"),
    numeric: true,
    from: "lg",
    cell: ({ link }) => (link?.lastEventAt ? t("{age} ago", { age: ageText(link.lastEventAt, now) }) : "–"),
  },
  {
    key: "wrong",
    header: t("What is wrong"),
    named: true,
    fold: "second",
    grow: true,
    cell: (pbx) => faultsOf(pbx, secrets, now)[0]?.what ?? <span className="text-ink-3">{t("Nothing")}</span>,
  },
];
