// Who met whom: a graph of what was reported, and a player's list as the service would give it.

import { get } from "./api.js";
import { countOf, element, formatTime, svg } from "./dom.js";
import { layOut } from "./graph.js";
import { isDone } from "./requests.js";

const MAX_PLAYERS = 60;
const MAX_PAIRS = 400;
const WIDTH = 640;
const HEIGHT = 420;

/** Groups of players that met, as one request reports them. */
function groupsOf({ about, body }) {
  const players = (list) => (Array.isArray(list) ? list.map((player) => player?.id).filter((id) => typeof id === "string") : []);
  switch (about.kind) {
    case "Recent player groups":
      return body.recentPlayerGroups.map((group) => ({ players: players(group.recentPlayers) }));
    case "Recent players":
      return [{ one: about.from, players: players(body.recentPlayers) }];
    case "Recent players of users":
      return body.recentPlayersByXuid.map((user) => ({ one: user.xuid, players: players(user.recentPlayers) }));
    default:
      return [];
  }
}

/** Pairs of players of reports up to a time, the last reported first: `{ pairs: [[a, b, times]], players, more }`. */
export function collectMeetings(requests, { title, until = Infinity }) {
  const pairs = new Map();
  const players = new Set();
  let more = false;
  const meet = (a, b) => {
    const isNew = (player) => !players.has(player);
    if (a === b || (players.size + isNew(a) + isNew(b) > MAX_PLAYERS)) {
      more ||= a !== b;
      return;
    }
    const key = a < b ? `${a} ${b}` : `${b} ${a}`;
    if (!pairs.has(key) && pairs.size >= MAX_PAIRS) {
      more = true;
      return;
    }
    pairs.set(key, (pairs.get(key) ?? 0) + 1);
    players.add(a).add(b);
  };
  for (let index = requests.length - 1; index >= 0 && !(more && pairs.size >= MAX_PAIRS); index -= 1) {
    const request = requests[index];
    if (String(request.title_id) !== title || request.at_ms > until || !isDone(request)) {
      continue;
    }
    for (const { one, players: others } of groupsOf(request)) {
      if (one !== undefined) {
        others.forEach((other) => meet(one, other));
      } else {
        others.forEach((a, place) => others.slice(place + 1).forEach((b) => meet(a, b)));
      }
    }
  }
  return { pairs: [...pairs].map(([key, times]) => [...key.split(" "), times]), players: [...players], more };
}

export class Met {
  #store;
  #title = "";
  #chosen = null;
  #drawn = "";
  #note = element("p", { class: "note" });
  #graph = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", class: "graph" });
  #until = element("input", { type: "range", min: 0, max: 1000, value: 1000, id: "met-until", input: () => this.draw(this.#title) });
  #untilText = element("output", { for: "met-until" });
  #players = element("ul", { class: "players", "aria-label": "Players" });
  #list = element("div", { role: "region", "aria-label": "List of the player", class: "list" });

  constructor(section, store) {
    this.#store = store;
    section.append(element("h2", {}, "Recent players"), this.#note,
      element("div", { class: "bar" }, element("label", {}, "Reported up to ", this.#until), this.#untilText),
      element("div", { class: "columns" }, this.#graph, element("div", {}, element("h3", {}, "Players"), this.#players, this.#list)));
  }

  draw(title) {
    const { kept } = this.#store;
    // A graph is of one title: the chosen one, or the last that reported.
    const isReport = ({ about }) => about.kind.startsWith("Recent player");
    this.#title = title;
    const shown = title !== "" ? title : String(kept.findLast(isReport)?.title_id ?? "");
    const last = kept[kept.length - 1]?.at_ms ?? 0;
    const isLive = this.#until.value === this.#until.max;
    const until = isLive ? Infinity : (last * this.#until.value) / this.#until.max;
    this.#untilText.textContent = isLive ? "now" : formatTime(until);
    const meetings = collectMeetings(kept, { title: shown, until });
    const key = JSON.stringify([shown, meetings]);
    if (key === this.#drawn) {
      return;
    }
    this.#drawn = key;
    const { pairs, players, more } = meetings;
    const summary = `${countOf(players.length, "player")}, ${countOf(pairs.length, "pair")} of title ${shown}`;
    this.#note.textContent = pairs.length === 0 ? "No recent players have been reported yet." : `${summary}${more ? "; the last reported, older ones are left out" : ""}.`;
    this.#graph.setAttribute("aria-label", `Graph: ${summary}. The players are listed beside it.`);
    this.#drawGraph(players, pairs, shown);
    this.#drawPlayers(players, pairs, shown);
  }

  #drawGraph(players, pairs, title) {
    const places = layOut(players, pairs, WIDTH, HEIGHT);
    const most = Math.max(1, ...pairs.map(([, , times]) => times));
    const lines = pairs.map(([a, b, times]) => {
      const [from, to] = [places.get(a), places.get(b)];
      return svg("line", { x1: from.x, y1: from.y, x2: to.x, y2: to.y, "stroke-width": 1 + (3 * times) / most }, svg("title", {}, `${a} and ${b}: ${times} times`));
    });
    const dots = players.map((player) => {
      const { x, y } = places.get(player);
      return svg("g", { transform: `translate(${x} ${y})`, "data-player": player, click: () => this.#choose(title, player) },
        svg("title", {}, player), svg("circle", { r: 7 }), svg("text", { y: -11, "text-anchor": "middle" }, players.length > 24 ? `…${player.slice(-4)}` : player));
    });
    this.#graph.replaceChildren(...lines, ...dots);
    this.#graph.classList.toggle("empty", players.length === 0);
  }

  #drawPlayers(players, pairs, title) {
    const met = new Map(players.map((player) => [player, 0]));
    pairs.forEach(([a, b]) => [a, b].forEach((player) => met.set(player, met.get(player) + 1)));
    const sorted = [...met].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
    const focused = this.#players.contains(document.activeElement) ? document.activeElement.dataset.player : null;
    this.#players.replaceChildren(...sorted.map(([player, count]) => element("li", {},
      element("button", { type: "button", "data-player": player, click: () => this.#choose(title, player) }, player), ` met ${count}`)));
    this.#players.querySelector(`[data-player="${CSS.escape(focused ?? "")}"]`)?.focus();
  }

  async #choose(title, player) {
    this.#chosen = player;
    this.#graph.querySelectorAll("g").forEach((dot) => dot.classList.toggle("chosen", dot.dataset.player === player));
    try {
      const { recent_players: list } = await get(`titles/${title}/users/${player}/recent_players`);
      if (this.#chosen === player) {
        this.#list.replaceChildren(element("h3", {}, `List of ${player}`), list.length === 0 ? element("p", { class: "note" }, "Empty") : table(list));
      }
    } catch (error) {
      this.#list.replaceChildren(element("p", { role: "alert" }, error.message));
    }
  }
}

function table(list) {
  const row = (cell, values) => element("tr", {}, values.map((value) => element(cell, cell === "th" ? { scope: "col" } : {}, value ?? "")));
  return element("table", {},
    element("thead", {}, row("th", ["Player", "Last met", "Encounter"])),
    element("tbody", {}, list.map(({ xuid, last_met: lastMet, encounter_type: encounter }) => row("td", [xuid, lastMet, encounter]))));
}
