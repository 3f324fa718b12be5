// What is said of a joint test, filled in or corrected later: what both ends confirmed stays in force until both confirmed the correction.
import { useState } from "react";
import type { JointTest } from "../api/names";
import { MomentField } from "../time/TimeField";
import { useWords } from "../words/words";
import { chinaTime, KINDS } from "./board";
import { type Who, WhoFields } from "./NewTest";
import { SheetFields } from "./SheetFields";
import { type Draft, draftOf, EMPTY, sheetOf, typed, wrongIn } from "./sheet";
import { type Save, sent } from "./TestsDialog";

interface CorrectProps {
  test: JointTest;
  save: Save;
  close: () => void;
}

export function CorrectTest({ test, save, close }: CorrectProps) {
  const { t } = useWords();
  const last = test.correction ?? test;
  const [kind, setKind] = useState(last.kind);
  const [at, setAt] = useState(() => typed(last.at_ms));
  const [note, setNote] = useState(last.note);
  const [sheet, setSheet] = useState<Draft | null>(() => (last.sheet ? draftOf(last.sheet) : null));
  const [who, setWho] = useState<Who>({ person: "", telephone: "" });
  const [end, setEnd] = useState<"" | "near" | "far">("");
  const [reason, setReason] = useState("");
  const at_ms = chinaTime(at);
  const whole = sheet === null || wrongIn(sheet).length === 0;
  const explained = !test.counts || reason.trim() !== "";
  const ready = at_ms !== null && whole && explained && who.person.trim() !== "";
  const correct = async () => {
    const said = { kind, at_ms: at_ms === typedMs(last.at_ms) ? last.at_ms : at_ms, note: note.trim() };
    const form = sheet && { sheet: sheetOf(sheet) };
    const by = { ...sent(who), end: end || null, reason: reason.trim() };
    if (await save(`/joint-tests/${test.id}/correct`, { ...said, ...form, ...by })) close();
  };
  return (
    <form
      className="new-test"
      aria-label={t("owed.correct")}
      data-testid="correct-test"
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) void correct();
      }}
    >
      <p className="soft">{t(test.counts ? "owed.correct.counts" : "owed.correct.open")}</p>
      <label>
        {t("owed.add.kind")}
        <select value={kind} onChange={(event) => setKind(event.target.value as JointTest["kind"])}>
          {KINDS.map((one) => (
            <option key={one} value={one}>
              {t(`owed.kind.${one}`)}
            </option>
          ))}
        </select>
      </label>
      <div className="owed-at">
        {t("owed.add.at")}
        <MomentField value={at} label={t("owed.add.at")} set={setAt} />
      </div>
      <label>
        {t("owed.add.note")}
        <input maxLength={500} value={note} onChange={(event) => setNote(event.target.value)} />
      </label>
      {sheet === null ? (
        <label>
          <input type="checkbox" checked={false} data-testid="correct-fill" onChange={() => setSheet(EMPTY)} />
          {t("owed.sheet.fill")}
        </label>
      ) : (
        <SheetFields draft={sheet} change={(some) => setSheet({ ...sheet, ...some })} />
      )}
      <p className="owed-end" data-testid="correct-who">
        {t("owed.correct.by")} <WhoFields label={t("owed.correct.by")} who={who} change={setWho} />
        <select
          value={end}
          aria-label={t("owed.correct.end")}
          data-testid="correct-end"
          onChange={(event) => setEnd(event.target.value as "" | "near" | "far")}
        >
          <option value="">{t("owed.correct.end.none")}</option>
          {(["near", "far"] as const).map((one) => (
            <option key={one} value={one}>
              {t("owed.correct.end.too", { end: t(`owed.${one}`) })}
            </option>
          ))}
        </select>
      </p>
      {test.counts && (
        <label>
          {t("owed.correct.reason")}
          <input
            maxLength={500}
            value={reason}
            data-testid="correct-reason"
            onChange={(event) => setReason(event.target.value)}
          />
        </label>
      )}
      <button type="submit" className="plain" data-testid="correct-save" disabled={!ready}>
        {t(test.counts ? "owed.correct.propose" : "owed.correct.save")}
      </button>{" "}
      <button type="button" className="plain" onClick={close}>
        {t("pad.cancel")}
      </button>
    </form>
  );
}

/** What a field of minutes makes of a moment: an untouched one changes nothing. */
function typedMs(at_ms: number): number | null {
  return chinaTime(typed(at_ms));
}
