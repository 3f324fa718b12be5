// Why something was not done, and what to do now; the collector's own words beside it.
import { ApiProblem } from "../api/fetch";
import { isKey, useWords } from "../words/words";

export function Said({ problem }: { problem: Error }) {
  const { t } = useWords();
  const status = problem instanceof ApiProblem ? problem.status : 0;
  const key = `inspect.problem.${status}`;
  const detail = problem instanceof ApiProblem && (status === 400 || status === 409) ? problem.message : "";
  return (
    <p className="call-problem" role="alert" data-testid="problem">
      {t(isKey(key) ? key : "inspect.problem.0")}
      {detail && <small data-name=""> {detail}</small>}
    </p>
  );
}
