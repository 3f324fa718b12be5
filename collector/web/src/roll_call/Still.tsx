// The still that a box took for a call. It is uploaded beside the answer: what is not there yet is asked for a few times more.
import { useEffect, useState } from "react";
import { API } from "../api/fetch";
import { useWords } from "../words/words";

const AGAIN_MS = 2_000;
const TIMES = 8;

export function Still({ hash, name }: { hash: string; name: string }) {
  const { t } = useWords();
  const [times, setTimes] = useState(0);
  const [missing, setMissing] = useState(false);
  useEffect(() => {
    if (!missing || times >= TIMES) return undefined;
    const timer = window.setTimeout(() => {
      setTimes(times + 1);
      setMissing(false);
    }, AGAIN_MS);
    return () => window.clearTimeout(timer);
  }, [missing, times]);
  return (
    <figure className="call-still" data-testid="call-still">
      {missing ? (
        <figcaption className="soft">{t(times >= TIMES ? "call.still.none" : "call.still.coming")}</figcaption>
      ) : (
        <img
          key={times}
          src={`${API}/evidence/${hash}`}
          alt={t("call.still", { name })}
          data-name=""
          onError={() => setMissing(true)}
        />
      )}
    </figure>
  );
}
