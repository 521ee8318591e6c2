const question = {
  pbx: /^[A-Za-z0-9_-]{1,40}$/,
  call: /^[A-Za-z0-9_.-]{1,80}$/,
  // Of the phone that calls, or of the trunk by which the call comes.
  endpoint: /^[A-Za-z0-9_.-]{1,80}$/,
  // Whatever the other side can send; the dialling rules judge it.
  dialled: /^.{0,128}$/s,
  cid: /^.{0,128}$/s,
  addr: /^[0-9A-Fa-f.:[\]]{0,64}$/,
  at: /^\d{1,17}$/,
} as const;

const forms = {
  "/v1/authorise": question,
  "/v1/authorise-inbound": question,
  "/v1/ended": {
    pbx: /^[A-Za-z0-9_-]{1,40}$/,
    call: /^[A-Za-z0-9_.-]{1,80}$/,
    talk_ms: /^\d{0,10}$/,
    status: /^[A-Z]{0,20}$/,
    cause: /^\d{0,3}$/,
    side: /^(?:caller|callee|limit|system)?$/,
    at: /^\d{1,17}$/,
  },
} as const satisfies Record<string, Record<string, RegExp>>;

export type FormPath = keyof typeof forms;
export type Form<P extends FormPath> = Readonly<Record<keyof (typeof forms)[P], string>>;

/**
 * Reads the body of a request: exactly the fields of its form, each once and of its kind.
 * @returns the name of the first field that is not as it should be, instead of the form.
 */
export function readForm<P extends FormPath>(path: P, body: string): Form<P> | string {
  const wanted: Record<string, RegExp> = forms[path];
  const given = [...new URLSearchParams(body)];
  const stranger = given.find(([name]) => !Object.hasOwn(wanted, name));
  if (stranger) return "an unknown field";
  for (const [name, form] of Object.entries(wanted)) {
    const values = given.filter(([own]) => own === name);
    if (values.length !== 1 || !form.test(values[0]?.[1] ?? "")) return name;
  }
  return Object.fromEntries(given) as Form<P>;
}
