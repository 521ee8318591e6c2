import { durationText } from "@/components/calls/duration-text";
import { LookMark } from "@/components/pbx/look-mark";
import { asrOf, type TrunkLine, trunkLook } from "@/components/pbx/trunk-words";
import { type Column, DataTable } from "@/components/ui/data-table";
import { RowLink } from "@/components/ui/row-link";
import { numberText } from "@/server/kernel/locale";
import { t } from "@/server/kernel/words";

/** How a trunk stands in the address. */
export const trunkId = ({ trunk }: Pick<TrunkLine, "trunk">): string => `trunk.${trunk}`;

type Props = Readonly<{ trunks: readonly TrunkLine[]; openId: string | undefined }>;

/** Each way to the world, and what it carried. */
export function TrunksTable({ trunks, openId }: Props) {
  return (
    <DataTable caption={t("Trunks")} columns={columns()} empty={null} openKey={openId} rowKey={trunkId} rows={trunks} />
  );
}

const none = <span className="text-ink-3">–</span>;

const columns = (): readonly Column<TrunkLine>[] => [
  {
    key: "trunk",
    header: t("Trunk"),
    fold: "lead",
    cell: (trunk) => (
      <RowLink className="font-medium" id={trunkId(trunk)}>
        <code>{trunk.trunk}</code>
      </RowLink>
    ),
  },
  { key: "state", header: t("State"), fold: "lead-end", cell: (trunk) => <LookMark look={trunkLook(trunk)} /> },
  {
    key: "live",
    header: t("Calls now"),
    numeric: true,
    fold: "second",
    cell: ({ sums }) => numberText(sums.live),
  },
  {
    key: "out",
    header: t("Calls out"),
    numeric: true,
    from: "lg",
    cell: ({ sums }) => numberText(sums.out.calls),
  },
  {
    key: "asr",
    header: t("Answered (ASR)"),
    numeric: true,
    fold: "second-end",
    cell: ({ sums }) => {
      const asr = asrOf(sums.out);
      return asr === undefined ? none : t("{share} %", { share: asr });
    },
  },
  {
    key: "acd",
    header: t("Average (ACD)"),
    numeric: true,
    cell: ({ sums: { out } }) => (out.averageSeconds === null ? none : durationText(out.averageSeconds)),
  },
  { key: "in", header: t("Calls in"), numeric: true, from: "lg", cell: ({ sums }) => numberText(sums.in.calls) },
];
