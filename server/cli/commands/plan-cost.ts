import { setCostPlan } from "@/server/domain/limits/cost-plan";
import { BadInput, type Command } from "../command";
import { planNamed } from "../plan-named";

export const planCost: Command = {
  summary:
    "Which plan of the operator says what its carriers ask. What would be sold for less is refused, unless it says so.",
  options: {
    plan: { value: "name", about: "the plan, of the operator; or" },
    none: { about: "nothing is compared" },
  },
  run: async (desk, given) => {
    const name = given.text("plan");
    if ((name === undefined) !== given.flag("none")) throw new BadInput("Give either --plan or --none.");
    const operator = await desk.operator();
    const plan = name === undefined ? undefined : await planNamed(desk, name, undefined);
    const { before, after } = await desk.change(operator, "limits.set_cost_plan", async (tx) => {
      const result = await setCostPlan(tx, plan?.id ?? null);
      return {
        subject: `tenant:${operator}`,
        before: { costPlan: result.before },
        after: { costPlan: result.after },
        result,
      };
    });
    await desk.publish(operator, ["balance", "audit"]);
    return {
      value: { costPlan: after, before },
      say: after === null ? "Nothing is compared with what carriers ask." : `${after} says what carriers ask.`,
    };
  },
};
