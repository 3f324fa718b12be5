// A piece of evidence, whatever it is: a picture, curves and a transcript are shown, a sound is played, anything else is described.
import { useQuery } from "@tanstack/react-query";
import { API } from "../api/fetch";
import { type EvidenceFile, evidenceQuery } from "../api/queries";
import { Loading } from "../panels/Notice";
import { Still } from "../roll_call/Still";
import { Plots } from "../venue/Curves";
import { useWords } from "../words/words";
import { kindOf, SHOWN_CHARS, sizeOf } from "./evidence";

export function EvidenceShown({ hash, name }: { hash: string; name: string }) {
  const { t } = useWords();
  const { data, error } = useQuery(evidenceQuery(hash));
  const kind = data ? kindOf(data.type) : null;
  return (
    <div className="run-evidence" data-testid="evidence-of" data-kind={kind ?? ""}>
      {data && (
        <p className="soft num">
          {t(`inspect.evidence.${kindOf(data.type)}`)} · {sizeOf(data.bytes)} ·{" "}
          <code className="seal-name" data-name="" title={hash}>
            {hash.slice(0, 12)}
          </code>
        </p>
      )}
      {!data && !error && <Loading />}
      {/* What is not there yet is asked for a few times more, as a still is. */}
      {(error || kind === "picture") && <Still hash={hash} name={name} />}
      {data && <Shown file={data} hash={hash} />}
      <a href={`${API}/evidence/${hash}`} target="_blank" rel="noreferrer">
        {t("inspect.evidence.open")}
      </a>
    </div>
  );
}

function Shown({ file, hash }: { file: EvidenceFile; hash: string }) {
  const { t } = useWords();
  switch (kindOf(file.type)) {
    case "picture":
      return null;
    case "curves":
      return <Plots data={file.json} />;
    case "text":
      return (
        <pre className="run-transcript" data-name="" data-testid="evidence-text">
          {file.text.slice(0, SHOWN_CHARS)}
          {file.text.length > SHOWN_CHARS && " …"}
        </pre>
      );
    case "sound":
      // biome-ignore lint/a11y/useMediaCaption: a test signal, in which nobody speaks
      return <audio controls preload="metadata" src={`${API}/evidence/${hash}`} data-testid="evidence-sound" />;
    case "other":
      return <p>{t("inspect.evidence.unseen", { type: file.type })}</p>;
  }
}
