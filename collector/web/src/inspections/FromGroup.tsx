// Fills a plan with whom a saved group holds now; the plan goes its own way afterwards.
import { useQuery } from "@tanstack/react-query";
import { chosenIn, chosenOut, withChosen } from "../roll_call/form";
import { groupsQuery } from "../roll_call/kept_queries";
import { useWords } from "../words/words";
import type { PartProps } from "./PlanForm";

export function FromGroup({ draft, change }: PartProps) {
  const { t } = useWords();
  const { data } = useQuery(groupsQuery);
  if (!data || data.items.length === 0) return null;
  return (
    <div className="plan-part plan-line" role="group" aria-label={t("plan.group")}>
      <span title={t("plan.group.what")}>{t("plan.group")}</span>
      {data.items.map((group) => (
        <button
          key={group.id}
          type="button"
          className="plain"
          data-testid={`from-group-${group.id}`}
          onClick={() => {
            const whole = draft.include.every((one) => one.code === "35");
            const own = whole ? [] : draft.include;
            change({
              include: chosenIn(group).reduce(withChosen, own),
              without: chosenOut(group).reduce(withChosen, whole ? [] : draft.without),
            });
          }}
        >
          <span data-name="">{group.name}</span>
        </button>
      ))}
      <small className="soft">{t("plan.group.what")}</small>
    </div>
  );
}
