"use client";

import { createContext, useContext } from "react";

import type { HiddenColumn } from "@/components/ui/hidden-columns";

export type ListLook = Readonly<{
  compact: boolean;
  hidden: readonly HiddenColumn[];
  onChange: (change: Readonly<{ compact?: boolean; hidden?: readonly HiddenColumn[] }>) => void;
}>;

const asMade: ListLook = { compact: false, hidden: [], onChange: () => {} };

/** How a person wants lists drawn; without a provider, as they are made. */
export const ListLookContext = createContext<ListLook>(asMade);
export const useListLook = (): ListLook => useContext(ListLookContext);
