import type { Page } from "@playwright/test";

export type Answer = Readonly<{ status: number; data: unknown }>;

/** Does something as the person who is signed in on this page, as its own buttons would; each of the inputs, in one request. */
export const actOften = (page: Page, procedure: string, inputs: readonly object[]): Promise<readonly Answer[]> =>
  page.evaluate(
    async ([name, all]) => {
      const path = all.map(() => name).join(",");
      const body = JSON.stringify(Object.fromEntries(all.map((input, at) => [at, { json: input }])));
      const headers = { "content-type": "application/json" };
      const answer = await fetch(`/api/trpc/${path}?batch=1`, { method: "POST", headers, body });
      const each: { result?: { data: { json: unknown } }; error?: { json: { data: { httpStatus: number } } } }[] =
        await answer.json();
      return each.map(({ result, error }) => ({
        status: error?.json.data.httpStatus ?? 200,
        data: result?.data.json,
      }));
    },
    [procedure, inputs] as const,
  );

export async function act(page: Page, procedure: string, input: object): Promise<Answer> {
  const [answer] = await actOften(page, procedure, [input]);
  if (!answer) throw new Error(`${procedure} was not answered`);
  return answer;
}
