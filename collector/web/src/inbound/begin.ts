// Begins a call to us. Whether it is one that goes on already says the collector: who presses twice, or whose first press was not heard,
// gets the same call.
import { post } from "../api/fetch";
import { client } from "../api/queries";
import { cell } from "../state/cell";
import type { InboundAnswer, NewInbound } from "./shapes";

const DEADLINE_MS = 15_000;

/** Why the key for all pages began nothing; told where calls begin. */
export const refused = cell<Error | null>(null);

export async function beginCall(order: NewInbound): Promise<InboundAnswer> {
  refused.set(null);
  const told = await post<InboundAnswer>("/inbound", order, DEADLINE_MS);
  void client.invalidateQueries({ queryKey: ["inbound"] });
  return told;
}
