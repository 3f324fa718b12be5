// Words of the archive of signed documents in English.
import type { documents_zh } from "./documents_zh";

export const documents_en: Record<keyof typeof documents_zh, string> = {
  "nav.documents": "Reports",
  "help.documents": "Open reports",
  "documents.list": "Signed documents",
  "documents.kept": "{total} found · {kept} kept",
  "documents.full":
    "The archive holds {kept} of at most {most}: hand the oldest over to the records office; when it is full nothing more can be signed.",
  "documents.one": "Document",
  "documents.one.none": "No document chosen",
  "documents.one.none.next": "Click one, or choose with j / k: its editions, files and seal are here.",
  "documents.none": "Nothing was signed yet",
  "documents.none.next":
    "Records of roll calls, inspection reports, forms of joint tests and daily reports are kept here once signed, unchanged.",
  "documents.nothing": "No document matches",
  "documents.nothing.next": "Try another month, place or word.",
  "documents.clear": "Clear the filters",
  "documents.kind": "Kind",
  "documents.kind.roll-call": "Roll call",
  "documents.kind.inbound": "Calls to us",
  "documents.kind.inspection": "Inspection",
  "documents.kind.joint-tests": "Joint tests",
  "documents.kind.assurance": "Assurance",
  "documents.title": "Document",
  "documents.edition": "Edition",
  "documents.by": "Signed by",
  "documents.at": "Signed at",
  "documents.of": "of {when}",
  "documents.month": "Signed in",
  "documents.place.hint":
    "Documents that concern this city; those whose record is no longer kept are not found by place",
  "documents.search": "Title, number, signer",
  "documents.all": "Earlier editions too",
  "documents.record": "Open the record",
  "documents.gone": "There is no such document",
  "documents.gone.next": "The link may be cut, or the document is in another collector.",
};
