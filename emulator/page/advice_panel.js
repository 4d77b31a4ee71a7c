// The advice, with the requests that it is about.

import { advise } from "./advice.js";
import { element, formatTime } from "./dom.js";

const MAX_CARDS = 50;
/** Of each piece of advice, so many requests are listed. */
const MAX_REQUESTS = 8;

export class AdvicePanel {
  #store;
  #count;
  #open;
  #note = element("p", { class: "note" });
  #list = element("ul", { class: "cards" });
  #drawn = "";

  /** `count(n)` is called with the number of pieces of advice; `open(request)` shows a request in the timeline. */
  constructor(section, store, count, open) {
    this.#store = store;
    this.#count = count;
    this.#open = open;
    section.append(element("h2", {}, "Advice"), this.#note, this.#list);
  }

  draw(title) {
    const { kept } = this.#store;
    const all = advise(title === "" ? kept : kept.filter((request) => String(request.title_id) === title));
    this.#count(all.length);
    const key = JSON.stringify(all.map(({ rule, requests }) => [rule, requests[0].place, requests.length]));
    if (key === this.#drawn && all.length > 0) {
      return;
    }
    this.#drawn = key;
    this.#note.textContent = all.length === 0 ? "The traffic shows no known mistake." : all.length > MAX_CARDS ? `The newest ${MAX_CARDS} of ${all.length}.` : "";
    this.#list.replaceChildren(...all.slice(0, MAX_CARDS).map((advice) => this.#makeCard(advice)));
  }

  #makeCard({ title, text, requests }) {
    const link = (request) => element("button", { type: "button", class: "link", click: () => this.#open(request), "aria-label": `Open the request at ${formatTime(request.at_ms)}` }, formatTime(request.at_ms));
    const more = requests.length - MAX_REQUESTS;
    return element("li", { class: "card" }, element("h3", {}, title), element("p", {}, text),
      element("p", { class: "links" }, "Requests: ", requests.slice(0, MAX_REQUESTS).map((request) => [link(request), " "]), more > 0 ? `and ${more} more` : ""));
  }
}
