// Records a joint test: what is known now; the other end's word may come later.
import { useState } from "react";
import type { BoardPeriod, JointTest } from "../api/names";
import { now } from "../time/clock";
import { MomentField } from "../time/TimeField";
import { useWords } from "../words/words";
import { chinaTime, isSame, KINDS } from "./board";
import { SheetFields } from "./SheetFields";
import { type Draft, EMPTY, sheetOf, typed, wrongIn } from "./sheet";
import { type Save, sent } from "./TestsDialog";

export interface Who {
  person: string;
  telephone: string;
}

const NOBODY: Who = { person: "", telephone: "" };

export function WhoFields({ label, who, change }: { label: string; who: Who; change: (who: Who) => void }) {
  const { t } = useWords();
  return (
    <>
      <input
        aria-label={`${label} ${t("owed.person")}`}
        placeholder={t("owed.person")}
        maxLength={64}
        value={who.person}
        onChange={(event) => change({ ...who, person: event.target.value })}
      />
      <input
        aria-label={`${label} ${t("owed.telephone")}`}
        placeholder={t("owed.telephone")}
        maxLength={64}
        value={who.telephone}
        onChange={(event) => change({ ...who, telephone: event.target.value })}
      />
    </>
  );
}

interface NewTestProps {
  subject: string;
  kind: JointTest["kind"];
  /** 网络域 of the register; null: none is known. */
  network: string | null;
  period: BoardPeriod;
  save: Save;
}

export function NewTest({ subject, kind: usual, network, period, save }: NewTestProps) {
  const { t } = useWords();
  const [kind, setKind] = useState(usual);
  const [near, setNear] = useState(NOBODY);
  const [far, setFar] = useState(NOBODY);
  const [note, setNote] = useState("");
  /** Null: the test is only noted. */
  const [sheet, setSheet] = useState<Draft | null>(null);
  const [at, setAt] = useState(() => atFirst(period));
  const at_ms = chinaTime(at);
  const same = isSame(near, far);
  const whole = sheet === null || wrongIn(sheet).length === 0;
  const ready = at_ms !== null && whole && !same && (near.person.trim() !== "" || far.person.trim() !== "");
  const record = async () => {
    const end = (who: Who) => (who.person.trim() ? sent(who) : null);
    const saved = await save("/joint-tests", {
      subject,
      kind,
      at_ms,
      note: note.trim(),
      near: end(near),
      far: end(far),
      ...(sheet && { sheet: sheetOf(sheet) }),
    });
    if (saved) {
      setNote("");
      setFar(NOBODY);
      setSheet(null);
    }
  };
  return (
    <form
      className="new-test"
      aria-label={t("owed.add")}
      data-testid="new-test"
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) void record();
      }}
    >
      <h3>{t("owed.add")}</h3>
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
      <p className="owed-end" data-testid="new-near">
        {t("owed.near")} <WhoFields label={t("owed.near")} who={near} change={setNear} />
      </p>
      <p className="owed-end" data-testid="new-far">
        {t("owed.far")} <WhoFields label={t("owed.far")} who={far} change={setFar} />
      </p>
      {same && <small role="alert">{t("owed.same")}</small>}
      <label>
        {t("owed.add.note")}
        <input maxLength={500} value={note} onChange={(event) => setNote(event.target.value)} />
      </label>
      <label>
        <input
          type="checkbox"
          checked={sheet !== null}
          data-testid="sheet-fill"
          onChange={(event) => setSheet(event.target.checked ? { ...EMPTY, network: network ?? "" } : null)}
        />
        {t("owed.sheet.fill")}
      </label>
      {sheet && network === null && (
        <small className="soft" data-testid="network-missing">
          {t(subject.includes("-") ? "owed.network.venue" : "owed.network.county")}
        </small>
      )}
      {sheet && <SheetFields draft={sheet} change={(some) => setSheet({ ...sheet, ...some })} />}
      <button type="submit" className="plain" data-testid="new-save" disabled={!ready}>
        {t("owed.add.save")}
      </button>
    </form>
  );
}

/** Now, when the period is on; else its first moment, to be set by hand. */
function atFirst(period: BoardPeriod): string {
  const at = now() >= period.from_ms && now() < period.to_ms ? now() : period.from_ms;
  return typed(at);
}
