// Faults, throttling, the clock and tokens, switched by the HTTP interface that tests use.

import { get, ofTitle, put, remove } from "./api.js";
import { announce, copyable, countOf, element } from "./dom.js";
import { CALLS, FAULTS, linesFor, makeRule, shortForm } from "./rules.js";
import { scenarioPart } from "./scenario.js";

const FIELDS = {
  status: { label: "Status", value: "503", type: "number" },
  body: { label: "Body", value: "" },
  delay_ms: { label: "Delay in ms", value: "", type: "number" },
  bytes: { label: "Bytes", value: "", type: "number" },
  pause_ms: { label: "Pause in ms", value: "", type: "number" },
  idle_ms: { label: "Idle for ms", value: "0", type: "number" },
  location: { label: "Location", value: "" },
};

const POINTS = [["", "when the request has arrived"], ["_before_body", "before its body is read"], ["_after_acting", "when it has been carried out"]];

function button(text, click, attributes = {}) {
  return element("button", { type: "button", click, ...attributes }, text);
}

function choice(name, label, options) {
  return element("label", {}, `${label} `, element("select", { name }, options.map(([value, text]) => element("option", { value }, text))));
}

function input(name, { label, value = "", type = "text", ...rest }) {
  return element("label", { "data-field": name }, `${label} `, element("input", { name, type, value, autocomplete: "off", ...rest }));
}

export class Faults {
  #title = "";
  #rules = [];
  #count;
  #scope = element("p", { class: "note" });
  #error = element("p", { role: "alert", class: "error" });
  #list = element("ul", { class: "rules", "aria-label": "Rules" });
  #lines = element("div");
  #form;
  #throttle;
  #throttleState = element("p", {});
  #clock;
  #clockState = element("p", {});

  /** `count(n)` is called with the number of rules there are. */
  constructor(section, count) {
    this.#count = count;
    this.#form = this.#makeForm();
    this.#throttle = element("textarea", { rows: 8, spellcheck: "false", "aria-label": "Throttling settings in JSON" });
    this.#clock = element("input", { type: "number", value: "0", step: "any", id: "clock-offset" });
    section.append(element("h2", {}, "Faults"), this.#scope, this.#error, this.#list, this.#form, this.#lines,
      element("h2", {}, "Throttling"), this.#throttleState,
      element("div", { class: "bar" },
        button("Use the documented limits", () => this.#do(() => put(ofTitle(this.#title, "throttle"), {}), "Throttling is on")),
        button("Switch off", () => this.#do(() => remove(ofTitle(this.#title, "throttle")), "Throttling is off"))),
      element("details", {}, element("summary", {}, "Other limits"), this.#throttle,
        button("Set these", () => this.#do(() => put(ofTitle(this.#title, "throttle"), this.#throttle.value), "Throttling is on"))),
      element("h2", {}, "Clock"), this.#clockState,
      element("div", { class: "bar" }, element("label", {}, "Minutes ahead (negative: behind) ", this.#clock),
        button("Set the clock", () => this.#do(() => put("clock", { offset_ms: Math.round(Number(this.#clock.value) * 60_000) }), "The clock is set")),
        button("Reset the clock", () => this.#do(() => remove("clock"), "The clock is reset"))),
      element("h2", {}, "Tokens"),
      element("div", { class: "bar" },
        button("Revoke all tokens", () => this.#do(() => remove("tokens"), "All tokens are revoked")),
        button("Revoke all service tokens", () => this.#do(() => remove("service_tokens"), "All service tokens are revoked"))),
      ...scenarioPart((action, done) => this.#do(action, done)));
  }

  #makeForm() {
    const form = element("form", { class: "bar", "aria-label": "Add a fault", submit: (event) => this.#add(event), input: () => this.#showFields() },
      choice("fault", "Fault", Object.keys(FAULTS).map((name) => [name, name.replaceAll("_", " ")])),
      choice("point", "Takes effect", POINTS),
      Object.entries(FIELDS).map(([name, field]) => input(name, field)),
      choice("calls", "For", [["", "all calls"], ...CALLS.map((name) => [name, name.replaceAll("_", " ")])]),
      input("next", { label: "Next requests", type: "number", min: 1, placeholder: "all" }),
      input("share", { label: "Share", type: "number", min: 0, max: 1, step: "any", placeholder: "1" }),
      element("button", { class: "primary" }, "Add fault"));
    return form;
  }

  #showFields() {
    const fields = [...FAULTS[this.#form.elements.fault.value], "delay_ms"];
    for (const label of this.#form.querySelectorAll("[data-field]")) {
      label.hidden = label.dataset.field in FIELDS && !fields.includes(label.dataset.field);
    }
  }

  async #add(event) {
    event.preventDefault();
    const rule = makeRule(Object.fromEntries(new FormData(this.#form)));
    await this.#do(async () => {
      // Of rules with a number of requests, some may have been used up meanwhile.
      const rules = await get(ofTitle(this.#title, "faults"));
      await put(ofTitle(this.#title, "faults"), [...rules, rule]);
    }, `The fault ${shortForm(rule)} is set`);
  }

  async #remove(index) {
    await this.#do(() => put(ofTitle(this.#title, "faults"), this.#rules.filter((_, place) => place !== index)), "The fault is removed");
    (this.#list.querySelector("button") ?? this.#form.elements.fault).focus();
  }

  async #do(action, done) {
    this.#error.textContent = "";
    try {
      await action();
      await this.draw(this.#title);
      announce(done);
    } catch (error) {
      this.#error.textContent = error.message;
    }
  }

  /** What is set, from the emulator: tests change it too. */
  async draw(title) {
    this.#title = title;
    const of = (name) => get(ofTitle(title, name));
    let rules, throttle, clock;
    try {
      [rules, throttle, clock] = await Promise.all([of("faults"), of("throttle"), get("clock")]);
    } catch (error) {
      this.#error.textContent = error.message;
      return;
    }
    if (title !== this.#title) {
      return;
    }
    this.#rules = rules;
    this.#count(rules.length);
    this.#showFields();
    this.#scope.textContent = title === "" ? "Rules for all titles. Choose a title above for rules of its own, which come first." : `Rules of title ${title}. They come before those for all titles.`;
    this.#list.replaceChildren(...rules.map((rule, index) => element("li", {}, element("code", {}, shortForm(rule)), " ",
      button("Remove", () => this.#remove(index), { "aria-label": `Remove the fault ${shortForm(rule)}` }))));
    this.#lines.replaceChildren(...(rules.length === 0 ? [element("p", { class: "note" }, "No fault is set.")]
      : [element("h3", {}, "The same in a test"), ...linesFor(rules, title, location.origin).map(([name, line]) => element("div", { class: "line" }, element("span", {}, name), copyable(name, line)))]));
    this.#throttleState.textContent = throttle === null ? `Off${title === "" ? "" : " for this title, unless it is on for all titles"}.` : "On.";
    if (document.activeElement !== this.#throttle) {
      this.#throttle.value = JSON.stringify(throttle ?? {}, null, 1);
    }
    const offset = clock.offset_ms;
    this.#clockState.textContent = offset === 0 ? "As this machine's." : `${countOf(Math.abs(offset) / 60_000, "minute")} ${offset > 0 ? "ahead" : "behind"}.`;
  }
}

