// Turns the pages of a long list; says nothing where one page holds all.
import { useWords } from "../words/words";

interface PagerProps {
  page: number;
  size: number;
  total: number;
  turn: (page: number) => void;
}

export function Pager({ page, size, total, turn }: PagerProps) {
  const { t, n } = useWords();
  if (total <= size) return null;
  const from = page * size + 1;
  return (
    <span className="pager">
      <button
        type="button"
        className="plain"
        aria-label={t("owed.page.before")}
        disabled={page === 0}
        onClick={() => turn(page - 1)}
      >
        ‹
      </button>
      <span className="num">
        {t("inspect.page", { from: n(from), to: n(Math.min(total, from + size - 1)), total: n(total) })}
      </span>
      <button
        type="button"
        className="plain"
        aria-label={t("owed.page.after")}
        data-testid="page-next"
        disabled={from + size > total}
        onClick={() => turn(page + 1)}
      >
        ›
      </button>
    </span>
  );
}
