// What the pages of the roll call ask for beside the calls: groups, schedules, older records, editions.

import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { ask, query } from "../api/fetch";
import type { GroupList, LinkList, RollCallFound, RollCallList, ScheduleList } from "../api/names";

export const OLDER = 100;

export const groupsQuery = queryOptions({
  queryKey: ["groups"] as const,
  queryFn: ({ signal }) => ask<GroupList>("/groups", signal),
  refetchInterval: 60_000,
});

export const schedulesQuery = queryOptions({
  queryKey: ["roll-call-schedules"] as const,
  queryFn: ({ signal }) => ask<ScheduleList>("/roll-call-schedules", signal),
  refetchInterval: 15_000,
});

/** Which records are looked for; empty: all. */
export interface CallFilter {
  kind: string;
  place: string;
  from_ms: number | null;
  to_ms: number | null;
}

/** Records that fit, older than `before`; null: from the newest on. They change no more, but for their notice. */
export const olderCallsQuery = (before: number | null, filter: CallFilter) =>
  infiniteQueryOptions({
    queryKey: ["roll-calls", "older", before, filter] as const,
    queryFn: ({ signal, pageParam }) =>
      ask<RollCallList>(`/roll-calls${query({ ...filter, before: pageParam, limit: OLDER })}`, signal),
    initialPageParam: before,
    getNextPageParam: (page: RollCallList) => page.next ?? null,
    staleTime: 60_000,
  });

export const linksQuery = (call: number) =>
  queryOptions({
    queryKey: ["roll-calls", "links", call] as const,
    queryFn: ({ signal }) => ask<LinkList>(`/roll-calls/${call}/links`, signal),
    refetchInterval: 5_000,
  });

/** Whom of a call the collector finds, by pinyin and initials too. */
export const foundQuery = (call: number, q: string) =>
  queryOptions({
    queryKey: ["roll-calls", "found", call, q] as const,
    queryFn: ({ signal }) => ask<RollCallFound>(`/roll-calls/${call}/found${query({ q })}`, signal),
    staleTime: 60_000,
  });
