// Why something about a call to us was not done, and what to do now: the collector's own sentence where it says one.
import { ApiProblem } from "../api/fetch";
import { isKey, useWords } from "../words/words";

export function Refused({ problem }: { problem: Error }) {
  const { t, refusal } = useWords();
  const status = problem instanceof ApiProblem ? problem.status : 0;
  const key = `inbound.problem.${status}`;
  const way_out = isKey(key) ? t(key) : null;
  return (
    <p className="call-problem" role="alert" data-testid="inbound-problem">
      {way_out ?? refusal(problem) ?? t("inbound.problem.0")}
    </p>
  );
}
