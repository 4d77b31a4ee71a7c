// Which requests the timeline shows.

import { bodyText, responseText } from "./requests.js";

const OUTCOMES = {
  accepted: (request) => request.status >= 200 && request.status < 300 && !request.fault,
  rejected: (request) => request.status >= 400,
  fault: (request) => Boolean(request.fault),
};

const texts = new WeakMap();

/** All that can be searched, in lower case. Made once for each request that a search looks at. */
function textOf(request) {
  let text = texts.get(request);
  if (text === undefined) {
    const { about } = request;
    const parts = [request.method, request.path, request.status, about.kind, about.from, about.to.join(" "), request.fault, request.correlation_id, bodyText(request), responseText(request)];
    text = parts.filter(Boolean).join("\n").toLowerCase();
    texts.set(request, text);
  }
  return text;
}

/** A function that says whether a request is shown. All words of the search must be in it; empty choices mean all. */
export function makeFilter({ title = "", kind = "", outcome = "", search = "" }) {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const isOutcome = OUTCOMES[outcome] ?? (() => true);
  return (request) =>
    (title === "" || String(request.title_id) === title) &&
    (kind === "" || request.about.kind === kind) &&
    isOutcome(request) &&
    words.every((word) => textOf(request).includes(word));
}
