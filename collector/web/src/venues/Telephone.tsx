// A number to call, copied in one click.
import { useEffect, useState } from "react";
import { Dash } from "../time/Age";
import { useWords } from "../words/words";

const SHOWN_MS = 1600;

export async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Plain HTTP on an office network has no clipboard interface.
    const field = document.createElement("textarea");
    field.value = text;
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
}

export function Telephone({ telephone, large }: { telephone: string | null; large?: boolean }) {
  const { t } = useWords();
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = window.setTimeout(() => setCopied(false), SHOWN_MS);
    return () => window.clearTimeout(timer);
  }, [copied]);
  if (telephone === null) return <Dash why={t("missing.unset")} />;
  return (
    <button
      type="button"
      className={large ? "telephone is-large num" : "telephone num"}
      data-testid="telephone"
      aria-label={t("venues.copy.label", { telephone })}
      onClick={async (event) => {
        event.stopPropagation();
        await copy(telephone);
        setCopied(true);
      }}
    >
      {telephone}
      <small aria-live="polite">{t(copied ? "venues.copied" : "venues.copy")}</small>
    </button>
  );
}
