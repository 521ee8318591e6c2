import { t } from "@/server/kernel/words";

/** What a person is told of their second factor, by mail and in their language. */
export const factorNews = {
  appAdded: () => t("An authenticator app was set up for your account."),
  appRemoved: () => t("The authenticator app of your account was removed."),
  codesRenewed: () => t("New recovery codes were made for your account; the earlier ones are worth nothing."),
  codeUsed: () => t("One of your recovery codes was used just now."),
  passkeyAdded: (name: string) => () => t("A passkey ({name}) was added to your account.", { name }),
  passkeyRemoved: (name: string) => () => t("A passkey ({name}) was removed from your account.", { name }),
} as const;
