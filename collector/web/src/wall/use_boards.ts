// What the pages of the big screen show, asked for all the time: whether one comes at all depends on what it would say.
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { BreakdownAnswer, LevelVenues, PlaceAnswer, RectifyItem, RectifySums, SystemsAnswer } from "../api/names";
import {
  assuranceQuery,
  breakdownQuery,
  meetingsQuery,
  PROVINCE,
  rectificationsQuery,
  systemsQuery,
} from "../api/queries";
import type { MeetingRow } from "../meetings/in_order";
import { useCell } from "../state/cell";
import { now, second } from "../time/clock";
import { levelRows, type OnDuty, onDuty, type Ranked, ranking, today } from "./boards";
import { PAGES, type Page } from "./turn";

/** A meeting begins with its minute: so often it is enough to look. */
const LOOK_S = 10;

/** Of each page that has anything to say what it shows, with the time of the answer. */
export interface Boards {
  ranking?: { now_ms: number; rows: readonly Ranked[] };
  levels?: { now_ms: number; rows: readonly LevelVenues[]; networks: BreakdownAnswer["networks"] };
  meetings?: { now_ms: number; rows: readonly MeetingRow[] };
  systems?: { now_ms: number; answer: SystemsAnswer };
  duty?: { now_ms: number; rows: readonly OnDuty[] };
  matters?: { now_ms: number; rows: readonly RectifyItem[]; sums: RectifySums };
}

export function pagesOf(boards: Boards): Page[] {
  return PAGES.filter((page) => boards[page] !== undefined);
}

export function useBoards(answer: PlaceAnswer): Boards {
  useCell(second, () => Math.floor(now() / 1000 / LOOK_S));
  const parted = useQuery(breakdownQuery).data;
  const meetings = useQuery(meetingsQuery).data;
  const systems = useQuery(systemsQuery(PROVINCE)).data;
  const assurance = useQuery(assuranceQuery).data;
  const matters = useQuery(rectificationsQuery({}, 0)).data;
  const ranked = useMemo(() => ranking(answer.children), [answer.children]);
  const boards: Boards = {};
  // One alone has nobody to be compared with.
  if (ranked.length > 1) boards.ranking = { now_ms: answer.now_ms, rows: ranked };
  const rows = parted ? levelRows(parted.levels) : [];
  if (parted && rows.length > 0) boards.levels = { now_ms: parted.now_ms, rows, networks: parted.networks };
  const held = meetings ? today(meetings.items, now()) : [];
  if (meetings && held.length > 0) boards.meetings = { now_ms: meetings.now_ms, rows: held };
  if (systems && systems.total.with_backup > 0) boards.systems = { now_ms: systems.now_ms, answer: systems };
  const staff = assurance ? onDuty(assurance.responses) : [];
  if (assurance && staff.length > 0) boards.duty = { now_ms: assurance.now_ms, rows: staff };
  const left = matters?.items.filter(({ state }) => state !== "closed") ?? [];
  if (matters && left.length > 0) boards.matters = { now_ms: matters.now_ms, rows: left, sums: matters.sums };
  return boards;
}
