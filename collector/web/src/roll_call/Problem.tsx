// Why something was not done, and what to do now: the collector's own sentence where it says one.
import { ApiProblem } from "../api/fetch";
import { isKey, useWords } from "../words/words";

export function Said({ problem, of }: { problem: Error; of: "start" | "word" | "end" }) {
  const { t, refusal } = useWords();
  const status = problem instanceof ApiProblem ? problem.status : 0;
  const key = `call.problem.${of}.${status}`;
  const way_out = isKey(key) ? t(key) : null;
  return (
    <p className="call-problem" role="alert" data-testid="call-problem">
      {way_out ?? refusal(problem) ?? t(`call.problem.${of}.0`)}
    </p>
  );
}
