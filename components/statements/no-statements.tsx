import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/empty";

type Props = Readonly<{ sold: boolean; onClear: (() => void) | undefined }>;

/** What stands where there is no statement, and why. */
export function NoStatements({ sold, onClear }: Props) {
  if (onClear)
    return <Empty action={<Button onClick={onClear}>Clear the filter</Button>} title="No statement like that." />;
  return (
    <Empty title="There is no statement yet.">
      {sold
        ? "Each customer whose wallet moved gets one, an hour after its month has ended. They are listed here."
        : "One is made by itself, an hour after each month has ended. New statement makes one of other days."}
    </Empty>
  );
}
