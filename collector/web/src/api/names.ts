// The words of the API in the console's own names; the shapes come from openapi.json alone (`npm run api`).
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Class = Schemas["Class"];
export type Verdict = Schemas["Verdict"];
export type Level = Schemas["Level"];
export type Counts = Schemas["Counts"];
export type PlaceRef = Schemas["PlaceRef"];
export type ChildPlace = Schemas["ChildPlace"];
export type PlaceAnswer = Schemas["PlaceAnswer"];
export type Change = Schemas["Change"];
export type Problem = Schemas["Problem"];
export type Health = Schemas["Health"];
export type VenueRow = Schemas["VenueRow"];
export type VenuesAnswer = Schemas["VenuesAnswer"];
export type VenueAnswer = Schemas["VenueAnswer"];
export type VenueAgent = Schemas["VenueAgent"];
export type Device = Schemas["Device"];
export type Chain = Schemas["Chain"];
export type Stage = Schemas["Stage"];
export type Outcome = Schemas["Outcome"];
export type EvidenceRef = Schemas["EvidenceRef"];
export type Blame = Schemas["Blame"];
export type HistoryAnswer = Schemas["HistoryAnswer"];
export type Series = Schemas["Series"];
export type MapInfo = Schemas["MapInfo"];
export type Hello = Schemas["Hello"];
export type Delta = Schemas["Delta"];
export type Resync = Schemas["Resync"];
