// Making elements. Everything that comes from a request becomes a text node or an attribute's value, never markup.

const SVG = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") {
      node.addEventListener(name, value);
    } else if (value !== undefined && value !== null && value !== false) {
      node.setAttribute(name, value === true ? "" : value);
    }
  }
  node.append(...children.flat(Infinity).filter((child) => child !== undefined && child !== null && child !== false));
  return node;
}

/** An element. A function among the attributes listens to the event of that name; children may be nodes or text. */
export function element(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

export function svg(name, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children);
}

export function byId(id) {
  return document.getElementById(id);
}

/** Says something to users of screen readers, at most once in 5 seconds; the last text wins. */
export const announce = (() => {
  let pending = null;
  let timer = 0;
  const say = () => {
    timer = 0;
    if (pending !== null) {
      byId("announcement").textContent = pending;
      pending = null;
      timer = setTimeout(say, 5000);
    }
  };
  return (text) => {
    pending = text;
    if (timer === 0) {
      say();
    }
  };
})();

/** Text to be copied, with its button. */
export function copyable(name, text) {
  const code = element("code", {}, text);
  const button = element("button", {
    type: "button",
    class: "copy",
    "aria-label": `Copy: ${name}`,
    click: async () => {
      try {
        await navigator.clipboard.writeText(text);
        announce("Copied");
      } catch {
        // Pages over plain HTTP from another machine have no clipboard.
        getSelection().selectAllChildren(code);
        announce("Selected");
      }
    },
  }, "Copy");
  return element("div", { class: "copyable" }, element("pre", { tabindex: "0", role: "group", "aria-label": name }, code), button);
}

/** A number of things, such as "1 request" or "2,000 requests". */
export const countOf = (number, thing) => `${number.toLocaleString("en")} ${thing}${number === 1 ? "" : "s"}`;

/** `mm:ss.mmm` since the emulator's start, with hours where there are any. */
export function formatTime(ms) {
  const pad = (number, width) => String(number).padStart(width, "0");
  const hours = Math.floor(ms / 3_600_000);
  const minutes = Math.floor(ms / 60_000) % 60;
  const rest = `${pad(minutes, 2)}:${pad(Math.floor(ms / 1000) % 60, 2)}.${pad(Math.floor(ms % 1000), 3)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}
