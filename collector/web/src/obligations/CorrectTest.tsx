// What is said of a joint test, filled in or corrected later: what both ends confirmed stays in force until both confirmed the correction.
import { useState } from "react";
import type { JointTest } from "../api/names";
import { useBusy } from "../state/use_busy";
import { useWords } from "../words/words";
import { NOBODY, saidOf, sent, testDraftOf } from "./sheet";
import { TestFields, WhoFields } from "./TestFields";
import type { Save } from "./TestsDialog";

interface CorrectProps {
  test: JointTest;
  /** 网络域 of the register; null: none is known. */
  network: string | null;
  save: Save;
  close: () => void;
}

export function CorrectTest({ test, network, save, close }: CorrectProps) {
  const { t } = useWords();
  const last = test.correction ?? test;
  const [draft, setDraft] = useState(() => testDraftOf(last));
  const [who, setWho] = useState(NOBODY);
  const [end, setEnd] = useState<"" | "near" | "far">("");
  const [reason, setReason] = useState("");
  const [busy, run] = useBusy();
  const said = saidOf(draft, last.at_ms);
  const explained = !test.counts || reason.trim() !== "";
  const ready = said !== null && explained && who.person.trim() !== "";
  const correct = async () => {
    const by = { ...sent(who), end: end || null, reason: reason.trim() };
    if (await save(`/joint-tests/${test.id}/correct`, { ...said, ...by })) close();
  };
  return (
    <form
      className="new-test"
      aria-label={t("owed.correct")}
      data-testid="correct-test"
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) run(correct);
      }}
    >
      <p className="soft">{t(test.counts ? "owed.correct.counts" : "owed.correct.open")}</p>
      <TestFields
        subject={test.subject}
        network={network}
        draft={draft}
        change={(some) => setDraft((was) => ({ ...was, ...some }))}
        filled={Boolean(last.sheet)}
      />
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
      <p className="owed-end">
        <button type="submit" className="plain is-first" data-testid="correct-save" disabled={!ready || busy}>
          {t(test.counts ? "owed.correct.propose" : "owed.correct.save")}
        </button>
        <button type="button" className="plain" onClick={close}>
          {t("pad.cancel")}
        </button>
      </p>
    </form>
  );
}
