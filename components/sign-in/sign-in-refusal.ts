import type { Refusal } from "@/components/api/refusal";
import { t } from "@/server/kernel/words";

/** What the sign-in answered, as a sentence. A wrong address and a wrong password give one answer, so addresses cannot be probed. */
export function signInRefusal(error: string): Refusal {
  const [code, wait] = error.split(":");
  if (code === "rate_limited") {
    const seconds = Number(wait);
    return {
      code: "rate_limited",
      title: t("Too many attempts."),
      next: waitWords(Number.isFinite(seconds) ? seconds : 0),
    };
  }
  if (code === "banned") {
    const [, until = "", reason = ""] = /^banned:(\S+Z):(.*)$/.exec(error) ?? [];
    return {
      code: "banned",
      title: until
        ? t("Requests from your address are refused until {end} UTC.", { end: until.slice(0, 16).replace("T", " ") })
        : t("Requests from your address are refused for now."),
      next: reason
        ? t("Why: {reason}. Wait, or ask whoever runs this portal.", { reason })
        : t("Wait, or ask whoever runs this portal."),
    };
  }
  if (code === "code_wrong") {
    return {
      code: "code_wrong",
      title: t("This code is wrong, or was used already."),
      next: t("Take the next one that your app shows; each is good once. Without your phone, use a recovery code."),
    };
  }
  if (code === "passkey_wrong") {
    return {
      code: "passkey_wrong",
      title: t("This passkey does not open an account here."),
      next: t("It may have been removed. Sign in with your password."),
    };
  }
  if (code === "CredentialsSignin") {
    return {
      code: "CredentialsSignin",
      title: t("E-mail and password do not match."),
      next: t("Check both and try again. Upper and lower case count."),
    };
  }
  return {
    code: "internal",
    title: t("Signing in did not work."),
    next: t("Nothing is wrong with your input. Try again in a moment."),
  };
}

function waitWords(seconds: number): string {
  if (seconds <= 0) return t("Wait a while, then try again. The password may well be right.");
  if (seconds < 90) {
    return t("Wait {n, plural, one {# second} other {# seconds}}, then try again. The password may well be right.", {
      n: Math.ceil(seconds),
    });
  }
  return t("Wait {n, plural, one {# minute} other {# minutes}}, then try again. The password may well be right.", {
    n: Math.ceil(seconds / 60),
  });
}
