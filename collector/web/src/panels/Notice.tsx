// Loading, empty, forbidden, not found and failed: each says what it is and what to do next.
import { Link } from "react-router";
import { ApiProblem } from "../api/fetch";
import { useWords } from "../words/words";

interface NoticeProps {
  title: string;
  next?: string;
  children?: React.ReactNode;
  testid?: string;
}

export function Notice({ title, next, children, testid }: NoticeProps) {
  return (
    <div className="notice" data-testid={testid}>
      <strong>{title}</strong>
      {next && <p>{next}</p>}
      {children && <div className="notice-actions">{children}</div>}
    </div>
  );
}

export function Loading() {
  const { t } = useWords();
  return (
    <div className="notice is-loading" role="status" aria-busy="true">
      <span>{t("state.loading")}</span>
    </div>
  );
}

interface FailedProps {
  error: Error;
  retry: () => void;
  what?: "place" | "venue";
  code?: string;
}

export function Failed({ error, retry, what = "place", code = "" }: FailedProps) {
  const { t, refusal } = useWords();
  const status = error instanceof ApiProblem ? error.status : 0;
  const home = (
    <Link className="plain" to="/">
      {t("state.home")}
    </Link>
  );
  if (status === 401 || status === 403) {
    return (
      <Notice title={t("state.forbidden.title")} next={t("state.forbidden.next")} testid="forbidden">
        {home}
      </Notice>
    );
  }
  if (status === 404 || (status === 400 && code !== "")) {
    return (
      <Notice title={t(`state.missing.${what}`)} next={t("state.missing.next", { code })} testid="not-found">
        {home}
      </Notice>
    );
  }
  return (
    <Notice title={t("state.error.title")} next={t("state.error.next")} testid="failed">
      <button type="button" className="plain" onClick={retry}>
        {t("state.retry")}
      </button>
      {(refusal(error) ?? error.message) && <small data-name="">{refusal(error) ?? error.message}</small>}
    </Notice>
  );
}
