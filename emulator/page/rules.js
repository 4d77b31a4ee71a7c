// Fault rules as the program reads them, and the lines that switch them on in a test. Pure.

/** The faults that the form offers, with their fields. */
export const FAULTS = {
  status: ["status", "body"],
  delay: ["delay_ms"],
  reset: [],
  close: [],
  stall: [],
  garbage: [],
  expired_token: [],
  cut: ["bytes"],
  drip: ["pause_ms"],
  redirect: ["location"],
  large_body: ["bytes"],
  close_idle: ["idle_ms"],
  reset_idle: ["idle_ms"],
};

/** Those that have a name for when they take effect. */
const HAVE_POINTS = new Set(["status", "delay", "reset", "close", "stall", "garbage", "redirect", "large_body"]);

export const CALLS = ["invites", "user_invites", "server_invites", "recent_players", "activities", "activity_writes", "activity_reads", "sign_in", "token"];

const WHOLE = new Set(["status", "delay_ms", "bytes", "pause_ms", "idle_ms", "next"]);

/** The rule of the form's values; empty ones are left out. */
export function makeRule({ fault, point = "", ...values }) {
  const rule = { fault: HAVE_POINTS.has(fault) ? fault + point : fault };
  for (const name of [...FAULTS[fault], "delay_ms", "next", "share", "calls"]) {
    const value = (values[name] ?? "").trim();
    if (value !== "") {
      rule[name] = WHOLE.has(name) || name === "share" ? Number(value) : value;
    }
  }
  return rule;
}

const ORDER = [...new Set(Object.values(FAULTS).flat()), "next", "share", "calls"];

/** The fields of a rule in the order of the form, without those that are empty. */
function fieldsOf({ fault: _, ...fields }) {
  const isEmpty = (value) => value === "" || (typeof value === "object" && Object.keys(value ?? {}).length === 0);
  const place = ([name]) => ORDER.indexOf(name);
  return Object.entries(fields).filter(([, value]) => !isEmpty(value)).sort((a, b) => place(a) - place(b));
}

/** `name:field=value`, or JSON where a value has a comma or is no plain value. */
export function shortForm(rule) {
  const { fault } = rule;
  const entries = fieldsOf(rule);
  if (entries.some(([, value]) => typeof value === "object" || /[,\s]/.test(String(value)))) {
    return JSON.stringify({ fault, ...Object.fromEntries(entries) });
  }
  return entries.length === 0 ? fault : `${fault}:${entries.map(([name, value]) => `${name}=${value}`).join(",")}`;
}

const rustString = (text) => (text.includes('"') ? `r#"${text}"#` : `"${text}"`);

const shellWord = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/** How a test switches these rules on: `[name, line]`. `title` is "" for all titles. */
export function linesFor(rules, title, origin) {
  const path = title === "" ? "/emulator/faults" : `/emulator/titles/${title}/faults`;
  const titles = title === "" ? "Titles::All" : title;
  const lines = [
    ["HTTP", `curl -X PUT ${origin}${path} -d ${shellWord(JSON.stringify(rules))}`],
    ["Rust", `emulator.set_faults(${titles}, &[${rules.map((rule) => rustString(shortForm(rule))).join(", ")}])?;`],
  ];
  if (title === "") {
    lines.unshift(["Command line", rules.map((rule) => `--fault ${shellWord(shortForm(rule))}`).join(" ")]);
  }
  return lines;
}
