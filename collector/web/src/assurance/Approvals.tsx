// Named exceptions from a freeze: who allowed what, where, until when.
import { useState } from "react";
import { ApiProblem, post } from "../api/fetch";
import type { Approval, AssuranceAnswer } from "../api/names";
import { client } from "../api/queries";
import { Said } from "../inspections/Said";
import { chinaTime } from "../obligations/board";
import { Notice } from "../panels/Notice";
import { Panel } from "../panels/Panel";
import { OPERATOR } from "../roll_call/form";
import { WhereField } from "../roll_call/Scope";
import { keep, recall } from "../state/kept";
import { useBusy } from "../state/use_busy";
import { timestamp } from "../time/age";
import { now } from "../time/clock";
import { MomentField } from "../time/TimeField";
import { useWords } from "../words/words";

const DEADLINE_MS = 15_000;
const HOURS_4 = 4 * 3_600_000;

export function Approvals({ data }: { data: AssuranceAnswer }) {
  const { t } = useWords();
  const [adding, setAdding] = useState(false);
  const [asked, setAsked] = useState<number | null>(null);
  const [person, setPerson] = useState(recall(OPERATOR) ?? "");
  const [problem, setProblem] = useState<Error | null>(null);
  const frozen = data.places.some((one) => one.freeze);
  const withdraw = async (id: number) => {
    setProblem(null);
    keep(OPERATOR, person.trim());
    try {
      await post(`/assurance/approvals/${id}/revoke`, { person: person.trim() }, DEADLINE_MS);
    } catch (error) {
      setProblem(error instanceof Error ? error : new ApiProblem(0, "", null));
    }
    setAsked(null);
    void client.invalidateQueries({ queryKey: ["assurance"] });
  };
  const open = data.approvals.filter((one) => one.on);
  return (
    <Panel
      title={t("assure.approvals")}
      className="assurance-approvals"
      extra={
        frozen && (
          <button type="button" className="plain" data-testid="approve" onClick={() => setAdding(!adding)}>
            + {t("assure.approve")}
          </button>
        )
      }
    >
      {adding && <Form done={() => setAdding(false)} />}
      {problem && <Said problem={problem} />}
      {open.length === 0 && adding ? null : open.length === 0 ? (
        <Notice
          title={t(frozen ? "assure.approvals.none" : "assure.frozen.none")}
          next={frozen ? t("assure.approvals.none.next") : undefined}
        />
      ) : (
        <ul data-testid="approvals">
          {open.map((one) => (
            <li key={one.id}>
              <span>
                <b data-name="">{one.name}</b> <span data-name="">{one.what}</span>
                <small className="soft">
                  {t("assure.approved.by")} <b data-name="">{one.person}</b> ·{" "}
                  {t("rectify.until", { day: timestamp(one.until_ms).slice(5, 16) })}{" "}
                  <span data-name="">{one.reason}</span>
                </small>
              </span>
              {asked === one.id ? (
                <span className="approval-end">
                  <input
                    value={person}
                    maxLength={64}
                    aria-label={t("inspect.person")}
                    placeholder={t("inspect.person")}
                    onChange={(event) => setPerson(event.target.value)}
                  />
                  <button
                    type="button"
                    className="plain"
                    disabled={person.trim() === ""}
                    onClick={() => void withdraw(one.id)}
                  >
                    {t("assure.withdraw")}
                  </button>
                </span>
              ) : (
                <button type="button" className="plain" onClick={() => setAsked(one.id)}>
                  {t("assure.withdraw")}
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

function Form({ done }: { done: () => void }) {
  const { t } = useWords();
  const [said, setSaid] = useState(() => ({
    subject: "",
    what: "",
    person: "",
    reason: "",
    until: timestamp(now() + HOURS_4)
      .slice(0, 16)
      .replace(" ", "T"),
  }));
  const [problem, setProblem] = useState<Error | null>(null);
  const [busy, run] = useBusy();
  const until_ms = chinaTime(said.until);
  const filled = [said.subject, said.what, said.person, said.reason].every((text) => text.trim() !== "");
  const ready = filled && until_ms !== null && until_ms > now();
  const go = async () => {
    setProblem(null);
    const { until: _, subject, ...rest } = said;
    try {
      await post<Approval>("/assurance/approvals", { subject: subject.trim(), ...rest, until_ms }, DEADLINE_MS);
      done();
    } catch (error) {
      setProblem(error instanceof Error ? error : new ApiProblem(0, "", null));
    }
    void client.invalidateQueries({ queryKey: ["assurance"] });
  };
  return (
    <form
      className="response-form approve-form"
      data-testid="approve-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) run(go);
      }}
    >
      <WhereField code={said.subject} set={(subject) => setSaid({ ...said, subject })} testid="approve-subject" />
      {(["what", "person", "reason"] as const).map((name) => (
        <input
          key={name}
          value={said[name]}
          maxLength={name === "reason" ? 500 : 64}
          aria-label={t(`assure.approve.${name}`)}
          placeholder={t(`assure.approve.${name}`)}
          data-testid={`approve-${name}`}
          onChange={(event) => setSaid({ ...said, [name]: event.target.value })}
        />
      ))}
      <MomentField value={said.until} label={t("assure.approve.until")} set={(until) => setSaid({ ...said, until })} />
      <button type="submit" className="plain is-first" disabled={!ready || busy} data-testid="approve-go">
        {t("assure.approve.go")}
      </button>
      {problem && <Said problem={problem} />}
    </form>
  );
}
