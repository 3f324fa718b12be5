// Who changed a rule when, and what it said before.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { RuleKind } from "../api/names";
import { ruleChangesQuery } from "../api/queries";
import { Failed } from "../panels/Notice";
import { timestamp } from "../time/age";
import { useWords } from "../words/words";
import { partTold } from "./rule_changes";

export function RuleChanges({ kind }: { kind: RuleKind }) {
  const { t, n } = useWords();
  const [open, setOpen] = useState(false);
  return (
    <details data-testid={`rule-changes-${kind}`} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="soft">{t("rules.changes")}</summary>
      {open && <List kind={kind} count={n} />}
    </details>
  );
}

function List({ kind, count }: { kind: RuleKind; count: (n: number) => string }) {
  const words = useWords();
  const { t } = words;
  const { data, error, refetch } = useQuery(ruleChangesQuery(kind));
  if (error && !data) return <Failed error={error} retry={refetch} />;
  if (!data) return null;
  if (data.total === 0) return <p className="soft">{t("rules.changes.none")}</p>;
  return (
    <>
      <ol className="response-history">
        {data.items.map((one) => (
          <li key={`${one.at_ms} ${one.person} ${one.parts.map((part) => part.name).join(" ")}`}>
            <span className="num soft">{timestamp(one.at_ms).slice(0, 16)}</span> <b data-name="">{one.person}</b>{" "}
            {one.parts.map((part) => (
              <span key={part.name}>{partTold(part, words)} </span>
            ))}
          </li>
        ))}
      </ol>
      {data.total > data.items.length && (
        <p className="soft">{t("rules.changes.more", { n: count(data.total - data.items.length) })}</p>
      )}
    </>
  );
}
