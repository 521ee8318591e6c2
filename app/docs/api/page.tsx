import type { Metadata } from "next";

import { type ApiDocument, ApiReference } from "@/components/developers/api-reference";
import { requestContext } from "@/server/api/request-context";
import { openApi } from "@/server/api/rest/openapi";
import { domainErrors } from "@/server/kernel/errors";
import { t } from "@/server/kernel/words";

export const generateMetadata = (): Metadata => ({ title: t("API reference") });

/** For whoever reads it, signed in or not: it holds nothing of anybody. */
export default async function ApiDocsPage() {
  const { settings } = await requestContext();
  return <ApiReference document={openApi(settings.appUrl) as unknown as ApiDocument} errors={domainErrors} />;
}
