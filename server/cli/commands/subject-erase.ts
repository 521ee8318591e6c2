import { erasureWordsOf } from "@/server/domain/subjects/erasure-kinds.schema";
import { askErasure, erasureOfTask } from "@/server/domain/subjects/erasures";
import { askErasureSchema } from "@/server/domain/subjects/subject.schema";
import { getTask } from "@/server/domain/tasks/tasks";
import { check, checkCount } from "../check";
import { BadInput, type Command } from "../command";
import { taskEnded } from "../task-ended";

export const subjectErase: Command = {
  summary:
    "Forgets a number or a person everywhere it may, says what the law keeps, and leaves a receipt in the trail.",
  options: {
    number: { value: "+49301234567", about: "of E.164" },
    person: { value: "address", about: "of mail; whether or not they have a seat" },
    reason: { value: "text", about: "who asked and when, for whoever reads the trail", required: true },
    "dry-run": { about: "counts what it would find, and changes nothing" },
    wait: { value: "600", about: "seconds to wait for the workers, who do it", fallback: "600" },
  },
  run: async (desk, given) => {
    const { number, person } = { number: given.text("number"), person: given.text("person") };
    if ((number === undefined) === (person === undefined)) throw new BadInput("Say either --number or --person.");
    const wait = checkCount("wait", given.text("wait"), 600);
    const typed = { about: number ?? person, reason: given.must("reason") };
    const asked = check(askErasureSchema, typed, { about: number === undefined ? "person" : "number" });
    if ((asked.about.kind === "number") !== (number !== undefined))
      throw new BadInput("--number is one, --person is an address.");
    const operator = await desk.operator();
    const countsOnly = given.flag("dry-run");
    const { taskId } = await desk.change(operator, countsOnly ? "subject.count" : "subject.erase", async (tx) => {
      const result = await askErasure(tx, operator, { ...asked, countsOnly }, desk.actorName);
      return { subject: `erasure:${result.id}`, after: { kind: asked.about.kind, reason: asked.reason }, result };
    });
    await desk.publish(operator, ["tasks", "audit"]);
    await taskEnded((id) => desk.read(operator, (tx) => getTask(tx, operator, id)), taskId, wait);
    const { state, error, token, lines } = await desk.read(operator, (tx) => erasureOfTask(tx, operator, taskId));
    const value = { task: taskId, state, error, token, dryRun: countsOnly, lines };
    if (state !== "done") {
      const say = `The job ${taskId} is ${state}${error ? `: ${error}` : ". The workers go on with it"}.`;
      return { value, say, failed: state === "failed" };
    }
    const said = lines.map(({ relation, erased, held, kept }) => {
      const { name, does } = erasureWordsOf(relation);
      const counts = [erased > 0n && `${erased}`, held > 0n && `${held} held`, kept > 0n && `${kept} kept`].filter(
        Boolean,
      );
      return `${name}: ${counts.join(", ")} (${does})`;
    });
    return { value, say: said.length === 0 ? "Nothing is known." : said.join("\n") };
  },
};
