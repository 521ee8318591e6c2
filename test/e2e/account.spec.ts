import { expect, type Page } from "@playwright/test";
import { codeOf } from "@/test/support/totp-codes";
import { expectAccessible } from "./support/axe";
import { test } from "./support/portal";
import { type SignIn, signInOf, stack } from "./support/stack";

async function firstStep(page: Page, who: SignIn, home = ""): Promise<void> {
  await page.goto(`${home}/sign-in`);
  await page.getByLabel("E-mail").fill(who.email);
  await page.getByLabel("Password").fill(who.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

async function signOut(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Your account" }).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page).toHaveURL(/\/sign-in/);
}

test("a second factor is set up, asked for at the sign-in, asked again before it goes, and removed", async ({
  page,
  enter,
}) => {
  const who = signInOf("operator", "auditor");
  await enter(who);
  await page.getByRole("button", { name: "Your account" }).click();
  await page.getByRole("link", { name: "Security of my account" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Security of my account");
  await page.getByRole("button", { name: "Set up…" }).click();
  const dialog = page.getByRole("dialog");
  const secret = (await dialog.locator("code").textContent()) ?? "";
  await expectAccessible(page);
  await dialog.getByRole("textbox", { name: "Code" }).fill(codeOf(secret));
  await dialog.getByRole("button", { name: "Turn on" }).click();
  const shown = dialog.getByRole("list", { name: "Recovery codes" }).getByRole("listitem");
  await expect(shown).toHaveCount(10);
  const codes = await shown.allTextContents();
  await expectAccessible(page);
  await dialog.getByRole("button", { name: "I have kept them" }).click();
  await expect(page.getByText("10 of 10 left")).toBeVisible();

  await page.getByRole("link", { name: "Back" }).click();
  await signOut(page);
  await firstStep(page, who);
  await page.getByLabel("Code").fill("000000");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByRole("alert").filter({ hasText: "This code is wrong" })).toBeVisible();
  await expectAccessible(page);
  await page.getByLabel("Code").fill(codeOf(secret, 1));
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page).toHaveURL(new RegExp(`/t/${who.tenantSlug}$`));

  // As the server answers a quarter of an hour later; what follows is the server's own.
  const error = {
    message: "reauth_required",
    code: -32_012,
    data: { code: "PRECONDITION_FAILED", httpStatus: 412, domainCode: "reauth_required" },
  };
  await page.route(
    "**/api/trpc/security.removeTotp*",
    (route) => route.fulfill({ status: 412, json: [{ error: { json: error } }] }),
    {
      times: 1,
    },
  );
  await page.goto("/account");
  await page.getByRole("button", { name: "Remove" }).click();
  const asked = page.getByRole("dialog", { name: "Is it still you?" });
  await expect(asked.getByLabel("Code")).toBeFocused();
  await expectAccessible(page);
  await asked.getByLabel("Code").fill(codes[0] ?? "");
  await asked.getByRole("button", { name: "Go on" }).click();
  await expect(page.getByText("Off. A code of your phone")).toBeVisible();
});

test("a passkey opens the portal without a password, and is a second factor", async ({ page }) => {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("WebAuthn.enable");
  await devtools.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  // Browsers make passkeys for names only, and this machine's is localhost.
  const home = stack().appUrl.replace("127.0.0.1", "localhost");
  const who = signInOf("operator", "support");
  const there = new RegExp(`^${home}/t/${who.tenantSlug}$`);
  await firstStep(page, who, home);
  await expect(page).toHaveURL(there);
  await page.goto(`${home}/account`);
  await page.getByRole("button", { name: "Add a passkey…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill("Laptop");
  await dialog.getByRole("button", { name: "Make passkey" }).click();
  await expect(dialog.getByRole("list", { name: "Recovery codes" }).getByRole("listitem")).toHaveCount(10);
  await dialog.getByRole("button", { name: "I have kept them" }).click();
  await expect(page.getByText("Passkey: Laptop")).toBeVisible();
  await expectAccessible(page);

  await page.goto(`${home}/t/${who.tenantSlug}`);
  await signOut(page);
  await page.goto(`${home}/sign-in`);
  await page.getByRole("button", { name: "Sign in with a passkey" }).click();
  await expect(page).toHaveURL(there);
  await signOut(page);
  await firstStep(page, who, home);
  await expect(page.getByLabel("Code")).toBeVisible();
  await page.getByRole("button", { name: "Sign in with a passkey" }).click();
  await expect(page).toHaveURL(there);

  await page.goto(`${home}/account`);
  await page.getByRole("button", { name: "Remove the passkey Laptop" }).click();
  await expect(page.getByText("Passkey: Laptop")).toHaveCount(0);
  await page.goto(`${home}/t/${who.tenantSlug}`);
  await signOut(page);
  await page.goto(`${home}/sign-in`);
  await page.getByRole("button", { name: "Sign in with a passkey" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "does not open an account here" })).toBeVisible();
});
