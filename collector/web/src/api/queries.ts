// What the pages ask for. Answers that the stream keeps up to date replay the deltas that overtook them.
import { keepPreviousData, QueryClient, queryOptions } from "@tanstack/react-query";
import { NO_STAGE } from "../inspections/look";
import { replay } from "../live/recent";
import { asked, type Question } from "../obligations/board";
import type { UnitQuestion } from "../units/units";
import { ApiProblem, ask, load, post, query } from "./fetch";
import type {
  AssuranceAnswer,
  AssuranceStaff,
  BackupWarningList,
  BoardAnswer,
  BreakdownAnswer,
  CalendarAnswer,
  CompareAnswer,
  DaysAnswer,
  DocumentList,
  Edition,
  FrequentList,
  HistoryAnswer,
  JointTests,
  KeptFrequentRule,
  LinksForecast,
  Lying,
  MapInfo,
  MeetingItems,
  MouthToEarList,
  NameList,
  ObligationRules,
  PlaceAnswer,
  PlanList,
  RectifyAnswer,
  RectifyList,
  RollCallForecast,
  RollCallList,
  RuleChangeList,
  RuleKind,
  RunAnswer,
  RunList,
  RunRecord,
  RunVenues,
  ScopeMeant,
  SystemsAnswer,
  Templates,
  TestWaiting,
  UnitItem,
  UnitList,
  VenueAnswer,
  VenuesAnswer,
  WarningList,
} from "./names";

export const PROVINCE = "35";
export const PAGE = 100;
const MINUTE = 60_000;

function again(failures: number, error: Error): boolean {
  const final = error instanceof ApiProblem && error.status >= 400 && error.status < 500;
  return !final && failures < 2;
}

export const client = new QueryClient({
  defaultOptions: { queries: { retry: again, retryDelay: 800, refetchOnWindowFocus: false, gcTime: 5 * MINUTE } },
});

/** Digits of a division code tell its level: a county's tiles need two levels below it. */
export function depthOf(code: string): 1 | 2 {
  return code.length === 6 ? 2 : 1;
}

export const placeQuery = (code: string) =>
  queryOptions({
    queryKey: ["place", code] as const,
    queryFn: async ({ signal }) =>
      replay(await ask<PlaceAnswer>(`/places/${encodeURIComponent(code)}${query({ depth: depthOf(code) })}`, signal)),
    // A safety net under the stream.
    refetchInterval: MINUTE,
  });

/** The province's venues by level and by network. */
export const breakdownQuery = queryOptions({
  queryKey: ["breakdown"] as const,
  queryFn: ({ signal }) => ask<BreakdownAnswer>("/breakdown", signal),
  refetchInterval: 15_000,
});

/** The names of the counties, by code. */
export const countiesQuery = queryOptions({
  queryKey: ["counties"] as const,
  queryFn: async ({ signal }) => {
    const { children } = await ask<PlaceAnswer>(`/places/${PROVINCE}${query({ depth: 2 })}`, signal);
    const counties = children.flatMap((city) => city.children ?? []);
    return new Map(counties.map(({ code, name }) => [code, name]));
  },
  staleTime: 10 * MINUTE,
});

export interface VenueFilter {
  place: string;
  class: string;
  q: string;
  /** States of backup paths, or `none`. */
  backup: string;
  backup_kind: string;
  sort: string;
  order: string;
}

export const venuesQuery = (filter: VenueFilter, page: number) =>
  queryOptions({
    queryKey: ["venues", filter, page] as const,
    queryFn: ({ signal }) =>
      ask<VenuesAnswer>(`/venues${query({ ...filter, offset: page * PAGE, limit: PAGE })}`, signal),
    staleTime: 10_000,
    placeholderData: page === 0 ? keepPreviousData : undefined,
  });

/** What the search of the header offers: the highest places first. */
export const foundQuery = (q: string) =>
  queryOptions({
    queryKey: ["found", q] as const,
    queryFn: ({ signal }) => ask<VenuesAnswer>(`/venues${query({ q, sort: "code", limit: 8 })}`, signal),
    staleTime: 10_000,
    placeholderData: keepPreviousData,
  });

