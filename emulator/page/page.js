// The emulator's page: connects its parts with the stream of requests.

import { Activities } from "./activities.js";
import { AdvicePanel } from "./advice_panel.js";
import { focusDetails, hideDetails, isOpen, showDetails } from "./details.js";
import { announce, byId, countOf, element } from "./dom.js";
import { Faults } from "./faults.js";
import { Invites, collectInvites } from "./invites.js";
import { Met } from "./met.js";
import { Meters } from "./meters.js";
import { KINDS, RequestStore } from "./requests.js";
import { openStream } from "./stream.js";
import { Timeline } from "./timeline.js";

/** Parts other than the timeline are drawn at most this often. */
const DRAW_MS = 500;
const METERS_MS = 1000;

const CONNECTION = { connecting: "Connecting", open: "Live", lost: "Connection lost, trying again", restarted: "Live" };

const store = new RequestStore();
const timeline = new Timeline(store, openRequest);
const parts = {
  invites: new Invites(byId("invites"), store),
  met: new Met(byId("met"), store),
  activities: new Activities(byId("activities"), store),
  meters: new Meters(byId("meters")),
  faults: new Faults(byId("faults"), (count) => setBadge("faults", count)),
  advice: new AdvicePanel(byId("advice"), store, (count) => setBadge("advice", count), (request) => {
    location.hash = "requests";
    showPart();
    openRequest(request, "enter");
  }),
};
const title = byId("title");
let shown = "requests";
let drawing = 0;

function setBadge(name, count) {
  const badge = document.querySelector(`[data-count="${name}"]`);
  badge.textContent = count > 999 ? "999+" : count || "";
}

/** `how` is "click" or "enter"; "move" changes only what is open. */
function openRequest(request, how) {
  if (how !== "move" || isOpen()) {
    showDetails(request, closeRequest);
    if (how === "enter") {
      focusDetails();
    }
  }
}

function closeRequest() {
  hideDetails();
  timeline.focus();
}

function showPart() {
  const name = location.hash.slice(1);
  shown = name in parts ? name : "requests";
  for (const section of document.querySelectorAll("main > section")) {
    section.hidden = section.id !== shown;
  }
  for (const link of document.querySelectorAll("nav a")) {
    if (link.hash === `#${shown}`) {
      link.setAttribute("aria-current", "page");
    } else {
      link.removeAttribute("aria-current");
    }
  }
  draw();
}

/** Draws the part in view. The others cost nothing but their counts. */
function draw() {
  clearTimeout(drawing);
  drawing = 0;
  parts[shown]?.draw(title.value);
  if (shown !== "advice") {
    parts.advice.draw(title.value);
  }
  setBadge("invites", collectInvites(store.kept, title.value).length);
}

function drawSoon() {
  drawing ||= setTimeout(draw, DRAW_MS);
}

function readFilter() {
  timeline.setFilter({ title: title.value, kind: byId("kind").value, outcome: byId("outcome").value, search: byId("search").value });
}

function addTitles() {
  const known = new Set(Array.from(title.options, ({ value }) => value));
  for (const id of [...store.titles].filter((id) => id !== 0 && !known.has(String(id))).sort((a, b) => a - b)) {
    title.append(element("option", { value: id }, String(id)));
  }
}

store.subscribe((added) => {
  byId("totals").textContent = countOf(store.total, "request");
  byId("clear").disabled = store.kept.length === 0;
  if (added.length > 0) {
    byId("start").hidden = true;
    addTitles();
    announce(countOf(added.length, "new request"));
  }
  drawSoon();
});

openStream({
  requests: (requests) => store.add(requests),
  lost: (count) => store.addLost(count),
  state: () => {
    if (shown === "faults") {
      parts.faults.draw(title.value);
    }
  },
  connection: (state) => {
    const status = byId("connection");
    status.dataset.state = state === "restarted" ? "open" : state;
    status.textContent = CONNECTION[state];
    if (state === "restarted") {
      store.run += 1;
      announce("The emulator was restarted");
    }
    if (state !== "lost") {
      parts.faults.draw(title.value);
    }
  },
});

byId("kind").append(...KINDS.map((kind) => element("option", {}, kind)));
byId("endpoint").textContent = `config.endpoint = "${location.origin}";`;
byId("start").hidden = false;
byId("filter").addEventListener("input", readFilter);
byId("filter").addEventListener("submit", (event) => event.preventDefault());
title.addEventListener("change", () => {
  readFilter();
  draw();
});
byId("pause").addEventListener("click", ({ target }) => {
  const paused = target.getAttribute("aria-pressed") !== "true";
  target.setAttribute("aria-pressed", String(paused));
  timeline.setPaused(paused);
});
byId("clear").addEventListener("click", () => {
  hideDetails();
  store.clear();
});
addEventListener("hashchange", showPart);
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && isOpen()) {
    closeRequest();
  } else if (event.key === "/" && !event.target.matches("input, textarea, select")) {
    event.preventDefault();
    location.hash = "requests";
    byId("search").focus();
  }
});
setInterval(() => {
  if (shown === "meters" && !document.hidden) {
    parts.meters.draw(title.value);
  }
}, METERS_MS);
showPart();
