// What may be done about a matter: chosen, said who does it and why, then done.
import { useState } from "react";
import { ApiProblem, post } from "../api/fetch";
import type { NewRectifyStep, RectifyItem } from "../api/names";
import { client } from "../api/queries";
import { Said } from "../inspections/Said";
import { OPERATOR } from "../roll_call/form";
import { keep, recall } from "../state/kept";
import { useBusy } from "../state/use_busy";
import { now } from "../time/clock";
import { useWords } from "../words/words";
import { type Act, actsOf, dayOfDue, dueOf, needsReason } from "./ledger";

const DEADLINE_MS = 15_000;

export function Steps({ item }: { item: RectifyItem }) {
  const { t } = useWords();
  const [act, setAct] = useState<Act | null>(null);
  return (
    <section className="matter-steps" data-testid="matter-steps">
      <div className="chips">
        {actsOf(item.state).map((one) => (
          <button
            key={one}
            type="button"
            className="plain"
            aria-pressed={act === one}
            data-testid={`do-${one}`}
            onClick={() => setAct(act === one ? null : one)}
          >
            {t(`rectify.act.${one}`)}
          </button>
        ))}
      </div>
      {act && <Form key={act} act={act} item={item} done={() => setAct(null)} />}
    </section>
  );
}

function Form({ act, item, done }: { act: Act; item: RectifyItem; done: () => void }) {
  const { t } = useWords();
  const [person, setPerson] = useState(recall(OPERATOR) ?? "");
  const [note, setNote] = useState("");
  const [advice, setAdvice] = useState(item.advice);
  const [unit, setUnit] = useState(item.unit);
  const [day, setDay] = useState(dayOfDue(item.due_ms));
  const [problem, setProblem] = useState<Error | null>(null);
  const [busy, run] = useBusy();
  const due_ms = dueOf(day);
  const task = due_ms !== null && due_ms > now() && unit.trim() !== "";
  const reasoned = !needsReason(act, item.state) || note.trim() !== "";
  const ready = person.trim() !== "" && reasoned && (act !== "changed" || task);
  const go = async () => {
    setProblem(null);
    keep(OPERATOR, person.trim());
    const said = { person: person.trim(), note: note.trim() };
    const step: NewRectifyStep =
      act === "passed" || act === "failed"
        ? { step: "retested", passed: act === "passed", ...said }
        : act === "changed"
          ? { step: "changed", advice: advice.trim(), unit: unit.trim(), due_ms: due_ms ?? 0, ...said }
          : { step: act, ...said };
    try {
      await post(`/rectifications/${item.id}/steps`, step, DEADLINE_MS);
      done();
    } catch (error) {
      setProblem(error instanceof Error ? error : new ApiProblem(0, "", null));
    }
    void client.invalidateQueries({ queryKey: ["rectifications"] });
  };
  return (
    <form
      data-testid="step-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) run(go);
      }}
    >
      <p className="soft">{t(`rectify.act.${act}.what`)}</p>
      {act === "changed" && (
        <>
          <label>
            {t("rectify.head.unit")}
            <input value={unit} maxLength={64} onChange={(event) => setUnit(event.target.value)} />
          </label>
          <label>
            {t("rectify.advice")}
            <input value={advice} maxLength={500} onChange={(event) => setAdvice(event.target.value)} />
          </label>
          <label>
            {t("rectify.head.due")}
            <input type="date" value={day} onChange={(event) => setDay(event.target.value)} />
          </label>
        </>
      )}
      <label>
        {t("inspect.person")}
        <input value={person} maxLength={64} data-testid="step-person" onChange={(e) => setPerson(e.target.value)} />
      </label>
      <label>
        {t(needsReason(act, item.state) ? "rectify.reason" : "inspect.note")}
        <input value={note} maxLength={500} data-testid="step-note" onChange={(e) => setNote(e.target.value)} />
      </label>
      <button type="submit" className="plain is-first" disabled={!ready || busy} data-testid="step-go">
        {t(`rectify.act.${act}`)}
      </button>
      {problem && <Said problem={problem} />}
    </form>
  );
}
