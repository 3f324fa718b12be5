// The chunk of the pages that are lists.
export { ObligationsPage } from "../obligations/ObligationsPage";
export { SystemsPage } from "../systems/SystemsPage";
export { VenuesPage } from "../venues/VenuesPage";
