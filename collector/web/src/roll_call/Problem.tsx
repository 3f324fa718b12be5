// Why something was not done, and what to do now.
import { ApiProblem } from "../api/fetch";
import { isKey, useWords } from "../words/words";

export function Said({ problem, of }: { problem: Error; of: "start" | "word" | "end" }) {
  const { t } = useWords();
  const status = problem instanceof ApiProblem ? problem.status : 0;
  const key = `call.problem.${of}.${status}`;
  const detail = problem instanceof ApiProblem && status === 400 ? problem.message : "";
  return (
    <p className="call-problem" role="alert" data-testid="call-problem">
      {isKey(key) ? t(key) : t(`call.problem.${of}.0`)}
      {detail && <small data-name=""> {detail}</small>}
    </p>
  );
}
