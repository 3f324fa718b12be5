// 上报 of many records at once: how many of the place that is looked at lie with a level and are filled in, and all of them passed on.
import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { ApiProblem, post } from "../api/fetch";
import type { Lying, Passed } from "../api/names";
import { client, lyingQuery } from "../api/queries";
import { LEVELS, OPERATOR } from "../roll_call/form";
import { keep, recall } from "../state/kept";
import { useBusy } from "../state/use_busy";
import { useWords } from "../words/words";
import { levelOf } from "./look";
import { Said } from "./Said";

const DEADLINE_MS = 120_000;
const LEVEL = "avow.review.level";

/** `place`: empty for all. */
export function PassAll({ id, place }: { id: string; place: string }) {
  const { t, n } = useWords();
  const [level, setLevel] = useState(() => levelOf(recall(LEVEL) ?? "county"));
  const [person, setPerson] = useState(recall(OPERATOR) ?? "");
  const [passed, setPassed] = useState<number | null>(null);
  /** How many lie there still, while they are passed on. */
  const [left, setLeft] = useState<number | null>(null);
  const [stopped, setStopped] = useState(false);
  const stop = useRef(false);
  const [busy, run] = useBusy();
  const [problem, setProblem] = useState<Error | null>(null);
  const { data } = useQuery(lyingQuery(id, level, place));
  const go = async () => {
    setProblem(null);
    setPassed(null);
    setLeft(data?.ready ?? null);
    setStopped(false);
    stop.current = false;
    keep(OPERATOR, person.trim());
    const wanted = { level, place: place === "" ? null : place, person: person.trim() };
    let all = 0;
    try {
      // Part by part: a province is eighteen of them, and who sees that it is the wrong level stops there.
      for (let from: number | null = 0; from !== null && !stop.current; ) {
        const part: Passed = await post<Passed>(`/inspections/runs/${id}/review`, { ...wanted, from }, DEADLINE_MS);
        all += part.passed;
        setPassed(all);
        setLeft(part.lying.ready);
        from = part.next;
        setStopped(from !== null);
      }
    } catch (error) {
      setProblem(error instanceof Error ? error : new ApiProblem(0, "", null));
    }
    setLeft(null);
    void client.invalidateQueries({ queryKey: ["inspections"] });
  };
  return (
    <section className="run-review run-pass" data-testid="pass-all">
      <h4>
        {t("inspect.pass")}{" "}
        <small className="soft">{t(place === "" ? "inspect.pass.all" : "inspect.pass.place")}</small>
      </h4>
      <div className="run-next">
        <select
          value={level}
          aria-label={t("inspect.pass.level")}
          data-testid="pass-level"
          onChange={(event) => {
            keep(LEVEL, event.target.value);
            setPassed(null);
            setLevel(levelOf(event.target.value));
          }}
        >
          {LEVELS.map((one) => (
            <option key={one} value={one}>
              {t("inspect.pass.with", { level: t(`level.${one}`) })}
            </option>
          ))}
        </select>
        <span className="num soft" data-testid="pass-lying">
          {data ? told(data, t, n) : "—"}
        </span>
        <input
          value={person}
          maxLength={64}
          aria-label={t("inspect.person")}
          placeholder={t("inspect.person")}
          data-testid="pass-person"
          onChange={(event) => setPerson(event.target.value)}
        />
        <button
          type="button"
          className="plain is-first num"
          data-testid="pass-go"
          disabled={busy || person.trim() === "" || !data || data.ready === 0}
          onClick={() => run(go)}
        >
          {t("inspect.pass.go", { n: data ? n(data.ready) : "—" })}
        </button>
        {busy && (
          <button
            type="button"
            className="plain"
            data-testid="pass-stop"
            onClick={() => {
              stop.current = true;
            }}
          >
            {t("inspect.pass.stop")}
          </button>
        )}
      </div>
      {passed !== null && (
        <p role="status" data-testid="pass-done">
          {busy && left !== null
            ? t("inspect.pass.going", { n: n(passed), left: n(left) })
            : t(stopped ? "inspect.pass.left" : "inspect.pass.done", { n: n(passed) })}
        </p>
      )}
      {problem && <Said problem={problem} />}
    </section>
  );
}

function told(lying: Lying, t: ReturnType<typeof useWords>["t"], n: ReturnType<typeof useWords>["n"]): string {
  return t("inspect.pass.lying", { ready: n(lying.ready), unfilled: n(lying.unfilled), returned: n(lying.returned) });
}
