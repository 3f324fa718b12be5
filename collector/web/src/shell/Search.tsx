// The search of the header: offers venues while typing, by name, pinyin, initials or code; on the list it filters the list instead.
import { useQuery } from "@tanstack/react-query";
import { useDeferredValue, useEffect, useId, useRef, useState } from "react";
import { useLocation, useNavigate, useSearchParams } from "react-router";
import { foundQuery } from "../api/queries";
import { standing } from "../state/classes";
import { State } from "../state/Mark";
import { useWords } from "../words/words";
import { moved, opened } from "./offer";

const TYPING_MS = 160;

export function Search() {
  const { t, n } = useWords();
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const [parameters, setParameters] = useSearchParams();
  const onList = pathname === "/venues";
  const inUrl = onList ? (parameters.get("q") ?? "") : "";
  const [text, setText] = useState(inUrl);
  const [at, setAt] = useState<number | null>(null);
  const [open, setOpen] = useState(false);
  const typed = useRef(inUrl);
  const timer = useRef<number | undefined>(undefined);
  const list = useId();
  const input = useRef<HTMLInputElement>(null);

  useEffect(() => {
    if (typed.current !== inUrl) {
      typed.current = inUrl;
      setText(inUrl);
    }
  }, [inUrl]);

  const q = useDeferredValue(text.trim());
  const wanted = open && !onList && q !== "";
  const { data } = useQuery({ ...foundQuery(q), enabled: wanted });
  const found = wanted ? (data?.items ?? []) : [];

  const apply = (q: string) => {
    window.clearTimeout(timer.current);
    typed.current = q;
    if (!onList) {
      navigate(`/venues?q=${encodeURIComponent(q)}`);
      return;
    }
    setParameters(
      (was) => {
        const next = new URLSearchParams(was);
        if (q) next.set("q", q);
        else next.delete("q");
        return next;
      },
      { replace: true },
    );
  };
  const take = (venue: string) => {
    input.current?.blur();
    setText("");
    setAt(null);
    navigate(`/venues/${venue}`);
  };

  return (
    <form
      className="search"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        // What is offered may still belong to fewer letters.
        const venue = opened(found, at, text.trim() === q && data?.total === 1);
        if (venue) take(venue);
        else apply(text.trim());
      }}
    >
      <input
        ref={input}
        id="search"
        type="search"
        role="combobox"
        data-testid="search"
        aria-label={t("search.label")}
        aria-expanded={found.length > 0}
        aria-controls={list}
        aria-activedescendant={at === null ? undefined : `${list}-${at}`}
        placeholder={t("search.placeholder")}
        autoComplete="off"
        spellCheck={false}
        value={text}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onKeyDown={(event) => {
          if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
          event.preventDefault();
          setAt((was) => moved(was, event.key === "ArrowDown" ? 1 : -1, found.length));
        }}
        onChange={(event) => {
          const next = event.target.value;
          setText(next);
          setAt(null);
          setOpen(true);
          window.clearTimeout(timer.current);
          if (!onList) return;
          timer.current = window.setTimeout(() => {
            // Another page may be on its way: what was typed for the list would lead back.
            if (window.location.pathname === "/venues") apply(next.trim());
          }, TYPING_MS);
        }}
      />
      <kbd>/</kbd>
      {wanted && data && (
        <div className="search-found" data-testid="search-found">
          <div id={list} role="listbox" aria-label={t("search.label")}>
            {found.map((row, place) => (
              // biome-ignore lint/a11y/useKeyWithClickEvents: the input's arrows and Enter choose
              <div
                key={row.id}
                id={`${list}-${place}`}
                role="option"
                tabIndex={-1}
                aria-selected={place === at}
                data-testid={`found-${row.id}`}
                onMouseDown={(event) => event.preventDefault()}
                onClick={() => take(row.id)}
              >
                <State of={standing({ class: row.class, why: row.why })} />
                <b data-name="">{row.name}</b>
                <small className="soft num" data-name="">
                  {row.place_name} {row.id}
                </small>
              </div>
            ))}
          </div>
          <p className="soft">
            {data.total === 0
              ? t("search.none")
              : t(data.total === 1 ? "search.one" : "search.all", { n: n(data.total) })}
          </p>
        </div>
      )}
    </form>
  );
}
