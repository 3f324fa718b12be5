// Calls to us, by the names of the pages.
import type { components } from "../api/schema";

type Schemas = components["schemas"];

export type CallKind = Schemas["InboundKind"];
export type InboundAnswer = Schemas["InboundAnswer"];
export type InboundFault = Schemas["InboundFault"];
export type InboundItem = Schemas["InboundItem"];
export type InboundList = Schemas["InboundList"];
export type InboundStep = Schemas["InboundStep"];
export type InboundStepState = Schemas["InboundStepState"];
export type InboundSummary = Schemas["InboundSummary"];
export type InboundWord = Schemas["InboundWord"];
export type NewInbound = Schemas["NewInbound"];

/** Tells the collector what a person says. */
export type Say = (word: InboundWord) => void;
