// The form of a joint test: its fields, and how one that was filled in is read.
import type { Sheet, SheetMark } from "../api/names";
import type { Standing } from "../state/classes";
import { Mark, State } from "../state/Mark";
import { timestamp } from "../time/age";
import { MomentField } from "../time/TimeField";
import { useWords } from "../words/words";
import { CONCLUSIONS, type Draft, MARKS, POINTS, wrongIn } from "./sheet";

const LOOK: Record<SheetMark, Standing> = {
  untested: "never",
  normal: "pass",
  fixed: "degraded",
  abnormal: "fail",
  none: "excluded",
};

export function SheetFields({ draft, change }: { draft: Draft; change: (some: Partial<Draft>) => void }) {
  const { t } = useWords();
  const wrong = wrongIn(draft);
  const line = (name: "system" | "network" | "problem" | "handling", most: number) => (
    <label>
      {t(`owed.sheet.${name}`)}
      <input
        value={draft[name]}
        maxLength={most}
        data-testid={`sheet-${name}`}
        onChange={(event) => change({ [name]: event.target.value })}
      />
    </label>
  );
  return (
    <fieldset className="owed-sheet" aria-label={t("owed.sheet")} data-testid="sheet">
      {line("system", 64)}
      {line("network", 64)}
      <div className="owed-at">
        {t("owed.sheet.joined")}
        <MomentField value={draft.joined} label={t("owed.sheet.joined")} set={(joined) => change({ joined })} />
      </div>
      <div className="owed-points">
        {POINTS.map((point) => (
          <label key={point}>
            <Mark of={LOOK[draft.marks[point]]} />
            {t(`owed.point.${point}`)}
            <select
              value={draft.marks[point]}
              data-testid={`point-${point}`}
              onChange={(event) => change({ marks: { ...draft.marks, [point]: event.target.value as SheetMark } })}
            >
              {MARKS.map((mark) => (
                <option key={mark} value={mark}>
                  {t(`owed.mark.${mark}`)}
                </option>
              ))}
            </select>
          </label>
        ))}
      </div>
      <div className="owed-at">
        {t("owed.sheet.conclusion")}
        <span className="switch" role="group" aria-label={t("owed.sheet.conclusion")}>
          {CONCLUSIONS.map((one) => (
            <button
              key={one}
              type="button"
              aria-pressed={draft.conclusion === one}
              data-testid={`conclusion-${one}`}
              onClick={() => change({ conclusion: one })}
            >
              {t(`owed.mark.${one}`)}
            </button>
          ))}
        </span>
      </div>
      {draft.conclusion !== "normal" && line("problem", 500)}
      {draft.conclusion !== "normal" && line("handling", 500)}
      {wrong.length > 0 && (
        <small role="alert" className="is-degraded" data-testid="sheet-wrong">
          {wrong.map((one) => t(`owed.sheet.wrong.${one}`)).join(" ")}
        </small>
      )}
    </fieldset>
  );
}

/** Only what was looked at is told. */
export function SheetTold({ sheet, subject }: { sheet: Sheet; subject: string }) {
  const { t } = useWords();
  const seen = POINTS.filter((point) => sheet.marks[point] !== "untested");
  return (
    <div className="owed-told" data-testid="sheet-told">
      <p>
        <State of={LOOK[sheet.conclusion]} word={t(`owed.mark.${sheet.conclusion}`)} />{" "}
        <span className="soft" data-name="">
          {[sheet.system, sheet.network].filter(Boolean).join(" · ")}
        </span>{" "}
        {sheet.network === "" && (
          <span className="soft">
            {t("owed.sheet.network")} — {t(subject.includes("-") ? "owed.network.venue" : "owed.network.county")}
          </span>
        )}{" "}
        {sheet.joined_ms !== null && (
          <span className="soft num">
            {t("owed.sheet.joined")} {timestamp(sheet.joined_ms).slice(5, 16)}
          </span>
        )}
      </p>
      {seen.length > 0 && (
        <p className="owed-points">
          {seen.map((point) => (
            <span key={point}>
              <Mark of={LOOK[sheet.marks[point]]} /> {t(`owed.point.${point}`)} {t(`owed.mark.${sheet.marks[point]}`)}
            </span>
          ))}
        </p>
      )}
      {sheet.problem && (
        <p>
          {t("owed.sheet.problem")} <span data-name="">{sheet.problem}</span>
          {sheet.handling && (
            <>
              {" · "}
              {t("owed.sheet.handling")} <span data-name="">{sheet.handling}</span>
            </>
          )}
        </p>
      )}
    </div>
  );
}
