// The activity of each user, from the calls that set and deleted it.

import { element, formatTime } from "./dom.js";
import { isDone } from "./requests.js";

const MAX_ROWS = 200;

/** A sequence number may be a number or a string, and is a whole number of 64 bits. */
function sequenceNumber({ body }) {
  try {
    return BigInt(body.sequenceNumber?.rawJSON ?? body.sequenceNumber);
  } catch {
    return -1n;
  }
}

/** The activity of each user and title, the last written first. A lower sequence number than an earlier one changes nothing. */
export function collectActivities(requests, title) {
  const users = new Map();
  for (const request of requests) {
    const { kind, to } = request.about;
    if ((kind !== "Set activity" && kind !== "Delete activity") || !isDone(request) || (title !== "" && String(request.title_id) !== title)) {
      continue;
    }
    const key = `${request.title_id} ${to[0]}`;
    const known = users.get(key);
    const number = sequenceNumber(request);
    if (known && number < known.number) {
      known.outdated += 1;
      continue;
    }
    users.delete(key);
    users.set(key, { user: to[0], request, number, isSet: kind === "Set activity", outdated: known?.outdated ?? 0 });
  }
  return [...users.values()].reverse();
}

export class Activities {
  #store;
  #note = element("p", { class: "note" });
  #rows = element("tbody");
  #drawn = "";

  constructor(section, store) {
    this.#store = store;
    const heads = ["User", "Title", "Connection string", "Who may join", "Players", "Platform", "Sequence", "Written", "Outdated writes"];
    section.append(element("h2", {}, "Activities"), this.#note,
      element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Activities by user" },
        element("table", {}, element("thead", {}, element("tr", {}, heads.map((head) => element("th", { scope: "col" }, head)))), this.#rows)));
  }

  draw(title) {
    const all = collectActivities(this.#store.kept, title);
    const key = all.map(({ request, outdated }) => `${request.place} ${outdated}`).join();
    if (key === this.#drawn && all.length > 0) {
      return;
    }
    this.#drawn = key;
    this.#note.textContent = all.length === 0 ? "No activity has been set yet." : all.length > MAX_ROWS ? `The newest ${MAX_ROWS} of ${all.length} users.` : "";
    this.#rows.replaceChildren(...all.slice(0, MAX_ROWS).map(makeRow));
  }
}

function makeRow({ user, request, number, isSet, outdated }) {
  const { connectionString, joinRestriction, currentPlayers, maxPlayers, platform } = isSet ? request.body : {};
  const players = currentPlayers === undefined && maxPlayers === undefined ? "" : `${currentPlayers ?? "?"} of ${maxPlayers ?? "?"}`;
  const values = [request.title_id, isSet ? connectionString : "deleted", joinRestriction, players, platform, number, formatTime(request.at_ms), outdated || ""];
  return element("tr", { class: isSet ? "" : "ended" }, element("th", { scope: "row" }, user), values.map((value) => element("td", {}, String(value ?? ""))));
}
