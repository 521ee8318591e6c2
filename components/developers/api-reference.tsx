import { rich } from "@/components/words/rich";
import { t } from "@/server/kernel/words";

type Json = Readonly<Record<string, unknown>>;
type Parameter = Readonly<{ name: string; in: string; required: boolean; schema: Json; description?: string }>;
type Content = Readonly<{ content: Readonly<Record<string, Readonly<{ schema: Json }>>> }>;
type Operation = Readonly<{
  operationId: string;
  tags: readonly string[];
  summary: string;
  description: string;
  parameters: readonly Parameter[];
  requestBody?: Content;
  responses: Readonly<Record<string, Content & Readonly<{ description: string }>>>;
}>;
export type ApiDocument = Readonly<{
  tags: readonly Readonly<{ name: string }>[];
  servers: readonly Readonly<{ url: string }>[];
  paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  components: Readonly<{ schemas: Readonly<Record<string, Json>> }>;
}>;

type Props = Readonly<{ document: ApiDocument; errors: Readonly<Record<string, string>> }>;

/** The API for people, made from the document for programs: nothing here is written twice. */
export function ApiReference({ document, errors }: Props) {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
  return (
    <div className="mx-auto grid max-w-5xl gap-8 px-4 py-8 lg:grid-cols-[12rem_minmax(0,1fr)]">
      <nav aria-label={t("Parts")} className="grid content-start gap-1 lg:sticky lg:top-8 lg:self-start">
        {[
          { id: "basics", name: t("Basics") },
          ...document.tags.map(({ name }) => ({ id: name.toLowerCase(), name })),
          { id: "errors", name: t("Errors") },
          { id: "schemas", name: t("Schemas") },
        ].map(({ id, name }) => (
          <a className="text-ink-2 hover:text-ink" href={`#${id}`} key={id}>
            {name}
          </a>
        ))}
      </nav>
      <main className="grid min-w-0 gap-10">
        <Basics url={document.servers[0]?.url ?? ""} />
        {document.tags.map(({ name }) => (
          <section className="grid gap-6" id={name.toLowerCase()} key={name}>
            <h2 className="text-lg font-semibold">{name}</h2>
            {operations
              .filter(({ operation }) => operation.tags.includes(name))
              .map((one) => (
                <Endpoint key={one.operation.operationId} {...one} />
              ))}
          </section>
        ))}
        <section className="grid gap-2" id="errors">
          <h2 className="text-lg font-semibold">{t("Errors")}</h2>
          <dl className="grid gap-2">
            {Object.entries(errors).map(([code, sentence]) => (
              <div className="grid gap-x-4 sm:grid-cols-[14rem_1fr]" id={`error-${code}`} key={code}>
                <dt>
                  <code className="text-xs">{code}</code>
                </dt>
                <dd className="text-ink-2">{sentence}</dd>
              </div>
            ))}
          </dl>
        </section>
        <section className="grid gap-4" id="schemas">
          <h2 className="text-lg font-semibold">{t("Schemas")}</h2>
          {Object.entries(document.components.schemas).map(([name, schema]) => (
            <div className="grid gap-1" id={`schema-${name}`} key={name}>
              <h3 className="font-medium">{name}</h3>
              <Block value={schema} />
            </div>
          ))}
        </section>
      </main>
    </div>
  );
}

function Basics({ url }: Readonly<{ url: string }>) {
  return (
    <section className="grid gap-3" id="basics">
      <h1 className="text-2xl font-semibold tracking-tight">{t("API reference")}</h1>
      <p className="max-w-prose text-ink-2">
        {rich(
          "What the portal does, for programs, with the same permissions and the same audit trail. Make a token on the page Developers and send it with each request. The whole of it as OpenAPI 3.1: <link>openapi.json</link>.",
          { link: (text) => <a href="/api/v1/openapi.json">{text}</a> },
        )}
      </p>
      <Block value={`curl -H "Authorization: Bearer rft_…" ${url}/balance`} />
      <ul className="grid max-w-prose list-disc gap-1 ps-5 text-ink-2">
        <li>
          {t("Money is a text with six decimals beside its currency; times are RFC 3339; durations are seconds.")}
        </li>
        <li>{t("Lists are pages: pass next_cursor as starting_after. At most 200 a page.")}</li>
        <li>
          {t(
            "Each change wants the header Idempotency-Key. The same key and request again give the same answer for a day.",
          )}
        </li>
        <li>{t("tenant=short-name acts on a tenant below the token’s own.")}</li>
        <li>
          {t("600 requests a minute for a token; RateLimit says how many are left, Retry-After how long to wait.")}
        </li>
        <li>
          {t(
            "What is refused is application/problem+json with a code of the list below and the X-Request-Id of the request.",
          )}
        </li>
      </ul>
    </section>
  );
}

type EndpointProps = Readonly<{ method: string; path: string; operation: Operation }>;

function Endpoint({ method, path, operation }: EndpointProps) {
  const body = operation.requestBody?.content["application/json"]?.schema;
  const [[status, answer] = []] = Object.entries(operation.responses);
  return (
    <article className="grid gap-2 border-t pt-4" id={operation.operationId}>
      <h3 className="flex flex-wrap items-baseline gap-2">
        <code className="font-semibold">{method}</code>
        <code className="break-all">{path}</code>
        <span className="ms-auto text-xs text-ink-3">{operation.description}</span>
      </h3>
      <p className="text-ink-2">{operation.summary}.</p>
      <dl className="grid gap-1 text-xs">
        {operation.parameters.map((one) => (
          <div className="grid gap-x-4 sm:grid-cols-[12rem_1fr]" key={one.name}>
            <dt>
              <code>{one.name}</code> <span className="text-ink-3">{one.in}</span>
            </dt>
            <dd className="text-ink-2">{one.description ?? String(one.schema["description"] ?? "")}</dd>
          </div>
        ))}
      </dl>
      {body && <Fold title={t("Body")} value={body} />}
      {answer && (
        <Fold
          title={t("Answer {status}", { status: status ?? "" })}
          value={answer.content["application/json"]?.schema}
        />
      )}
    </article>
  );
}

const Fold = ({ title, value }: Readonly<{ title: string; value: unknown }>) => (
  <details>
    <summary className="cursor-pointer text-xs font-medium text-ink-2">{title}</summary>
    <Block value={value} />
  </details>
);

const Block = ({ value }: Readonly<{ value: unknown }>) => (
  <pre dir="ltr" className="rounded-md break-all whitespace-pre-wrap bg-sunken p-3 text-xs">
    {typeof value === "string" ? value : JSON.stringify(value, null, 2)}
  </pre>
);
