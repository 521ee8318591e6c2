"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useEffect, useState } from "react";

import { useTRPC } from "@/components/api/client";
import { QueryView } from "@/components/api/query-view";
import { ExtensionField } from "@/components/extensions/extension-field";
import { phoneStore } from "@/components/phone/phone-store";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { buttonClass } from "@/components/ui/button-class";
import { Notice } from "@/components/ui/notice";
import { Select } from "@/components/ui/select";
import { t } from "@/server/kernel/words";

type Props = Readonly<{ onChoose: (tenantSlug: string, extensionId: string) => void }>;
type Extension = Readonly<{ id: string; number: string; displayName: string; state: string }>;

/** Whose phone this page becomes. With one extension, or one that was asked for, nobody is asked. */
export function ChooseExtension({ onChoose }: Props) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const place = useQuery(trpc.browserPhone.place.queryOptions({ tenantSlug }));
  const query = useQuery(trpc.extensions.page.queryOptions({ tenantSlug }));
  if (place.data && place.data.url === null) {
    return (
      <Notice title={t("No phone in the browser is set up on this installation.")} tone="info">
        {t("Whoever runs it sets BROWSER_PHONE_URL. Until then, connect an app or a desk phone.")}
      </Notice>
    );
  }
  return (
    <QueryView query={query}>
      {({ items, nextAfter }) => {
        const active = items.filter(({ state }) => state === "active");
        if (active.length === 0 && nextAfter === null) return <None />;
        return place.data && <Choice extensions={active} more={nextAfter !== null} onChoose={onChoose} />;
      }}
    </QueryView>
  );
}

function None() {
  const { hrefOf } = useScope();
  return (
    <div className="grid gap-2">
      <p className="text-ink-2">{t("A phone speaks for an extension, and there is none that may call yet.")}</p>
      <Link
        className={buttonClass("primary")}
        href={`${hrefOf("extensions")}?new=1`}
        onClick={() => phoneStore.set({ open: false })}
      >
        {t("Create extension")}
      </Link>
    </div>
  );
}

function Choice({ extensions, more, onChoose }: Readonly<{ extensions: readonly Extension[]; more: boolean }> & Props) {
  const { tenantSlug } = useScope();
  const [chosen, setChosen] = useState(extensions[0]?.id ?? "");
  const [only] = extensions.length === 1 && !more ? extensions : [];

  const { wish } = phoneStore.get();
  const known =
    extensions.find(({ id }) => id === wish?.extensionId) ?? only ?? (wish?.dial ? extensions[0] : undefined);
  // One that is not among the first of many is there all the same.
  const wanted = (more ? wish?.extensionId : undefined) ?? known?.id;

  useEffect(() => {
    if (wanted) onChoose(tenantSlug, wanted);
  }, [wanted, onChoose, tenantSlug]);

  if (wanted) return null;
  return (
    <form
      className="grid gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        onChoose(tenantSlug, chosen);
      }}
    >
      {more ? (
        <ExtensionField
          label={t("Call as")}
          onValue={(id) => setChosen(id ?? "")}
          placeholder={t("Choose an extension")}
          value={chosen || undefined}
        />
      ) : (
        <Select
          choices={extensions.map(({ id, number, displayName }) => ({ value: id, label: `${number} ${displayName}` }))}
          label={t("Call as")}
          name="extension"
          onChange={(event) => setChosen(event.target.value)}
          value={chosen}
        />
      )}
      <Button disabled={chosen === ""} look="primary" type="submit">
        {t("Connect this browser")}
      </Button>
    </form>
  );
}
