import { stripeWebhook } from "@/server/api/payment-webhook";
import { webServices } from "@/server/infra/web/services";

/** What Stripe tells of payments. Its signature is the sign-in; it is checked on the body as it came. */
export function POST(request: Request): Promise<Response> {
  const { db, payments: provider, log, live } = webServices();
  return stripeWebhook(request, { db, provider, log, publish: live.publish });
}