/** How the records of a run lie for a level; of one place, or of all when it is empty. */
export const lyingQuery = (id: string, level: string, place: string) =>
  queryOptions({
    queryKey: ["inspections", "lying", id, level, place] as const,
    queryFn: ({ signal }) =>
      ask<Lying>(`/inspections/runs/${encodeURIComponent(id)}/review${query({ level, place: place || null })}`, signal),
    refetchInterval: 10_000,
    placeholderData: keepPreviousData,
  });

/** `perDay`: so many of a county a day; null: as the server thinks. */
export const linksQuery = (id: string, level: string, place: string, perDay: number | null) =>
  queryOptions({
    queryKey: ["inspections", "links", id, level, place, perDay] as const,
    queryFn: ({ signal }) =>
      ask<LinksForecast>(
        `/inspections/runs/${encodeURIComponent(id)}/links${query({ level, place: place || null, per_day: perDay })}`,
        signal,
      ),
    refetchInterval: 10_000,
    placeholderData: keepPreviousData,
  });

export const unitsQuery = (question: UnitQuestion, page: number) =>
  queryOptions({
    queryKey: ["units", question, page] as const,
    queryFn: ({ signal }) => ask<UnitList>(`/units${query({ ...question, offset: page * PAGE, limit: PAGE })}`, signal),
    staleTime: 10_000,
  });

export const unitQuery = (code: string) =>
  queryOptions({
    queryKey: ["unit", code] as const,
    queryFn: ({ signal }) => ask<UnitItem>(`/units/${encodeURIComponent(code)}`, signal),
    staleTime: 10_000,
  });

/** The units right below one, a page at most. */
export const unitsBelowQuery = (parent: string) =>
  queryOptions({
    queryKey: ["units", "below", parent] as const,
    queryFn: ({ signal }) => ask<UnitList>(`/units${query({ parent, limit: PAGE })}`, signal),
    staleTime: 10_000,
  });

/** What places and venues, and units of the register, are called; at most `NAMES` at once. */
export const NAMES = 100;
export const namesQuery = (codes: readonly string[], units: readonly string[]) =>
  queryOptions({
    queryKey: ["names", codes, units] as const,
    queryFn: ({ signal }) =>
      ask<NameList>(`/names${query({ codes: codes.join(","), units: units.join(",") })}`, signal),
    staleTime: 10 * MINUTE,
  });

/** What was signed off, whatever it is of, the newest first. */
export const documentsQuery = (filter: Record<string, string>, page: number) =>
  queryOptions({
    queryKey: ["documents", filter, page] as const,
    queryFn: ({ signal }) =>
      ask<DocumentList>(`/documents${query({ ...filter, offset: page * PAGE, limit: PAGE })}`, signal),
    refetchInterval: MINUTE,
    placeholderData: keepPreviousData,
  });

/** Editions of what was signed off, the newest first; `path`: where they are listed. */
export const editionsQuery = (path: string) =>
  queryOptions({
    queryKey: ["editions", path] as const,
    queryFn: ({ signal }) => ask<{ items: Edition[] }>(path, signal),
    staleTime: 5_000,
  });

export const systemsQuery = (place: string) =>
  queryOptions({
    queryKey: ["systems", place] as const,
    queryFn: ({ signal }) => ask<SystemsAnswer>(`/systems${query({ place })}`, signal),
    // Ages of days: a quarter of a minute is soon enough.
    refetchInterval: 15_000,
    placeholderData: keepPreviousData,
  });

export const obligationsQuery = (question: Question) =>
  queryOptions({
    queryKey: ["obligations", question] as const,
    queryFn: ({ signal }) => ask<BoardAnswer>(`/obligations${query(asked(question))}`, signal),
    refetchInterval: MINUTE,
  });

export const obligationRulesQuery = queryOptions({
  queryKey: ["obligations", "rules"] as const,
  queryFn: ({ signal }) => ask<ObligationRules>("/obligations/rules", signal),
});

