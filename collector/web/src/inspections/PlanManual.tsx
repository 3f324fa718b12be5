// What people look at, with the standard that it is held to.
import { useWords } from "../words/words";
import type { PartProps } from "./PlanForm";
import { freeKey } from "./plan";

export function PlanManual({ draft, change }: PartProps) {
  const { t } = useWords();
  const { manual } = draft;
  const put = (at: number, some: { title?: string; standard?: string }) =>
    change({ manual: manual.map((item, place) => (place === at ? { ...item, ...some } : item)) });
  return (
    <fieldset className="plan-part" aria-label={t("plan.manual")}>
      <b>{t("plan.manual")}</b>
      {manual.map((item, at) => (
        <div key={item.key} className="plan-manual" data-testid={`plan-item-${item.key}`}>
          <input
            value={item.title}
            maxLength={128}
            aria-label={t("plan.manual.name")}
            placeholder={t("plan.manual.name")}
            onChange={(event) => put(at, { title: event.target.value })}
          />
          <input
            value={item.standard}
            maxLength={128}
            aria-label={t("plan.manual.standard")}
            placeholder={t("plan.manual.standard")}
            onChange={(event) => put(at, { standard: event.target.value })}
          />
          <button
            type="button"
            className="plain"
            aria-label={`${t("call.scope.remove")} ${item.title}`}
            onClick={() => change({ manual: manual.filter((other) => other !== item) })}
          >
            ×
          </button>
        </div>
      ))}
      <button
        type="button"
        className="plain plan-add"
        data-testid="plan-add-item"
        onClick={() => change({ manual: [...manual, { key: freeKey(manual), title: "", standard: "" }] })}
      >
        + {t("plan.manual.add")}
      </button>
    </fieldset>
  );
}
