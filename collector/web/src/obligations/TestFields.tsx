// What is said of a joint test, whether it is recorded or corrected: which, when, a note, its form; and who was at an end.
import type { JointTest } from "../api/names";
import { MomentField } from "../time/TimeField";
import { useWords } from "../words/words";
import { KINDS } from "./board";
import { SheetFields } from "./SheetFields";
import { EMPTY, type TestDraft, type Who } from "./sheet";

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

interface FieldsProps {
  subject: string;
  /** 网络域 of the register; null: none is known. */
  network: string | null;
  draft: TestDraft;
  change: (some: Partial<TestDraft>) => void;
  /** Its form was filled in before: it is corrected, not taken away. */
  filled?: boolean;
  /** Who was there: between when it was and what is noted. */
  children?: React.ReactNode;
}

export function TestFields({ subject, network, draft, change, filled = false, children }: FieldsProps) {
  const { t } = useWords();
  const { sheet } = draft;
  return (
    <>
      <label>
        {t("owed.add.kind")}
        <select value={draft.kind} onChange={(event) => change({ kind: event.target.value as JointTest["kind"] })}>
          {KINDS.map((one) => (
            <option key={one} value={one}>
              {t(`owed.kind.${one}`)}
            </option>
          ))}
        </select>
      </label>
      <div className="owed-at">
        {t("owed.add.at")}
        <MomentField value={draft.at} label={t("owed.add.at")} set={(at) => change({ at })} />
      </div>
      {children}
      <label>
        {t("owed.add.note")}
        <input maxLength={500} value={draft.note} onChange={(event) => change({ note: event.target.value })} />
      </label>
      {!filled && (
        <label>
          <input
            type="checkbox"
            checked={sheet !== null}
            data-testid="sheet-fill"
            onChange={(event) => change({ sheet: event.target.checked ? { ...EMPTY, network: network ?? "" } : null })}
          />
          {t("owed.sheet.fill")}
        </label>
      )}
      {sheet && !filled && network === null && (
        <small className="soft" data-testid="network-missing">
          {t(subject.includes("-") ? "owed.network.venue" : "owed.network.county")}
        </small>
      )}
      {sheet && <SheetFields draft={sheet} change={(some) => change({ sheet: { ...sheet, ...some } })} />}
    </>
  );
}
