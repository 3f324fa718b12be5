// Can they meet right now, what is broken, where, since when: one screen for one place and what lies below it.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useEffect } from "react";
import { useNavigate, useSearchParams } from "react-router";
import type { PlaceAnswer } from "../api/names";
import { PROVINCE, placeQuery } from "../api/queries";
import { useFollow } from "../live/use_follow";
import { Failed, Loading } from "../panels/Notice";
import { Panel } from "../panels/Panel";
import { isModal, isTyping } from "../shell/keys";
import { useWords } from "../words/words";
import { Levels } from "./Levels";
import { Problems } from "./Problems";
import { Readiness } from "./Readiness";
import { Ticker } from "./Ticker";
import { Tiles } from "./Tiles";

const MapPanel = lazy(() => import("./MapPanel").then((m) => ({ default: m.MapPanel })));

export function Overview() {
  const [parameters] = useSearchParams();
  const code = parameters.get("place") ?? PROVINCE;
  useFollow(code);
  const { data, error, refetch } = useQuery({ ...placeQuery(code), placeholderData: keepPreviousData });
  useGoUp(data);
  if (error && !data) return <Failed error={error} retry={refetch} what="place" code={code} />;
  if (!data) return <Loading />;
  return <Place answer={data} />;
}

function Place({ answer }: { answer: PlaceAnswer }) {
  const { t } = useWords();
  const mapped = answer.place.level === "province" || answer.place.level === "city";
  return (
    <div className="overview" data-ready="overview" data-place={answer.place.code} data-testid="overview">
      <Readiness answer={answer} />
      {mapped ? (
        <Suspense
          fallback={
            <Panel title={t("map.title")}>
              <div className="notice">{t("map.loading")}</div>
            </Panel>
          }
        >
          <MapPanel place={answer.place} items={answer.children} now_ms={answer.now_ms} />
        </Suspense>
      ) : (
        <Tiles answer={answer} />
      )}
      <div className="overview-middle">
        <Levels answer={answer} />
        <Ticker key={answer.place.code} changes={answer.changes} path={answer.path} now_ms={answer.now_ms} />
      </div>
      <Problems answer={answer} />
    </div>
  );
}

/** Esc goes one level up. */
function useGoUp(answer: PlaceAnswer | undefined): void {
  const navigate = useNavigate();
  const parent = answer?.path.at(-2)?.code;
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || !parent || isTyping(event.target) || isModal()) return;
      navigate(parent === PROVINCE ? "/" : `/?place=${parent}`);
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, [parent, navigate]);
}
