// One-time links for all venues of a run where a person has still to fill something in: made at once, sent over some days, and told once, as a file.
import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { ApiProblem, post } from "../api/fetch";
import type { LinksForecast, MadeLinks } from "../api/names";
import { client, linksQuery } from "../api/queries";
import { LEVELS, OPERATOR } from "../roll_call/form";
import { keep, recall } from "../state/kept";
import { useWords } from "../words/words";
import { csvOf, dayOf } from "./links";
import { levelOf } from "./look";
import { Said } from "./Said";

const DEADLINE_MS = 120_000;

/** `place`: empty for all. */
export function LinksAll({ id, place }: { id: string; place: string }) {
  const { t, n } = useWords();
  const [level, setLevel] = useState<(typeof LEVELS)[number]>("village");
  const [person, setPerson] = useState(recall(OPERATOR) ?? "");
  const [busy, setBusy] = useState(false);
  const [made, setMade] = useState<number | null>(null);
  const [problem, setProblem] = useState<Error | null>(null);
  const going = useRef(false);
  /** What was typed as the number of a county a day; null: nobody has said. */
  const [typed, setTyped] = useState<string | null>(null);
  const perDay = typed === null ? null : dayOf(typed);
  const { data } = useQuery(linksQuery(id, level, place, perDay));
  const go = async () => {
    // Links that are made twice are links of which the first file is worth nothing.
    if (going.current) return;
    going.current = true;
    setBusy(true);
    setProblem(null);
    setMade(null);
    keep(OPERATOR, person.trim());
    try {
      const wanted = { level, place: place === "" ? null : place, by: person.trim(), per_day: perDay };
      const links = await post<MadeLinks>(`/inspections/runs/${id}/links`, wanted, DEADLINE_MS);
      const heading = ["send", "venue", "name", "unit", "link", "until"] as const;
      const columns = heading.map((one) => t(`inspect.links.csv.${one}`));
      save(csvOf(links, columns, window.location.origin), `${t("inspect.links.file")}-${id}.csv`);
      setMade(links.items.length);
    } catch (error) {
      setProblem(error instanceof Error ? error : new ApiProblem(0, "", null));
    }
    void client.invalidateQueries({ queryKey: ["inspections"] });
    going.current = false;
    setBusy(false);
  };
  return (
    <section className="run-review run-pass" data-testid="links-all">
      <h4>
        {t("inspect.links")}{" "}
        <small className="soft">{t(place === "" ? "inspect.pass.all" : "inspect.pass.place")}</small>
      </h4>
      <p className="soft">{t("inspect.links.what")}</p>
      <div className="run-next">
        <select
          value={level}
          aria-label={t("inspect.links.level")}
          data-testid="links-level"
          onChange={(event) => setLevel(levelOf(event.target.value))}
        >
          {LEVELS.map((one) => (
            <option key={one} value={one}>
              {t("inspect.links.of", { level: t(`level.${one}`) })}
            </option>
          ))}
        </select>
        <label>
          {t("inspect.links.per_day")}{" "}
          <input
            type="number"
            min={0}
            max={5000}
            value={typed ?? data?.per_day ?? ""}
            data-testid="links-per-day"
            onChange={(event) => setTyped(event.target.value)}
          />
        </label>
        <input
          value={person}
          maxLength={64}
          aria-label={t("inspect.person")}
          placeholder={t("inspect.person")}
          data-testid="links-person"
          onChange={(event) => setPerson(event.target.value)}
        />
        <button
          type="button"
          className="plain is-first"
          data-testid="links-go"
          disabled={busy || person.trim() === "" || data?.waiting === 0}
          onClick={() => void go()}
        >
          {t("inspect.links.go")}
        </button>
      </div>
      {data && (
        <p className="soft num" data-testid="links-forecast">
          {told(data, t, n)}
        </p>
      )}
      {made !== null && (
        <p role="status" data-testid="links-done">
          {t("inspect.links.done", { n: n(made) })}
        </p>
      )}
      {problem && <Said problem={problem} />}
    </section>
  );
}

function told(links: LinksForecast, t: ReturnType<typeof useWords>["t"], n: ReturnType<typeof useWords>["n"]): string {
  if (links.first === null || links.last === null) return t("inspect.links.none");
  const over = { n: n(links.waiting), days: n(links.days), first: links.first, last: links.last };
  return t(links.per_day === 0 ? "inspect.links.today" : "inspect.links.over", over);
}

function save(text: string, name: string) {
  const address = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
