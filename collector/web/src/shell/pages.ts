// The chunk of the pages that are lists.

export { DocumentsPage } from "../documents/DocumentsPage";
export { MeetingsPage } from "../meetings/MeetingsPage";
export { ObligationsPage } from "../obligations/ObligationsPage";
export { SystemsPage } from "../systems/SystemsPage";
export { UnitsPage } from "../units/UnitsPage";
export { VenuesPage } from "../venues/VenuesPage";
