// The words of the API in the console's own names; the shapes come from openapi.json alone (`npm run api`), which the collector writes.
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Class = Schemas["Class"];
export type Verdict = Schemas["VerdictName"];
export type Level = Schemas["LevelName"];
export type Counts = Schemas["Counts"];
export type PlaceRef = Schemas["PlaceRef"];
export type ChildPlace = Schemas["ChildPlace"];
export type PlaceAnswer = Schemas["PlaceAnswer"];
export type Change = Schemas["Change"];
export type Problem = Schemas["Problem"];
export type Health = Schemas["Health"];
export type VenueRow = Schemas["VenueRow"];
export type VenuesAnswer = Schemas["VenueList"];
export type VenueAnswer = Schemas["VenueAnswer"];
export type VenueAgent = Schemas["VenueAgent"];
export type Device = Schemas["Device"];
export type DeviceChange = Schemas["DeviceChange"];
export type DevicePart = Schemas["DevicePartName"];
export type PresetReference = Schemas["PresetReference"];
export type CameraAnswer = Schemas["CameraAnswer"];
export type CameraOrder = Schemas["CameraOrder"];
export type CameraSteer = Schemas["CameraSteer"];
export type Chain = Schemas["Chain"];
export type Stage = Schemas["Stage"];
export type Outcome = Schemas["Outcome"];
export type Measured = Schemas["Measured"];
export type Proof = Schemas["Proof"];
export type EvidenceRef = Schemas["EvidenceRef"];
export type Blame = Schemas["BlameAnswer"];
export type HistoryAnswer = Schemas["HistoryAnswer"];
export type Series = Schemas["SeriesAnswer"];
export type MapInfo = Schemas["MapSource"];
export type Hello = Schemas["HelloEvent"];
export type Delta = Schemas["DeltaEvent"];
export type Resync = Schemas["ResyncEvent"];
