// A saved group as the scope of a plan: followed, so that each run means who is in it then, or filled in once.
import { useQuery } from "@tanstack/react-query";
import { chosenIn, chosenOut, withChosen } from "../roll_call/form";
import { groupsQuery } from "../roll_call/kept_queries";
import { useWords } from "../words/words";
import type { PartProps } from "./PlanForm";

export function FollowGroup({ draft, change }: PartProps) {
  const { t } = useWords();
  const { data } = useQuery(groupsQuery);
  const groups = data?.items ?? [];
  const gone = data !== undefined && draft.group !== null && groups.every((group) => group.id !== draft.group);
  if (groups.length === 0 && draft.group === null) return null;
  return (
    <div className="plan-part plan-line">
      <label title={t("plan.follow.what")}>
        {t("plan.follow")}{" "}
        <select
          value={draft.group ?? ""}
          data-testid="plan-follow"
          onChange={(event) => change({ group: event.target.value === "" ? null : Number(event.target.value) })}
        >
          <option value="">{t("plan.follow.none")}</option>
          {gone && <option value={draft.group ?? ""}>{t("plan.follow.removed")}</option>}
          {groups.map((group) => (
            <option key={group.id} value={group.id} data-name="">
              {group.name}
            </option>
          ))}
        </select>
      </label>
      <small className={gone ? "is-degraded" : "soft"}>{t(gone ? "plan.follow.gone" : "plan.follow.what")}</small>
    </div>
  );
}

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