export const jointTestsQuery = (subject: string, from_ms: number, to_ms: number) =>
  queryOptions({
    queryKey: ["joint-tests", subject, from_ms, to_ms] as const,
    queryFn: ({ signal }) => ask<JointTests>(`/joint-tests${query({ subject, from_ms, to_ms, limit: 50 })}`, signal),
  });

/** Those that wait for somebody's word, of whichever time. */
export const waitingTestsQuery = (waiting: TestWaiting, place: string) =>
  queryOptions({
    queryKey: ["joint-tests", "waiting", waiting, place] as const,
    queryFn: ({ signal }) => ask<JointTests>(`/joint-tests${query({ waiting, place, limit: 500 })}`, signal),
  });

/** For whom an inspection would be; `scope` as text. Nobody is asked. */
export const inspectedQuery = (scope: string) =>
  queryOptions({
    queryKey: ["inspections", "forecast", scope] as const,
    queryFn: () => post<ScopeMeant>("/inspections/forecast", JSON.parse(scope), 15_000),
    staleTime: 15_000,
  });

export const venueQuery = (id: string) =>
  queryOptions({
    queryKey: ["venue", id] as const,
    queryFn: ({ signal }) => ask<VenueAnswer>(`/venues/${encodeURIComponent(id)}`, signal),
    refetchInterval: 30_000,
  });

export const historyQuery = (id: string, probe: string, span_ms: number, now: () => number) => {
  const resolution = span_ms > 24 * 60 * MINUTE ? "hour" : "raw";
  return queryOptions({
    queryKey: ["history", id, probe, span_ms] as const,
    queryFn: ({ signal }) => {
      const to_ms = Math.round(now());
      const parameters = query({ probe, from_ms: to_ms - span_ms, to_ms, resolution });
      return ask<HistoryAnswer>(`/venues/${encodeURIComponent(id)}/history${parameters}`, signal);
    },
    refetchInterval: 30_000,
    placeholderData: keepPreviousData,
  });
};

export const mapQuery = queryOptions({
  queryKey: ["map"] as const,
  queryFn: ({ signal }) => ask<MapInfo>("/map", signal),
  staleTime: Number.POSITIVE_INFINITY,
});

export interface Outlines {
  type: "FeatureCollection";
  features: { type: "Feature"; properties: { code: string; name: string }; geometry: object }[];
}

export const outlinesQuery = (of: "cities" | "counties") =>
  queryOptions({
    queryKey: ["outlines", of] as const,
    queryFn: ({ signal }) => ask<Outlines>(`/map/${of}`, signal, 30_000),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: Number.POSITIVE_INFINITY,
  });

export const meetingsQuery = queryOptions({
  queryKey: ["meetings"] as const,
  queryFn: ({ signal }) => ask<MeetingItems>("/meetings", signal),
  refetchInterval: 30_000,
});

/** While a run is under way it is looked at each second. */
export const mouthToEarQuery = (venue: string) =>
  queryOptions({
    queryKey: ["mouth-to-ear", venue] as const,
    queryFn: ({ signal }) => ask<MouthToEarList>(`/mouth-to-ear${query({ venue, limit: 6 })}`, signal),
    refetchInterval: ({ state }) => (state.data?.items[0]?.until_ms == null ? MINUTE : 1000),
  });

