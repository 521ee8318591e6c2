"use client";

import { type CSSProperties, type ReactNode, useState } from "react";
import { moneyText } from "@/components/billing/money-text";

import { type ShownBrand, Wordmark } from "@/components/shell/wordmark";
import { buttonClass } from "@/components/ui/button-class";
import { cx } from "@/components/ui/cx";
import { rich } from "@/components/words/rich";
import { brandVariables } from "@/server/kernel/brand-colour";
import { msg, say, t } from "@/server/kernel/words";

type Brand = ShownBrand & Readonly<{ colour: string | null }>;
type Props = Readonly<{ brand: Brand; host: string | null; sender: string }>;

const kinds = [
  { key: "sign-in", label: msg("Sign-in") },
  { key: "portal", label: msg("Portal") },
  { key: "mail", label: msg("preview|Mail") },
] as const;
type Kind = (typeof kinds)[number]["key"];

/** What people will see, in both themes side by side, while it is chosen. Nothing in it can be pressed. */
export function BrandPreview({ brand, host, sender }: Props) {
  const [kind, setKind] = useState<Kind>("sign-in");
  return (
    <section aria-label={t("Preview")} className="grid min-w-0 content-start gap-3">
      <fieldset className="flex gap-1">
        <legend className="sr-only">{t("What is shown")}</legend>
        {kinds.map(({ key, label }) => (
          <button
            aria-pressed={kind === key}
            className={cx(
              "min-h-8 rounded-md px-3 font-medium pointer-coarse:min-h-11",
              kind === key ? "bg-accent-soft text-ink" : "text-ink-2 hover:bg-sunken",
            )}
            key={key}
            onClick={() => setKind(key)}
            type="button"
          >
            {say(label)}
          </button>
        ))}
      </fieldset>
      <div className="grid gap-4 xl:grid-cols-2">
        {(["light", "dark"] as const).map((theme) => (
          <figure className="grid min-w-0 gap-1" key={theme}>
            <Stage colour={brand.colour} theme={theme}>
              {kind === "sign-in" && <SignIn brand={brand} host={host} />}
              {kind === "portal" && <Portal brand={brand} />}
              {kind === "mail" && <Mail brand={brand} sender={sender} />}
            </Stage>
            <figcaption className="text-xs text-ink-3">
              {theme === "light" ? t("theme|Light") : t("theme|Dark")}
            </figcaption>
          </figure>
        ))}
      </div>
    </section>
  );
}

type StageProps = Readonly<{ theme: "light" | "dark"; colour: string | null; children: ReactNode }>;

function Stage({ theme, colour, children }: StageProps) {
  return (
    <div
      className="min-h-72 overflow-hidden rounded-lg border bg-bg text-ink select-none"
      data-stage={theme}
      inert
      style={colour ? (brandVariables(colour) as CSSProperties) : undefined}
    >
      {children}
    </div>
  );
}

const line = (label: string, value: string) => (
  <span className="grid gap-1">
    <span className="font-medium">{label}</span>
    <span className="control text-ink-3">{value}</span>
  </span>
);

function SignIn({ brand, host }: Readonly<{ brand: Brand; host: string | null }>) {
  return (
    <div className="mx-auto grid max-w-64 gap-4 px-4 py-8">
      {host && <span className="font-mono text-xs text-ink-3">{host}</span>}
      <Wordmark brand={brand} />
      <span className="text-xl font-semibold tracking-tight">{t("Sign in")}</span>
      {line(t("E-mail"), "ada@company.com")}
      <span className={buttonClass("primary")}>{t("Sign in")}</span>
      <span className="text-accent underline">{t("Forgotten password")}</span>
    </div>
  );
}

function Portal({ brand }: Readonly<{ brand: Brand }>) {
  return (
    <div className="grid min-h-72 grid-cols-[8.5rem_minmax(0,1fr)]">
      <div className="grid content-start gap-1 border-e p-3">
        <Wordmark brand={brand} />
        <span className="mt-3 rounded-md bg-accent-soft px-2 py-1 font-medium">{t("Home")}</span>
        <span className="px-2 py-1 text-ink-2">{t("Calls")}</span>
        <span className="px-2 py-1 text-ink-2">{t("Extensions")}</span>
      </div>
      <div className="grid content-start gap-3 p-4">
        <span className="text-xl font-semibold tracking-tight">{t("Home")}</span>
        <span>
          {rich("{sum} lasts <link>{days, plural, one {# day} other {# days}}</link>", {
            sum: moneyText(41_800_000n, "EUR"),
            days: 9,
            link: (text) => <span className="font-medium text-accent underline">{text}</span>,
          })}
        </span>
        <span className="h-2 rounded-sm bg-sunken">
          <span className="block h-2 w-2/3 rounded-sm bg-mark" />
        </span>
        <span className={buttonClass("primary", "justify-self-start")}>{t("Top up")}</span>
      </div>
    </div>
  );
}

function Mail({ brand, sender }: Readonly<{ brand: Brand; sender: string }>) {
  return (
    <div className="grid min-h-72 content-start gap-3 bg-sunken p-4">
      <span className="text-xs text-ink-2">
        {rich("From {sender}", { sender: <span className="font-medium text-ink">{sender}</span> })}
      </span>
      <div className="grid gap-3 rounded-lg border border-t-4 border-t-mark bg-surface p-4">
        <span className="font-semibold text-accent">{brand.name}</span>
        <span>{t("Statement 2026-000123 of the month is attached.")}</span>
        <span className="text-accent underline">{t("Open it in the portal")}</span>
        <span className="text-xs text-ink-3">{brand.name}</span>
      </div>
    </div>
  );
}
