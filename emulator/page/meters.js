// How full the windows of the limits are.

import { get } from "./api.js";
import { element } from "./dom.js";

const NAMES = { burst: "Burst", sustained: "Sustained" };

const seconds = (ms) => `${ms / 1000} s`;

function makeWindow(name, window) {
  if (!window) {
    return element("p", { class: "note" }, `${NAMES[name]}: no limit`);
  }
  const { count, max, period_ms: periodMs } = window;
  const text = `${count} of ${max} in ${seconds(periodMs)}`;
  return element("p", {}, `${NAMES[name]} `,
    element("meter", { min: 0, max, value: Math.min(count, max), high: max * 0.8, optimum: 0, "aria-label": `${NAMES[name]}: ${text}` }, text), ` ${text}`);
}

export class Meters {
  #note = element("p", { class: "note" });
  #list = element("ul", { class: "cards" });
  #drawn = "";

  constructor(section) {
    section.append(element("h2", {}, "Limits"), this.#note, this.#list);
  }

  /** Asks the emulator: the windows move on with time, not only with requests. */
  async draw(title) {
    let meters;
    try {
      ({ meters } = await get("meters"));
    } catch (error) {
      this.#note.textContent = error.message;
      return;
    }
    const shown = meters.filter((meter) => title === "" || String(meter.title_id) === title);
    const key = JSON.stringify([title, shown]);
    if (key === this.#drawn) {
      return;
    }
    this.#drawn = key;
    this.#note.textContent = shown.length === 0 ? "No calls have been counted. Throttling is switched on under Faults." : "";
    this.#list.replaceChildren(...shown.map((meter) => element("li", { class: meter.rejected > 0 ? "card alert" : "card" },
      element("p", { class: "eyebrow" }, meter.title_id ? `Title ${meter.title_id}` : "Signing in", ` · ${meter.caller === "-" ? "service" : `user ${meter.caller}`}`),
      element("h3", {}, meter.kind.replaceAll("_", " ")),
      makeWindow("burst", meter.burst), makeWindow("sustained", meter.sustained),
      element("p", {}, meter.rejected > 0 ? element("strong", {}, `${meter.rejected} rejected`) : "None rejected"))));
  }
}
