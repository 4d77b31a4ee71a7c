// The requests that this page keeps, and what one is about.

/** As many as the emulator keeps of a title. */
export const MAX_KEPT = 10_000;

/** Calls by method and path. */
const CALLS = [
  ["Invite", "POST", /^\/titles\/\d+\/invites$/],
  ["Server invite", "POST", /^\/titles\/\d+\/invites\/server$/],
  ["Recent player groups", "POST", /^\/titles\/\d+\/recentplayergroups\/server$/],
  ["Recent players", "POST", /^\/titles\/\d+\/recentplayers$/],
  ["Recent players of users", "POST", /^\/titles\/\d+\/recentplayers\/server$/],
  ["Set activity", "PUT", /^\/titles\/\d+\/users\/\d+\/activities$/],
  ["Delete activity", "DELETE", /^\/titles\/\d+\/users\/\d+\/activities$/],
  ["Get activity", "GET", /^\/titles\/\d+\/users\/\d+\/activities$/],
  ["Query activities", "POST", /^\/titles\/\d+\/activities\/query$/],
];
const PARTS = { sign_in: "Sign in", token: "Token" };

export const KINDS = [...CALLS.map(([name]) => name), ...Object.values(PARTS), "Other"];

const ids = (list, name) => (Array.isArray(list) ? list.map((item) => (name ? item?.[name] : item)).filter((id) => typeof id === "string") : []);

/** Who reports or asks, whom it is about, and how many items, by call. */
const SUBJECTS = {
  "Invite": (body) => ({ to: ids(body.invitedUsers) }),
  "Server invite": (body) => ({ from: body.sender, to: ids(body.invitedUsers) }),
  "Recent player groups": (body) => {
    const groups = Array.isArray(body.recentPlayerGroups) ? body.recentPlayerGroups : [];
    return { to: groups.flatMap((group) => ids(group?.recentPlayers, "id")), count: groups.length };
  },
  "Recent players": (body) => ({ to: ids(body.recentPlayers, "id") }),
  "Recent players of users": (body) => {
    const users = Array.isArray(body.recentPlayersByXuid) ? body.recentPlayersByXuid : [];
    return { from: ids(users, "xuid").join(", "), to: users.flatMap((user) => ids(user?.recentPlayers, "id")) };
  },
  "Query activities": (body) => ({ to: ids(body.users) }),
};

function kindOf({ part, method, path }) {
  const call = CALLS.find(([, expected, pattern]) => expected === method && pattern.test(path));
  return PARTS[part] ?? call?.[0] ?? "Other";
}

/** What a request is about: `kind`, `caller` (a user hash, "-" for a service), `from`, `to` (XUIDs) and `count`. */
export function describe(request) {
  const kind = kindOf(request);
  const body = request.body !== null && typeof request.body === "object" ? request.body : {};
  const caller = request.caller ?? "";
  const user = /\/users\/(\d+)\//.exec(request.path)?.[1];
  const { from, to = user ? [user] : [], count = to.length } = SUBJECTS[kind]?.(body) ?? {};
  const named = typeof from === "string" && from !== "" ? from : undefined;
  return { kind, caller, from: named ?? (caller === "-" ? "service" : caller), to, count };
}

const textOf = (json, text, indent) => text ?? (json === null || json === undefined ? "" : JSON.stringify(json, null, indent));

/** The body of a request as text, with line breaks if `indent` is given; "" where there is none. */
export const bodyText = (request, indent) => textOf(request.body, request.body_text, indent);

/** The same of its response. */
export const responseText = (request, indent) => textOf(request.response, request.response_text, indent);

/** How long it took, with a unit. */
export function formatDuration({ duration_us: us }) {
  if (us === undefined) {
    return "";
  }
  return us < 10_000 ? `${(us / 1000).toFixed(1)} ms` : us < 10_000_000 ? `${Math.round(us / 1000)} ms` : `${(us / 1e6).toFixed(1)} s`;
}

/** Whether the service carried a call out: what it did counts, not whether its response arrived. */
export const isDone = ({ acted, status }) => acted === true && status >= 200 && status < 300;

/** Kept requests, the oldest first, each with `about` as `describe` returns it, `place` in this page and `run`. */
export class RequestStore {
  #kept = [];
  #listeners = [];
  #scheduled = null;
  #place = 0;
  /** Counts restarts of the emulator. */
  run = 0;
  total = 0;
  lost = 0;
  titles = new Set();

  get kept() {
    return this.#kept;
  }

  /** Calls `listener(added)` at most once a frame. */
  subscribe(listener) {
    this.#listeners.push(listener);
  }

  add(requests) {
    for (const request of requests) {
      request.about = describe(request);
      // Sequence numbers and times begin again when the emulator is restarted; places do not.
      request.place = this.#place++;
      request.run = this.run;
      this.#kept.push(request);
      this.titles.add(request.title_id);
    }
    this.total += requests.length;
    if (this.#kept.length > MAX_KEPT) {
      this.#kept.splice(0, this.#kept.length - MAX_KEPT);
    }
    this.#notify(requests);
  }

  clear() {
    this.#kept = [];
    this.total = 0;
    this.lost = 0;
    this.#notify([]);
  }

  addLost(count) {
    this.lost += count;
    this.#notify([]);
  }

  #notify(requests) {
    if (this.#scheduled !== null) {
      this.#scheduled.push(...requests);
      return;
    }
    this.#scheduled = [...requests];
    const run = () => {
      clearTimeout(timer);
      if (this.#scheduled !== null) {
        const added = this.#scheduled;
        this.#scheduled = null;
        this.#listeners.forEach((listener) => listener(added));
      }
    };
    // Pages in the background have no frames.
    const timer = setTimeout(run, 200);
    requestAnimationFrame(run);
  }
}
