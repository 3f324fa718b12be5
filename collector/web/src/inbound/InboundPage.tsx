// 对上点名: we are called. One key for each room starts its clock; below, how the calls of the month went.
import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { useNavigate } from "react-router";
import { ApiProblem } from "../api/fetch";
import type { VenueRow } from "../api/names";
import { foundQuery, PROVINCE, venueQuery } from "../api/queries";
import { useFollow } from "../live/use_follow";
import { Panel } from "../panels/Panel";
import { OPERATOR } from "../roll_call/form";
import { Clock } from "../roll_call/Sums";
import { isModal, isTyping } from "../shell/keys";
import { useCell } from "../state/cell";
import { keep, recall } from "../state/kept";
import { now } from "../time/clock";
import { useWords } from "../words/words";
import { beginCall, refused } from "./begin";
import { Past } from "./Past";
import { CALLER, CALLERS, MOST_POSTS, POSTS, postOf, readPosts, sameCall, seatOf, writePosts } from "./posts";
import { openInboundQuery } from "./queries";
import { Refused } from "./Refused";
import type { CallKind, InboundItem, NewInbound } from "./shapes";
import { bannerOf, clockOf } from "./told";
import "../style/venues.css";
import "../style/call.css";
import "../style/inbound.css";

const KINDS: readonly CallKind[] = ["duty", "before-meeting", "spot-check", "emergency"];

/** The rooms with a key: those that this browser remembers, else those of the province's own seat. */
function usePosts(): [readonly string[], (posts: readonly string[]) => void] {
  const [kept, setKept] = useState(() => readPosts(recall(POSTS)));
  const { data } = useQuery({ ...foundQuery(`${PROVINCE}-`), enabled: kept.length === 0 });
  const seat = seatOf(data?.items ?? [], PROVINCE);
  const set = useCallback((posts: readonly string[]) => {
    keep(POSTS, writePosts(posts));
    setKept([...posts]);
  }, []);
  return [kept.length > 0 ? kept : seat, set];
}

export function InboundPage() {
  const { t } = useWords();
  const navigate = useNavigate();
  useFollow(PROVINCE);
  const [posts, setPosts] = usePosts();
  const { data: open } = useQuery(openInboundQuery);
  const [caller, setCaller] = useState(() => recall(CALLER) ?? CALLERS[0].value);
  const [kind, setKind] = useState<CallKind>("duty");
  const [basis, setBasis] = useState("");
  const [operator, setOperator] = useState(() => recall(OPERATOR) ?? "");
  const [problem, setProblem] = useState<Error | null>(null);
  const [editing, setEditing] = useState(false);
  const busy = useRef(false);
  const by_key = useCell(refused);
  const not_begun = problem ?? by_key;

  const begin = async (venue: string) => {
    if (busy.current || caller.trim() === "") return;
    busy.current = true;
    setProblem(null);
    keep(CALLER, caller.trim());
    keep(OPERATOR, operator.trim());
    const order: NewInbound = {
      venue,
      caller: caller.trim(),
      kind,
      basis: basis.trim(),
      operator: operator.trim(),
    };
    try {
      const { call } = await beginCall(order);
      navigate(`/inbound/${call.id}`);
    } catch (error) {
      setProblem(error instanceof Error ? error : new ApiProblem(0, "", null));
    }
    busy.current = false;
  };
  const press = useRef(begin);
  press.current = begin;
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (isTyping(event.target) || isModal() || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
      const venue = postOf(event.key, posts);
      if (venue !== null) void press.current(venue);
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, [posts]);

  const calls = open?.items ?? [];
  const shown = posts.map((venue) => sameCall(calls, { venue, caller, kind }, now()));
  return (
    <div className="inbound" data-testid="inbound" data-ready="inbound">
      <Panel
        title={t("inbound.title")}
        note={t("inbound.note")}
        className="inbound-start"
        extra={
          <button type="button" className="plain" data-testid="inbound-edit" onClick={() => setEditing(!editing)}>
            {t(editing ? "inbound.edit.done" : "inbound.edit")}
          </button>
        }
      >
        <form className="inbound-form" onSubmit={(event) => event.preventDefault()}>
          <div className="call-field">
            <span>{t("inbound.caller")}</span>
            <div className="chips">
              {CALLERS.map(({ key, value }) => (
                <button
                  key={key}
                  type="button"
                  className="plain"
                  aria-pressed={caller === value}
                  onClick={() => setCaller(value)}
                >
                  {t(key)}
                </button>
              ))}
              <input
                value={caller}
                maxLength={64}
                aria-label={t("inbound.caller")}
                data-testid="inbound-caller"
                onChange={(event) => setCaller(event.target.value)}
              />
            </div>
          </div>
          <div className="call-field">
            <span>{t("call.kind")}</span>
            <fieldset className="switch" aria-label={t("call.kind")}>
              {KINDS.map((one) => (
                <button
                  key={one}
                  type="button"
                  aria-pressed={kind === one}
                  data-testid={`inbound-kind-${one}`}
                  onClick={() => setKind(one)}
                >
                  {t(`call.kind.${one}`)}
                </button>
              ))}
            </fieldset>
          </div>
          <label className="call-field">
            <span>{t("inbound.operator")}</span>
            <input
              value={operator}
              maxLength={64}
              placeholder={t("call.operator.hint")}
              data-testid="inbound-operator"
              onChange={(event) => setOperator(event.target.value)}
            />
          </label>
          <label className="call-field">
            <span>{t("call.basis")}</span>
            <input
              value={basis}
              maxLength={128}
              placeholder={t("call.basis.hint")}
              onChange={(event) => setBasis(event.target.value)}
            />
          </label>
        </form>
        {not_begun && <Refused problem={not_begun} />}
        <div className="inbound-posts">
          {posts.map((venue, place) => (
            <Post
              key={venue}
              venue={venue}
              digit={place + 1}
              call={sameCall(calls, { venue, caller, kind }, now())}
              enabled={caller.trim() !== ""}
              press={() => void begin(venue)}
              remove={editing ? () => setPosts(posts.filter((one) => one !== venue)) : undefined}
            />
          ))}
          {(editing || posts.length === 0) && posts.length < MOST_POSTS && (
            <AddPost add={(row) => setPosts([...posts.filter((one) => one !== row.id), row.id])} />
          )}
        </div>
        <Elsewhere calls={calls.filter((call) => !shown.includes(call))} />
      </Panel>
      <Past />
    </div>
  );
}