/** By content: it never changes. */
export const curvesQuery = (hash: string) =>
  queryOptions({
    queryKey: ["curves", hash] as const,
    queryFn: ({ signal }) => ask<unknown>(`/evidence/${hash}`, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });

export interface EvidenceFile {
  /** As it is served. */
  type: string;
  bytes: number;
  /** Of a text. */
  text: string;
  /** Of curves; null: it is something else, or none that can be read. */
  json: unknown;
}

/** A piece of evidence of whatever kind, by content: it never changes. */
export const evidenceQuery = (hash: string) =>
  queryOptions({
    queryKey: ["evidence", hash] as const,
    queryFn: async (): Promise<EvidenceFile> => {
      const file = await load(`/evidence/${hash}`);
      const text = /^(text\/|application\/json)/.test(file.type) ? await file.text() : "";
      const json: unknown = file.type.startsWith("application/json") ? JSON.parse(text) : null;
      return { type: file.type, bytes: file.size, text, json };
    },
    staleTime: Number.POSITIVE_INFINITY,
  });

/** For whom a call would be and how many of it could be proven in time; `order` is the call as text. Nobody is asked. */
export const forecastQuery = (order: string) =>
  queryOptions({
    queryKey: ["roll-calls", "forecast", order] as const,
    queryFn: () => post<RollCallForecast>("/roll-calls/forecast", JSON.parse(order), 15_000),
    staleTime: 15_000,
  });

/** While a call is open its sums are looked at often; otherwise somebody else may begin one. */
export const rollCallsQuery = queryOptions({
  queryKey: ["roll-calls"] as const,
  queryFn: ({ signal }) => ask<RollCallList>("/roll-calls", signal),
  refetchInterval: ({ state }) => (state.data?.items.some((call) => call.ended_ms === null) ? 2_000 : 5_000),
});

export const calendarQuery = (month: string) =>
  queryOptions({
    queryKey: ["inspections", "calendar", month] as const,
    queryFn: ({ signal }) => ask<CalendarAnswer>(`/inspections/calendar${query({ month })}`, signal),
    refetchInterval: MINUTE,
  });

/** While a run is open its sums are looked at often; otherwise somebody else may begin one. */
export const runsQuery = queryOptions({
  queryKey: ["inspections", "runs"] as const,
  queryFn: ({ signal }) => ask<RunList>("/inspections/runs", signal),
  refetchInterval: ({ state }) => (state.data?.items.some((run) => run.ended_ms === null) ? 2_000 : 10_000),
});

export interface RunVenuesFilter {
  conclusion: string;
  place: string;
  blamed: string;
  untested: string;
  q: string;
}

/** While it is open it is looked at often; a record is not. */
export const runQuery = (id: string) =>
  queryOptions({
    queryKey: ["inspections", "run", id] as const,
    queryFn: ({ signal }) => ask<RunAnswer>(`/inspections/runs/${encodeURIComponent(id)}`, signal),
    refetchInterval: ({ state }) => (state.data?.run.ended_ms === null ? 2_000 : MINUTE),
  });

export const runVenuesQuery = (id: string, filter: RunVenuesFilter, page: number, open: boolean) =>
  queryOptions({
    queryKey: ["inspections", "venues", id, filter, page] as const,
    queryFn: ({ signal }) => {
      // An empty one is asked for too: the failures that no stage explains.
      const unexplained = filter.blamed === NO_STAGE;
      const asked = query({ ...filter, blamed: unexplained ? "" : filter.blamed, offset: page * PAGE, limit: PAGE });
      const path = `/inspections/runs/${encodeURIComponent(id)}/venues${asked}`;
      return ask<RunVenues>(unexplained ? `${path}&blamed=` : path, signal);
    },
    refetchInterval: open ? 3_000 : MINUTE,
    placeholderData: keepPreviousData,
  });

export const runRecordQuery = (id: string, venue: string, open: boolean) =>
  queryOptions({
    queryKey: ["inspections", "record", id, venue] as const,
    queryFn: ({ signal }) =>
      ask<RunRecord>(`/inspections/runs/${encodeURIComponent(id)}/venues/${encodeURIComponent(venue)}`, signal),
    refetchInterval: open ? 3_000 : MINUTE,
  });

/** Runs that had ended and began before this time: what a run can be compared with. */
export const earlierRunsQuery = (before_ms: number, page: number) =>
  queryOptions({
    queryKey: ["inspections", "earlier", before_ms, page] as const,
    queryFn: ({ signal }) => {
      const asked = query({ open: "false", to_ms: before_ms, offset: page * PAGE, limit: PAGE });
      return ask<RunList>(`/inspections/runs${asked}`, signal);
    },
    refetchInterval: MINUTE,
    placeholderData: keepPreviousData,
  });

/** `other`: the run that it is compared with; empty: the last of its plan. */
export const compareQuery = (id: string, other: string, difference: string, page: number) =>
  queryOptions({
    queryKey: ["inspections", "compare", id, other, difference, page] as const,
    queryFn: ({ signal }) => {
      const asked = query({ with: other, difference, offset: page * PAGE, limit: PAGE });
      return ask<CompareAnswer>(`/inspections/runs/${encodeURIComponent(id)}/compare${asked}`, signal);
    },
    placeholderData: keepPreviousData,
  });

export const plansQuery = queryOptions({
  queryKey: ["inspections", "plans"] as const,
  queryFn: ({ signal }) => ask<PlanList>("/inspections/plans", signal),
  refetchInterval: MINUTE,
});

export const templatesQuery = queryOptions({
  queryKey: ["inspections", "templates"] as const,
  queryFn: ({ signal }) => ask<Templates>("/inspections/templates", signal),
});

export const daysQuery = (year: number) =>
  queryOptions({
    queryKey: ["inspections", "days", year] as const,
    queryFn: ({ signal }) => ask<DaysAnswer>(`/inspections/days/${year}`, signal),
  });

export const rectificationsQuery = (filter: Record<string, string>, page: number) =>
  queryOptions({
    queryKey: ["rectifications", filter, page] as const,
    queryFn: ({ signal }) =>
      ask<RectifyList>(`/rectifications${query({ ...filter, offset: page * PAGE, limit: PAGE })}`, signal),
    refetchInterval: 30_000,
    placeholderData: keepPreviousData,
  });

export const rectificationQuery = (id: number) =>
  queryOptions({
    queryKey: ["rectifications", "one", id] as const,
    queryFn: ({ signal }) => ask<RectifyAnswer>(`/rectifications/${id}`, signal),
    refetchInterval: 30_000,
  });

/** Also what the badge in the header reads. */
export const assuranceQuery = queryOptions({
  queryKey: ["assurance"] as const,
  queryFn: ({ signal }) => ask<AssuranceAnswer>("/assurance", signal),
  refetchInterval: 20_000,
});

export const warningsQuery = (place: string, page: number) =>
  queryOptions({
    queryKey: ["warnings", "drift", place, page] as const,
    queryFn: ({ signal }) => ask<WarningList>(`/warnings${query({ place, offset: page * PAGE, limit: PAGE })}`, signal),
    refetchInterval: 5 * MINUTE,
    placeholderData: keepPreviousData,
  });

export const backupWarningsQuery = (place: string, page: number) =>
  queryOptions({
    queryKey: ["warnings", "backups", place, page] as const,
    queryFn: ({ signal }) =>
      ask<BackupWarningList>(`/warnings/backups${query({ place, offset: page * PAGE, limit: PAGE })}`, signal),
    refetchInterval: MINUTE,
    placeholderData: keepPreviousData,
  });

export const frequentQuery = (place: string, page: number) =>
  queryOptions({
    queryKey: ["frequent", place, page] as const,
    queryFn: ({ signal }) =>
      ask<FrequentList>(`/frequent${query({ place, offset: page * PAGE, limit: PAGE })}`, signal),
    refetchInterval: MINUTE,
    placeholderData: keepPreviousData,
  });

export const frequentRuleQuery = queryOptions({
  queryKey: ["frequent", "rule"] as const,
  queryFn: ({ signal }) => ask<KeptFrequentRule>("/frequent/rule", signal),
});

/** Who changed a rule when, the newest. */
export const ruleChangesQuery = (kind: RuleKind) =>
  queryOptions({
    queryKey: ["rules", kind] as const,
    queryFn: ({ signal }) => ask<RuleChangeList>(`/rules/changes${query({ kind, limit: PAGE })}`, signal),
  });

/** Who is called in at each level. */
export const staffQuery = queryOptions({
  queryKey: ["assurance", "staff"] as const,
  queryFn: ({ signal }) => ask<AssuranceStaff>("/assurance/staff", signal),
});
