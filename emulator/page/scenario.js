// A scenario: faults, throttling and the clock of all titles, as a file.

import { get, put } from "./api.js";
import { element } from "./dom.js";

async function save() {
  const text = `${JSON.stringify(await get("scenario"), null, 2)}\n`;
  const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const link = element("a", { href: url, download: "scenario.json" });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

/** The elements; `run(action, done)` does something, and says that it is done or what went wrong. */
export function scenarioPart(run) {
  const file = element("input", {
    type: "file",
    accept: "application/json,.json",
    change: async () => {
      const [chosen] = file.files;
      if (chosen) {
        await run(async () => put("scenario", await chosen.text()), "The scenario is loaded");
        file.value = "";
      }
    },
  });
  return [
    element("h2", {}, "Scenario"),
    element("p", { class: "note" }, "Faults, throttling and the clock of all titles. The option --scenario FILE starts the emulator with the same file."),
    element("div", { class: "bar" },
      element("button", { type: "button", click: () => run(save, "The scenario is saved") }, "Save as a file"),
      element("label", {}, "Load a file ", file)),
  ];
}
