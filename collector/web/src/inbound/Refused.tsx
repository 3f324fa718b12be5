// Why something about a call to us was not done, and what to do now.
import { ApiProblem } from "../api/fetch";
import { isKey, useWords } from "../words/words";

export function Refused({ problem }: { problem: Error }) {
  const { t } = useWords();
  const status = problem instanceof ApiProblem ? problem.status : 0;
  const key = `inbound.problem.${status}`;
  const detail = problem instanceof ApiProblem && status >= 400 ? problem.message : "";
  return (
    <p className="call-problem" role="alert" data-testid="inbound-problem">
      {isKey(key) ? t(key) : t("inbound.problem.0")}
      {detail && <small data-name=""> {detail}</small>}
    </p>
  );
}
