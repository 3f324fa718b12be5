// A link for somebody in the room, who answers on a phone. It is told once, works once and ends with the call.
import { useState } from "react";
import { post } from "../api/fetch";
import { recall } from "../state/kept";
import { timestamp } from "../time/age";
import { copy } from "../venues/Telephone";
import { useWords } from "../words/words";
import { OPERATOR } from "./form";
import type { PhoneLink as Made } from "./shapes";

const DEADLINE_MS = 15_000;

export function PhoneLink({ call, venue }: { call: number; venue: string }) {
  const { t } = useWords();
  const [made, setMade] = useState<Made | null>(null);
  const [failed, setFailed] = useState(false);
  const [copied, setCopied] = useState(false);
  const make = async () => {
    setFailed(false);
    setCopied(false);
    try {
      const by = recall(OPERATOR) ?? "";
      setMade(await post<Made>(`/roll-calls/${call}/venues/${encodeURIComponent(venue)}/link`, { by }, DEADLINE_MS));
    } catch {
      setFailed(true);
    }
  };
  const address = made && window.location.origin + made.path;
  return (
    <div className="call-link">
      <button
        type="button"
        className="plain"
        title={t("call.link.what")}
        data-testid="link-make"
        onClick={() => void make()}
      >
        {t("call.link")}
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
            {t("call.link.until", { time: timestamp(made.until_ms).slice(11, 16) })} · {t("call.link.what")}
          </small>
        </>
      )}
      {failed && (
        <p className="call-problem" role="alert">
          {t("call.link.failed")}
        </p>
      )}
    </div>
  );
}
