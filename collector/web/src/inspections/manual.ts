// What a person fills in about a venue, item by item. Pure.
import type { ItemState, RecordItem } from "../api/names";

/** What a person may say. */
export const SAID = ["normal", "degraded", "abnormal", "unknown", "inapplicable"] as const satisfies ItemState[];
export type Word = (typeof SAID)[number];

export interface Draft {
  result: Word | "";
  value: string;
  note: string;
}

export type Drafts = Readonly<Record<string, Draft>>;

/** What stands there, to be changed. */
export function draftOf(item: Pick<RecordItem, "now" | "note">): Draft {
  const result = SAID.find((one) => one === item.now.result) ?? "";
  return { result, value: item.now.value ?? "", note: item.note };
}

export interface Change {
  key: string;
  result: Word;
  value: string;
  note: string;
}

/** What differs from what stands there: only that is said anew. An item without a result is not said. */
export function changesOf(items: readonly RecordItem[], drafts: Drafts): Change[] {
  return items.flatMap((item) => {
    const draft = drafts[item.key];
    if (!draft || draft.result === "") return [];
    const [value, note] = [draft.value.trim(), draft.note.trim()];
    const was = draftOf(item);
    const same = was.result === draft.result && was.value === value && was.note === note;
    return same ? [] : [{ key: item.key, result: draft.result, value, note }];
  });
}

/** Those that nobody has looked at yet. */
export function unfilled(items: readonly RecordItem[]): RecordItem[] {
  return items.filter((item) => item.now.result === "open");
}
