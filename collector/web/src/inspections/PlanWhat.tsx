// What a plan or a template is, and which tests run in it.
import type { InspectionKind } from "../api/names";
import { isKey, useWords } from "../words/words";
import type { PartProps } from "./PlanForm";
import { kindsShown } from "./plan";
import { KINDS } from "./run";

export function Name({ draft, change }: PartProps) {
  const { t } = useWords();
  return (
    <label className="call-field">
      <span>{t("plan.name")}</span>
      <input
        value={draft.title}
        maxLength={128}
        data-testid="plan-name"
        onChange={(event) => change({ title: event.target.value })}
      />
    </label>
  );
}

export function Kind({ draft, change }: PartProps) {
  const { t } = useWords();
  return (
    <label className="call-field">
      <span>{t("plan.kind")}</span>
      <select value={draft.kind} onChange={(event) => change({ kind: event.target.value as InspectionKind })}>
        {KINDS.map((kind) => (
          <option key={kind} value={kind}>
            {t(`inspect.kind.${kind}`)}
          </option>
        ))}
      </select>
    </label>
  );
}

export function What({ draft, change }: PartProps) {
  const { t } = useWords();
  return (
    <div className="plan-what">
      <Name draft={draft} change={change} />
      <Kind draft={draft} change={change} />
      <label className="call-field">
        <span>{t("inspect.person")}</span>
        <input
          value={draft.operator}
          maxLength={64}
          data-testid="plan-operator"
          onChange={(event) => change({ operator: event.target.value })}
        />
      </label>
      <label className="call-field">
        <span>{t("call.basis")}</span>
        <input value={draft.basis} maxLength={128} onChange={(event) => change({ basis: event.target.value })} />
      </label>
    </div>
  );
}

export function Probes({ draft, change }: PartProps) {
  const { t } = useWords();
  const toggle = (kind: string) => {
    const has = draft.probe_list.includes(kind);
    change({ probe_list: has ? draft.probe_list.filter((one) => one !== kind) : [...draft.probe_list, kind] });
  };
  return (
    <fieldset className="plan-part" aria-label={t("plan.probes")}>
      <b>{t("plan.probes")}</b>
      <div className="chips">
        {(["all", "kinds", "none"] as const).map((mode) => (
          <button
            key={mode}
            type="button"
            className="plain"
            aria-pressed={draft.probe_mode === mode}
            data-testid={`probes-${mode}`}
            onClick={() => change({ probe_mode: mode, probe_list: [] })}
          >
            {t(`plan.probes.${mode}`)}
          </button>
        ))}
        {draft.probe_mode === "ids" && (
          <span className="soft">{t("plan.probes.ids", { n: draft.probe_list.length })}</span>
        )}
      </div>
      {draft.probe_mode === "kinds" && (
        <div className="chips">
          {kindsShown(draft.probe_list).map((kind) => {
            const key = `kind.${kind}`;
            return (
              <button
                key={kind}
                type="button"
                className="plain"
                aria-pressed={draft.probe_list.includes(kind)}
                data-testid={`probe-${kind}`}
                onClick={() => toggle(kind)}
              >
                {isKey(key) ? t(key) : kind}
              </button>
            );
          })}
        </div>
      )}
      <label className="plan-loud">
        <input
          type="checkbox"
          checked={draft.confirmed}
          data-testid="plan-confirmed"
          onChange={(event) => change({ confirmed: event.target.checked })}
        />
        <span>
          <b>{t("plan.confirmed")}</b>
          <small className={draft.confirmed ? "is-degraded" : "soft"}>
            {t(draft.confirmed ? "inspect.loud" : "inspect.quiet")}
          </small>
        </span>
      </label>
    </fieldset>
  );
}
