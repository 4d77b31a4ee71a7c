// One request, opened beside the timeline.

import { curlCommand } from "./curl.js";
import { byId, copyable, element, formatTime } from "./dom.js";
import { bodyText, formatDuration, responseText } from "./requests.js";
import { statusText } from "./timeline.js";

const panel = byId("details");

function facts(list) {
  const rows = list.filter(([, value]) => value !== undefined && value !== null && value !== "");
  return element("dl", {}, rows.map(([name, value]) => [element("dt", {}, name), element("dd", {}, String(value))]));
}

function part(name, ...content) {
  return element("section", {}, element("h3", {}, name), ...content);
}

export const isOpen = () => !panel.hidden;

/** Shows a request. `close` is called by the button and by Escape. */
export function showDetails(request, close) {
  const { about } = request;
  const body = bodyText(request, 2);
  const response = responseText(request, 2);
  const content = [
    element("div", { class: "bar" },
      element("h2", { id: "details-name", tabindex: "-1" }, about.kind === "Other" ? "Request" : about.kind),
      element("button", { type: "button", click: close, "aria-label": "Close the request" }, "Close")),
    facts([
      ["Request", `${request.method} ${request.path}`],
      ["Status", statusText({ status: request.status })],
      ["Fault", request.fault],
      ["Carried out", request.acted ? "yes" : "no"],
      ["Arrived", formatTime(request.at_ms)],
      ["Took", formatDuration(request)],
      ["From", about.from],
      ["To", about.to.join(", ")],
      ["Connection", request.connection],
      ["Correlation id", request.correlation_id],
    ]),
    response !== "" ? part("Response", copyable("Response", response)) : null,
    body !== "" ? part("Body", copyable("Body", body)) : null,
    part("Headers", facts(Object.entries(request.headers ?? {}))),
    part("Repeat it", copyable("Command", curlCommand(request, location.origin))),
  ];
  panel.replaceChildren(...content.filter(Boolean));
  panel.hidden = false;
  panel.scrollTop = 0;
}

export function hideDetails() {
  panel.hidden = true;
  panel.replaceChildren();
}

export function focusDetails() {
  byId("details-name")?.focus();
}
