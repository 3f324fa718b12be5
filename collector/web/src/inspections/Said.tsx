// Why something was not done, and what to do now: the collector's own sentence where it says one.
import { ApiProblem } from "../api/fetch";
import { isKey, useWords } from "../words/words";

export function Said({ problem }: { problem: Error }) {
  const { t, refusal } = useWords();
  const status = problem instanceof ApiProblem ? problem.status : 0;
  const key = `inspect.problem.${status}`;
  const way_out = isKey(key) ? t(key) : null;
  return (
    <p className="call-problem" role="alert" data-testid="problem">
      {way_out ?? refusal(problem) ?? t("inspect.problem.0")}
    </p>
  );
}
