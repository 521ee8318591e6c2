import type { Env } from "@/server/config/env";
import type { PaymentProvider } from "@/server/infra/payments/provider";
import { stripeProvider } from "@/server/infra/payments/stripe";
import { testProvider } from "@/server/infra/payments/test-provider";

/** The provider that the environment names: Stripe with its keys, the test provider only where it was switched on. */
export function providerOf(env: Env): PaymentProvider | undefined {
  const { STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET, STRIPE_API_BASE, TEST_PAYMENTS, APP_URL } = env;
  if (STRIPE_SECRET_KEY && STRIPE_WEBHOOK_SECRET) {
    return stripeProvider({
      secretKey: STRIPE_SECRET_KEY,
      webhookSecret: STRIPE_WEBHOOK_SECRET,
      apiBase: STRIPE_API_BASE,
    });
  }
  return TEST_PAYMENTS === "on" ? testProvider({ appUrl: APP_URL.replace(/\/$/, "") }) : undefined;
}
