import "server-only";

import { headers } from "next/headers";
import { type CSSProperties, cache, type ReactNode } from "react";

import { CenteredPage } from "@/components/shell/centered-page";
import { shownBrand } from "@/server/api/shown-brand";
import { brandVariables } from "@/server/kernel/brand-colour";

/** The brand of pages outside any tenant: that of the host name, else the operator's; null is the house's own. */
export const pageBrand = cache(async () => shownBrand((await headers()).get("host")));

type Props = Readonly<{ colour: string | null | undefined; children: ReactNode }>;

/** Draws what is in it with a brand's colour, in whichever theme. It comes with the page, so nothing changes before one's eyes. */
export function Branded({ colour, children }: Props) {
  return (
    <div className="contents" id="branded" style={colour ? (brandVariables(colour) as CSSProperties) : undefined}>
      {children}
    </div>
  );
}

/** A page outside any tenant in the brand of its host name. */
export async function BrandedPage({ title, children }: Readonly<{ title: string; children: ReactNode }>) {
  const brand = await pageBrand();
  return (
    <Branded colour={brand?.colour}>
      <CenteredPage brand={brand} title={title}>
        {children}
      </CenteredPage>
    </Branded>
  );
}
