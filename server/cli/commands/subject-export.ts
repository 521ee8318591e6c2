import { open } from "node:fs/promises";

import { pseudonymKeyOf, tokensOf } from "@/server/domain/retention/pseudonym.rules";
import { aboutNumber } from "@/server/domain/subjects/about-number";
import { aboutPerson } from "@/server/domain/subjects/about-person";
import { type Kept, type Section, subjectFile } from "@/server/domain/subjects/subject-file";
import { DomainError } from "@/server/kernel/errors";
import { BadInput, type Command } from "../command";
import type { Desk } from "../desk";

const PATIENCE_MS = 600_000;

export const subjectExport: Command = {
  summary: "Writes everything that is known about a number or a person, and why each of it is kept.",
  options: {
    number: { value: "+49301234567", about: "of E.164" },
    person: { value: "address", about: "the e-mail address of somebody with a seat" },
    out: { value: "file", about: "a new file of JSON lines, which only this account may read", required: true },
  },
  run: async (desk, given) => {
    const { number, person } = { number: given.text("number"), person: given.text("person") };
    if ((number === undefined) === (person === undefined)) throw new BadInput("Say either --number or --person.");
    const { sections, subject, personId } =
      number === undefined ? await sectionsOfPerson(desk, person ?? "") : sectionsOfNumber(desk, number);
    const file = given.must("out");
    const handle = await open(file, "wx", 0o600).catch((error: NodeJS.ErrnoException) => {
      const why = error.code === "EEXIST" ? "there is a file of that name already" : "no file can be made there";
      throw new BadInput(`--out ${file}: ${why}.`);
    });
    const operator = await desk.operator();
    let kept: readonly Kept[] = [];
    try {
      await desk.change(operator, "subject.export", async () => ({ subject, result: undefined }));
      await desk.readAll(async (tx) => {
        const lines = subjectFile(tx, operator, sections, personId);
        for (let next = await lines.next(); ; next = await lines.next()) {
          if (next.done) {
            kept = next.value;
            break;
          }
          await handle.write(next.value);
        }
      }, PATIENCE_MS);
      await handle.sync();
    } finally {
      await handle.close();
    }
    const say =
      kept.length === 0
        ? "Nothing is known."
        : kept.map(({ section, rows, goes }) => `${rows} × ${section}: ${goes}`).join("\n");
    return { value: { file, kept }, say };
  },
};

type About = Readonly<{ sections: readonly Section[]; subject: string; personId?: string }>;

/** The trail names the number by its token: who asked is for years, the number is not. */
function sectionsOfNumber(desk: Desk, typed: string): About {
  const digits = typed.replace(/[\s()./+-]/g, "");
  if (!typed.trim().startsWith("+") || !/^[1-9]\d{5,14}$/.test(digits))
    throw new BadInput("--number: like +49301234567.");
  const call = { kind: "external", dialled: digits, to_e164: digits, from_number: null, prefix: "" };
  const { to } = tokensOf(call, pseudonymKeyOf(desk.place.secrets["AUTH_SECRET"] ?? desk.place.databaseUrl), "subject");
  return { sections: aboutNumber(digits), subject: `number:${to}` };
}

async function sectionsOfPerson(desk: Desk, typed: string): Promise<About> {
  const email = typed.trim().toLowerCase();
  const person = await desk.readAll((tx) => tx.person.findFirst({ where: { email }, select: { id: true } }));
  if (!person) throw new DomainError("not_found", { person: email }, "Nobody with that address has a seat here.");
  return { sections: aboutPerson(person.id, email), subject: `person:${person.id}`, personId: person.id };
}
