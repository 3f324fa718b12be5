// A link for somebody in the room, who answers a call or hands a record in on a phone. It is told once and works once.

import { useState } from "react";
import { post } from "../api/fetch";
import type { MadeLink as Made } from "../api/names";
import { recall } from "../state/kept";
import { useBusy } from "../state/use_busy";
import { timestamp } from "../time/age";
import { copy } from "../venues/Telephone";
import { useWords } from "../words/words";
import { OPERATOR } from "./form";

const DEADLINE_MS = 15_000;

interface Props {
  /** Where one is made. */
  path: string;
  label: string;
  /** What becomes of it. */
  what: string;
  /** Why there is none, when HQ does not say it. */
  none: string;
}

export function PhoneLink({ path, label, what, none }: Props) {
  const { t, refusal } = useWords();
  const [made, setMade] = useState<Made | null>(null);
  const [failed, setFailed] = useState<unknown>(null);
  const [copied, setCopied] = useState(false);
  const [busy, run] = useBusy();
  const make = async () => {
    setFailed(null);
    setCopied(false);
    try {
      const by = recall(OPERATOR) ?? "";
      setMade(await post<Made>(path, { by }, DEADLINE_MS));
    } catch (error) {
      setFailed(error);
    }
  };
  const address = made && window.location.origin + made.path;
  return (
    <div className="call-link">
      <button
        type="button"
        className="plain"
        title={what}
        data-testid="link-make"
        disabled={busy}
        onClick={() => run(make)}
      >
        {label}
      </button>
      {address && made && (
        <>
          <code data-testid="link-address">{address}</code>
          <button
            type="button"
            className="plain"
            data-testid="link-copy"
            onClick={() => void copy(address).then(() => setCopied(true))}
          >
            {t(copied ? "call.link.copied" : "call.link.copy")}
          </button>
          <small className="soft">
            {t("call.link.until", { time: timestamp(made.until_ms).slice(5, 16) })} · {what}
          </small>
        </>
      )}
      {failed !== null && (
        <p className="call-problem" role="alert">
          {refusal(failed) ?? none}
        </p>
      )}
    </div>
  );
}
