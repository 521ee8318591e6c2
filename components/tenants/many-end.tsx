import type { Refused } from "@/components/tenants/use-each";
import { Button } from "@/components/ui/button";
import { type Message, say, t } from "@/server/kernel/words";

type Props = Readonly<{
  /** How many it is done to. */
  count: number;
  done: number;
  running: boolean;
  over: boolean;
  refused: readonly Refused[];
  /** The verb and its object, and how far it is while it runs: "Change plan", "Changing {done} of {count}…". */
  submit: string;
  doing: Message;
  onClose: () => void;
  onDone: () => void;
}>;

/** The end of a form that does one thing to many: how far it is, what was refused, and the ways out. */
export function ManyEnd({ count, done, running, over, refused, submit, doing, onClose, onDone }: Props) {
  return (
    <>
      {over && (
        <p role="status">
          {t("{count, plural, one {# tenant done.} other {# tenants done.}} These were refused:", {
            count: count - refused.length,
          })}
        </p>
      )}
      {refused.length > 0 && (
        <ul className="grid max-h-40 gap-1 overflow-y-auto">
          {refused.map(({ row, refusal }) => (
            <li className="break-words" key={row.slug}>
              <bdi className="font-medium">{row.name}</bdi>: {refusal.title}
            </li>
          ))}
        </ul>
      )}
      <div className="flex justify-end gap-2">
        <Button onClick={over ? onDone : onClose}>{over ? t("Close") : t("Cancel")}</Button>
        {!over && (
          <Button
            busy={running && say(doing, { done: done + 1, count })}
            disabled={count === 0}
            look="primary"
            type="submit"
          >
            {submit}
          </Button>
        )}
      </div>
    </>
  );
}
