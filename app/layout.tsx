import "@/app/globals.css";

import type { Metadata, Viewport } from "next";
import type { ReactNode } from "react";

import { pageBrand } from "@/app/_server/branded";
import { readLook } from "@/app/_server/look";
import { Worded } from "@/app/_server/words";
import { mono, sans } from "@/app/fonts";
import { buildId } from "@/server/infra/web/build-id";
import { directionOf } from "@/server/kernel/languages";
import { spoken, t } from "@/server/kernel/words";

/** On the host name of a brand nothing says whose house it stands in. */
export async function generateMetadata(): Promise<Metadata> {
  const name = (await pageBrand())?.name ?? "Ringfence";
  return {
    title: { default: name, template: `%s · ${name}` },
    description: t("Prepaid telephony: every call explained."),
  };
}

export const viewport: Viewport = {
  width: "device-width",
  initialScale: 1,
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#fcfcfd" },
    { media: "(prefers-color-scheme: dark)", color: "#0e0f12" },
  ],
};

export default async function RootLayout({ children }: Readonly<{ children: ReactNode }>) {
  const { theme } = await readLook();
  return (
    <html
      className={`${sans.variable} ${mono.variable}`}
      data-build={buildId()}
      data-theme={theme === "system" ? undefined : theme}
      dir={directionOf(spoken())}
      lang={spoken()}
    >
      <body>
        <Worded>{children}</Worded>
      </body>
    </html>
  );
}
