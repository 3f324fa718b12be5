// Who signs a record, and why it is signed again: the same two fields wherever something is signed off.
import { useWords } from "../words/words";

interface SignFieldsProps {
  /** The fields are found in tests by what stands before `-by` and `-reason`. */
  name: string;
  by: string;
  setBy: (by: string) => void;
  /** Something was signed before, so that this is a correction. */
  signed: boolean;
  reason: string;
  setReason: (reason: string) => void;
}

export function SignFields({ name, by, setBy, signed, reason, setReason }: SignFieldsProps) {
  const { t } = useWords();
  return (
    <>
      <label className="call-field">
        <span>{t("call.record.by")}</span>
        <input value={by} maxLength={64} data-testid={`${name}-by`} onChange={(event) => setBy(event.target.value)} />
      </label>
      {signed && (
        <label className="call-field">
          <span>{t("call.record.reason")}</span>
          <input
            value={reason}
            maxLength={128}
            data-testid={`${name}-reason`}
            onChange={(event) => setReason(event.target.value)}
          />
        </label>
      )}
    </>
  );
}
