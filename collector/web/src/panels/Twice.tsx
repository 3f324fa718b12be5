// What takes something away is pressed twice: the first press says what the second does.
import { useEffect, useState } from "react";
import { useWords } from "../words/words";

const SHOWN_MS = 4_000;

export function Twice({ word, what, testid }: { word: string; what: () => void; testid?: string }) {
  const { t } = useWords();
  const [sure, setSure] = useState(false);
  useEffect(() => {
    if (!sure) return undefined;
    const timer = window.setTimeout(() => setSure(false), SHOWN_MS);
    return () => window.clearTimeout(timer);
  }, [sure]);
  return (
    <button
      type="button"
      className={sure ? "plain is-sure" : "plain"}
      data-testid={testid}
      onClick={() => {
        if (sure) what();
        setSure(!sure);
      }}
    >
      {sure ? t("call.sure", { what: word }) : word}
    </button>
  );
}
