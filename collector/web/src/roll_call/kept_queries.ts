// What the pages of the roll call ask for beside the calls: groups, schedules, older records, editions.
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { ask, query } from "../api/fetch";
import type { CallPage, Edition, GroupList, ScheduleList } from "./shapes";

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

/** Records older than the page that is followed. They change no more, but for their notice. */
export const olderCallsQuery = (before: number) =>
  infiniteQueryOptions({
    queryKey: ["roll-calls", "older", before] as const,
    queryFn: ({ signal, pageParam }) =>
      ask<CallPage>(`/roll-calls${query({ before: pageParam, limit: OLDER })}`, signal),
    initialPageParam: before,
    getNextPageParam: (page: CallPage) => page.next ?? null,
    staleTime: 60_000,
  });

export const editionsQuery = (id: number) =>
  queryOptions({
    queryKey: ["roll-calls", "editions", id] as const,
    queryFn: ({ signal }) => ask<{ items: Edition[] }>(`/roll-calls/${id}/editions`, signal),
    staleTime: 5_000,
  });
