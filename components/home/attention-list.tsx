import Link from "next/link";

import type { Outputs } from "@/components/api/outputs";
import { portalPath } from "@/components/shell/portal-path";
import { buttonClass } from "@/components/ui/button-class";
import { Icon } from "@/components/ui/icon";
import { Section } from "@/components/ui/section";
import { t } from "@/server/kernel/words";

type Item = Outputs["home"]["get"]["attention"][number];

const MOST = 5;

/** What needs a person, one line and one way on each. */
export function AttentionList({ items }: Readonly<{ items: readonly Item[] }>) {
  const first = items.slice(0, MOST);
  const rest = items.slice(MOST);
  return (
    <Section level={2} title={t("Needs attention")}>
      <ul className="grid border-t">
        {first.map((item) => (
          <Row item={item} key={`${item.code}-${item.href}-${item.title}`} />
        ))}
      </ul>
      {rest.length > 0 && (
        <details>
          <summary className="min-h-8 py-1 text-accent">{t("Show {count} more", { count: rest.length })}</summary>
          <ul className="grid border-t">
            {rest.map((item) => (
              <Row item={item} key={`${item.code}-${item.href}-${item.title}`} />
            ))}
          </ul>
        </details>
      )}
    </Section>
  );
}

function Row({ item }: Readonly<{ item: Item }>) {
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b py-2">
      <Icon className="text-warn" name="alert" />
      <div className="min-w-0 flex-1 basis-60">
        <p className="font-medium">{item.title}</p>
        <p className="text-ink-2">{item.detail}</p>
      </div>
      {item.href && (
        <Link className={buttonClass()} href={portalPath(item.href)}>
          {t("Open")}
        </Link>
      )}
    </li>
  );
}
