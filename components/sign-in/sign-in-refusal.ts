import type { Refusal } from "@/components/api/refusal";

/** What the sign-in answered, as a sentence. A wrong address and a wrong password give one answer, so addresses cannot be probed. */
export function signInRefusal(error: string): Refusal {
  const [code, wait] = error.split(":");
  if (code === "rate_limited") {
    const seconds = Number(wait);
    const span = Number.isFinite(seconds) && seconds > 0 ? waitWords(seconds) : "a while";
    return {
      code: "rate_limited",
      title: "Too many attempts.",
      next: `Wait ${span}, then try again. The password may well be right.`,
    };
  }
  if (code === "banned") {
    const [, until = "", reason = ""] = /^banned:(\S+Z):(.*)$/.exec(error) ?? [];
    const end = until ? ` until ${until.slice(0, 16).replace("T", " ")} UTC` : " for now";
    return {
      code: "banned",
      title: `Requests from your address are refused${end}.`,
      next: `${reason ? `Why: ${reason}. ` : ""}Wait, or ask whoever runs this portal.`,
    };
  }
  if (code === "code_wrong") {
    return {
      code: "code_wrong",
      title: "This code is wrong, or was used already.",
      next: "Take the next one that your app shows; each is good once. Without your phone, use a recovery code.",
    };
  }
  if (code === "passkey_wrong") {
    return {
      code: "passkey_wrong",
      title: "This passkey does not open an account here.",
      next: "It may have been removed. Sign in with your password.",
    };
  }
  if (code === "CredentialsSignin") {
    return {
      code: "CredentialsSignin",
      title: "E-mail and password do not match.",
      next: "Check both and try again. Upper and lower case count.",
    };
  }
  return {
    code: "internal",
    title: "Signing in did not work.",
    next: "Nothing is wrong with your input. Try again in a moment.",
  };
}

function waitWords(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} seconds`;
  return `${Math.ceil(seconds / 60)} minutes`;
}
