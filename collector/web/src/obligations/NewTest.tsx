// Records a joint test: what is known now; the other end's word may come later.
import { useState } from "react";
import type { BoardPeriod, JointTest } from "../api/names";
import { useBusy } from "../state/use_busy";
import { now } from "../time/clock";
import { useWords } from "../words/words";
import { isSame } from "./board";
import { NOBODY, saidOf, sent, type TestDraft, typed, type Who } from "./sheet";
import { TestFields, WhoFields } from "./TestFields";
import type { Save } from "./TestsDialog";

interface NewTestProps {
  subject: string;
  kind: JointTest["kind"];
  /** 网络域 of the register; null: none is known. */
  network: string | null;
  period: BoardPeriod;
  save: Save;
}

export function NewTest({ subject, kind, network, period, save }: NewTestProps) {
  const { t } = useWords();
  const [draft, setDraft] = useState<TestDraft>(() => ({ kind, at: atFirst(period), note: "", sheet: null }));
  const [near, setNear] = useState(NOBODY);
  const [far, setFar] = useState(NOBODY);
  const [busy, run] = useBusy();
  const said = saidOf(draft);
  const same = isSame(near, far);
  const ready = said !== null && !same && (near.person.trim() !== "" || far.person.trim() !== "");
  const record = async () => {
    const end = (who: Who) => (who.person.trim() ? sent(who) : null);
    if (!(await save("/joint-tests", { subject, ...said, near: end(near), far: end(far) }))) return;
    setDraft((was) => ({ ...was, note: "", sheet: null }));
    setFar(NOBODY);
  };
  return (
    <form
      className="new-test"
      aria-label={t("owed.add")}
      data-testid="new-test"
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) run(record);
      }}
    >
      <h3>{t("owed.add")}</h3>
      <TestFields
        subject={subject}
        network={network}
        draft={draft}
        change={(some) => setDraft((was) => ({ ...was, ...some }))}
      >
        <p className="owed-end" data-testid="new-near">
          {t("owed.near")} <WhoFields label={t("owed.near")} who={near} change={setNear} />
        </p>
        <p className="owed-end" data-testid="new-far">
          {t("owed.far")} <WhoFields label={t("owed.far")} who={far} change={setFar} />
        </p>
        {same && <small role="alert">{t("owed.same")}</small>}
      </TestFields>
      <button type="submit" className="plain is-first" data-testid="new-save" disabled={!ready || busy}>
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
