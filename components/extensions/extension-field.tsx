"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { useTRPC } from "@/components/api/client";
import { useScope } from "@/components/shell/scope";
import { Combobox, type Option } from "@/components/ui/combobox";
import { t } from "@/server/kernel/words";

type Props = Readonly<{
  label: string;
  labelHidden?: boolean;
  hint?: string;
  name?: string;
  placeholder: string;
  value: string | undefined;
  onValue: (extensionId: string | undefined) => void;
  className?: string;
}>;

const SHOWN = 20;

/** Chooses one of a tenant's extensions, of which there may be ten thousand: what is typed is looked for by the server. */
export function ExtensionField({ value, onValue, ...field }: Props) {
  const { tenantSlug, can } = useScope();
  const trpc = useTRPC();
  const [text, setText] = useState<string>();
  const [picked, setPicked] = useState<Option>();
  const may = can("extensions.read");
  const found = useQuery(
    trpc.extensions.page.queryOptions(
      { tenantSlug, ...(text ? { text } : {}) },
      { enabled: may && text !== undefined, placeholderData: keepPreviousData },
    ),
  );
  const known = picked?.value === value ? picked : undefined;
  const one = useQuery(
    trpc.extensions.get.queryOptions({ tenantSlug, extensionId: value ?? "" }, { enabled: may && !!value && !known }),
  );
  const named = one.data?.id === value && one.data ? optionOf(one.data) : undefined;
  const chosen = value ? (known ?? named ?? { value, label: one.isError ? t("Deleted extension") : "…" }) : undefined;
  return (
    <Combobox
      {...field}
      chosen={chosen}
      more={(found.data?.items.length ?? 0) > SHOWN}
      onChoose={(option) => {
        setPicked(option);
        onValue(option?.value);
      }}
      onText={setText}
      options={found.data?.items.slice(0, SHOWN).map(optionOf)}
    />
  );
}

const optionOf = ({
  id,
  number,
  displayName,
}: Readonly<{ id: string; number: string; displayName: string }>): Option => ({
  value: id,
  label: `${number} ${displayName}`,
});
