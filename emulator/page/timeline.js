// The rows of the timeline. Only those in view are elements; the newest is on top.

import { byId, element, formatTime } from "./dom.js";
import { makeFilter } from "./filter.js";
import { formatDuration } from "./requests.js";

/** Rows beyond the edges, so that scrolling shows no gap. */
const OVERSCAN = 8;

const outcomeOf = ({ status, fault }) => (fault ? "fault" : status >= 200 && status < 300 ? "accepted" : "rejected");

/** What stands in the column of the status. */
export function statusText({ status, fault }) {
  return [status === 0 ? "none" : status, fault].filter((part) => part !== null && part !== undefined).join(" ");
}

function people(to) {
  return to.length > 1 ? `${to[0]} +${to.length - 1}` : to[0] ?? "";
}

/** Texts of a row, in the order of the columns, with the class of each. */
function cells(request) {
  const { about } = request;
  return [
    ["time", formatTime(request.at_ms)],
    ["status", statusText(request)],
    ["call", about.kind === "Other" ? `${request.method} ${request.path}` : about.kind],
    ["from", about.from],
    ["to", people(about.to)],
    ["count", about.count || ""],
    ["title", request.title_id || ""],
    ["connection", request.connection ?? ""],
    ["took", formatDuration(request)],
  ];
}

export class Timeline {
  #store;
  #open;
  #viewport = byId("timeline");
  #rows = byId("rows");
  #elements = new Map();
  #shown = [];
  #filter = makeFilter({});
  #paused = false;
  #waiting = 0;
  #current = null;

  /** `open(request, how)` shows a request; `how` is "click", "enter" or "move". */
  constructor(store, open) {
    this.#store = store;
    this.#open = open;
    store.subscribe((added) => this.#add(added));
    this.#viewport.addEventListener("scroll", () => this.#draw(), { passive: true });
    this.#viewport.addEventListener("keydown", (event) => this.#onKey(event));
    this.#rows.addEventListener("click", (event) => this.#onClick(event));
    new ResizeObserver(() => this.#draw()).observe(this.#viewport);
  }

  setFilter(choices) {
    this.#filter = makeFilter(choices);
    this.#select();
  }

  /** While paused nothing moves; requests are kept and counted. */
  setPaused(paused) {
    this.#paused = paused;
    if (!paused) {
      this.#select();
    } else {
      this.#report();
    }
  }

  /** The request with the focus moves into view and gets it. */
  focus() {
    const index = this.#index();
    if (index >= 0) {
      this.#focusOn(index);
    }
  }

  #select() {
    this.#waiting = 0;
    this.#shown = this.#store.kept.filter(this.#filter).reverse();
    this.#drawAll();
  }

  #add(added) {
    const isCleared = this.#store.kept.length === 0;
    if (this.#paused && !isCleared) {
      this.#waiting += added.filter(this.#filter).length;
      this.#report();
      return;
    }
    if (isCleared) {
      this.#select();
      return;
    }
    const fresh = added.filter(this.#filter).reverse();
    const oldest = this.#store.kept[0].place;
    // Someone who reads further down keeps the rows in place.
    const isReading = this.#viewport.scrollTop > 0;
    this.#shown = [...fresh, ...this.#shown];
    while (this.#shown.length > 0 && this.#shown[this.#shown.length - 1].place < oldest) {
      this.#shown.pop();
    }
    this.#drawAll(isReading ? fresh.length * this.#rowHeight() : 0);
  }

  #rowHeight() {
    return parseFloat(getComputedStyle(this.#rows).getPropertyValue("--row-height"));
  }

  #drawAll(moved = 0) {
    this.#viewport.setAttribute("aria-rowcount", this.#shown.length + 1);
    this.#rows.style.height = `${this.#shown.length * this.#rowHeight()}px`;
    if (moved > 0) {
      this.#viewport.scrollTop += moved;
    }
    this.#draw();
    this.#report();
  }

  #report() {
    const kept = this.#store.kept.length;
    const number = (count) => count.toLocaleString("en");
    const parts = [`${number(this.#shown.length)} of ${number(kept)} shown`];
    if (this.#store.total > kept) {
      parts.push(`${number(this.#store.total - kept)} older ones dropped`);
    }
    if (this.#store.lost > 0) {
      parts.push(`${number(this.#store.lost)} not received`);
    }
    if (this.#paused) {
      parts.push(`paused, ${number(this.#waiting)} new`);
    }
    byId("shown").textContent = parts.join(" · ");
  }

  #index() {
    return this.#current === null ? -1 : this.#shown.indexOf(this.#current);
  }

  /** Makes the elements of the rows in view, and keeps those that are there. */
  #draw() {
    const height = this.#rowHeight();
    const top = Math.max(0, this.#viewport.scrollTop - this.#rows.offsetTop);
    const first = Math.max(0, Math.floor(top / height) - OVERSCAN);
    const end = Math.min(this.#shown.length, first + Math.ceil(this.#viewport.clientHeight / height) + 2 * OVERSCAN);
    const current = this.#index();
    const wanted = new Map();
    for (let index = first; index < end; index += 1) {
      wanted.set(this.#shown[index], index);
    }
    // The row with the focus stays, wherever it is.
    if (current >= 0) {
      wanted.set(this.#current, current);
    }
    for (const [request, row] of this.#elements) {
      if (!wanted.has(request)) {
        row.remove();
        this.#elements.delete(request);
      }
    }
    for (const [request, index] of wanted) {
      let row = this.#elements.get(request);
      if (row === undefined) {
        row = this.#makeRow(request);
        this.#elements.set(request, row);
        this.#rows.append(row);
      }
      row.style.transform = `translateY(${index * height}px)`;
      row.setAttribute("aria-rowindex", index + 2);
      row.tabIndex = index === (current >= 0 ? current : 0) ? 0 : -1;
      row.classList.toggle("current", request === this.#current);
    }
  }

  #makeRow(request) {
    const row = element("div", { role: "row", class: `row ${outcomeOf(request)}`, "data-seq": request.seq },
      cells(request).map(([name, text]) => element("span", { role: "gridcell", class: name }, String(text))));
    row.request = request;
    return row;
  }

  #focusOn(index) {
    this.#current = this.#shown[index];
    const height = this.#rowHeight();
    const top = this.#rows.offsetTop + index * height;
    const head = this.#rows.offsetTop;
    if (top < this.#viewport.scrollTop + head) {
      this.#viewport.scrollTop = top - head;
    } else if (top + height > this.#viewport.scrollTop + this.#viewport.clientHeight) {
      this.#viewport.scrollTop = top + height - this.#viewport.clientHeight;
    }
    this.#draw();
    this.#elements.get(this.#current)?.focus({ preventScroll: true });
  }

  #onClick(event) {
    const row = event.target.closest(".row");
    if (row) {
      this.#focusOn(this.#shown.indexOf(row.request));
      this.#open(row.request, "click");
    }
  }

  #onKey(event) {
    if (this.#shown.length === 0 || event.altKey || event.ctrlKey || event.metaKey) {
      return;
    }
    const page = Math.max(1, Math.floor(this.#viewport.clientHeight / this.#rowHeight()) - 2);
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity };
    const index = Math.max(0, this.#index());
    if (event.key in steps) {
      event.preventDefault();
      this.#focusOn(Math.min(this.#shown.length - 1, Math.max(0, index + steps[event.key])));
      this.#open(this.#current, "move");
    } else if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      this.#focusOn(index);
      this.#open(this.#current, "enter");
    }
  }
}
