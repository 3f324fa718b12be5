// What the pages of calls to us ask for.
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { ask, query } from "../api/fetch";
import type { InboundAnswer, InboundList, InboundSummary } from "./shapes";

/** The stream tells at once what has changed; asking is for a stream that is gone. */
const OPEN_MS = 2_000;
const LIST_MS = 15_000;
export const PAST_PAGE = 50;

export const inboundQuery = (id: string) =>
  queryOptions({
    queryKey: ["inbound", "call", id] as const,
    queryFn: ({ signal }) => ask<InboundAnswer>(`/inbound/${encodeURIComponent(id)}`, signal),
    refetchInterval: ({ state }) => (state.data && state.data.call.state !== "open" ? false : OPEN_MS),
  });

/** Those that go on: looked for on every page, because a platform may have begun one. */
export const openInboundQuery = queryOptions({
  queryKey: ["inbound", "open"] as const,
  queryFn: ({ signal }) => ask<InboundList>(`/inbound${query({ open: "true", limit: 16 })}`, signal),
  refetchInterval: LIST_MS,
});

export const pastInboundQuery = (page: number) =>
  queryOptions({
    queryKey: ["inbound", "past", page] as const,
    queryFn: ({ signal }) =>
      ask<InboundList>(`/inbound${query({ open: "false", offset: page * PAST_PAGE, limit: PAST_PAGE })}`, signal),
    refetchInterval: 10_000,
    placeholderData: keepPreviousData,
  });

export const inboundSummaryQuery = (from_ms: number) =>
  queryOptions({
    queryKey: ["inbound", "summary", from_ms] as const,
    queryFn: ({ signal }) => ask<InboundSummary>(`/inbound/summary${query({ from_ms })}`, signal),
    refetchInterval: 30_000,
  });