interface PostProps {
  venue: string;
  digit: number;
  call: InboundItem | null;
  enabled: boolean;
  press: () => void;
  remove?: () => void;
}

function Post({ venue, digit, call, enabled, press, remove }: PostProps) {
  const { t } = useWords();
  const { data } = useQuery(venueQuery(venue));
  const name = data?.venue.name ?? venue;
  return (
    <div className="inbound-post">
      <button
        type="button"
        className={call ? "inbound-key is-open" : "inbound-key"}
        data-testid={`post-${venue}`}
        disabled={!call && !enabled}
        onClick={press}
      >
        <kbd>{digit}</kbd>
        <span className="inbound-key-name">
          <b data-name="">{name}</b>
          <small className="num">{venue}</small>
        </span>
        {call ? (
          <>
            <Clock call={clockOf(call)} />
            <span>{t(bannerOf({ call, open: call.ready ? [] : ["line"], faults: [] }).key)}</span>
          </>
        ) : (
          <>
            <strong className="num">3:00</strong>
            <span>{t("inbound.start")}</span>
          </>
        )}
      </button>
      {remove && (
        <button type="button" className="plain" onClick={remove}>
          {t("call.scope.remove")}
          <span className="sr-only" data-name="">
            {name}
          </span>
        </button>
      )}
    </div>
  );
}

function AddPost({ add }: { add: (row: VenueRow) => void }) {
  const { t } = useWords();
  const [text, setText] = useState("");
  const q = text.trim();
  const { data } = useQuery({ ...foundQuery(q), enabled: q !== "" });
  const take = (row: VenueRow | undefined) => {
    if (!row) return;
    add(row);
    setText("");
  };
  return (
    <div className="call-search inbound-add">
      <input
        type="search"
        value={text}
        aria-label={t("inbound.add")}
        placeholder={t("inbound.add")}
        autoComplete="off"
        data-testid="inbound-add"
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => event.key === "Enter" && take(data?.items[0])}
      />
      {q !== "" && (
        <ul>
          {data?.items.length === 0 && <li className="soft">{t("search.none")}</li>}
          {(data?.items ?? []).map((row) => (
            <li key={row.id}>
              <button type="button" data-testid={`add-${row.id}`} onClick={() => take(row)}>
                <b data-name="">{row.name}</b>
                <small className="soft num" data-name="">
                  {row.place_name} {row.id}
                </small>
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** Calls that go on and no key here would give back: of other callers or rooms, or answered. */
function Elsewhere({ calls }: { calls: readonly InboundItem[] }) {
  const { t } = useWords();
  const navigate = useNavigate();
  if (calls.length === 0) return null;
  return (
    <ul className="inbound-elsewhere" data-testid="inbound-elsewhere">
      {calls.map((call) => (
        <li key={call.id}>
          <Clock call={clockOf(call)} />
          <b data-name="">{call.name}</b>
          <span data-name="">{call.caller}</span>
          <button type="button" className="plain" onClick={() => navigate(`/inbound/${call.id}`)}>
            {t("inbound.open")}
          </button>
        </li>
      ))}
    </ul>
  );
}
