// Advice where the traffic shows a mistake. Pure functions of requests, the oldest first.

import { isDone } from "./requests.js";

/** Requests that follow each other within this time could have been one. */
const TOGETHER_MS = 2000;
const FEWEST_TOGETHER = 4;
/** The same invite within this time is a mistake rather than another match. */
const AGAIN_MS = 60_000;
const FEWEST_REJECTED = 3;

/** Calls that take several items, and how many fit into one request. `key` says which ones could share one. */
const GATHERED = {
  "Invite": { most: 16, items: "users", key: ({ body, about }) => [about.caller, body.connectionString, body.platform] },
  "Server invite": { most: 16, items: "users", key: ({ body }) => [body.sender, body.connectionString, body.platform] },
  "Recent player groups": { most: 20, items: "groups", key: () => [] },
  "Recent players": { most: 100, items: "players", key: ({ about }) => [about.caller] },
  "Query activities": { most: 30, items: "users", key: () => [] },
};

const REMEDIES = {
  400: "The response names the field that is wrong. A request that was rejected as invalid stays invalid.",
  401: "Get a new token before the next attempt.",
  403: "Check that the certificate and the sandbox may make this call.",
  404: "Check the path and the title id.",
  429: "Wait as long as Retry-After says: rejected calls count towards the sustained limit.",
  503: "Wait longer after each attempt.",
};

/** Several requests that one could have done. */
export function findUngathered(requests) {
  const runs = new Map();
  const found = [];
  for (const request of requests) {
    const rule = GATHERED[request.about.kind];
    if (rule === undefined || !isDone(request)) {
      continue;
    }
    const key = JSON.stringify([request.run, request.title_id, request.about.kind, ...rule.key(request)]);
    let run = runs.get(key);
    const isLate = run && request.at_ms - run.first.at_ms > TOGETHER_MS;
    if (run === undefined || isLate || run.count + request.about.count > rule.most) {
      run = { first: request, requests: [], count: 0, rule };
      runs.set(key, run);
    }
    run.requests.push(request);
    run.count += request.about.count;
    if (run.requests.length === FEWEST_TOGETHER) {
      found.push(run);
    }
  }
  return found.map(({ first, requests: all, count, rule }) => ({
    rule: "ungathered",
    title: `${all.length} requests could have been one`,
    text: `"${first.about.kind}" was called ${all.length} times within ${all.at(-1).at_ms - first.at_ms} ms, with ${count} ${rule.items} in all. ` +
      `One request takes up to ${rule.most}, and counts once towards the limits.`,
    requests: all,
  }));
}

/** The same invite to the same users more than once. */
export function findRepeatedInvites(requests) {
  const seen = new Map();
  const found = new Map();
  for (const request of requests) {
    const { about, body } = request;
    if (!about.kind.toLowerCase().endsWith("invite") || !isDone(request)) {
      continue;
    }
    const invite = JSON.stringify([request.run, request.title_id, about.from, body.connectionString]);
    for (const user of new Set(about.to)) {
      const key = `${invite} ${user}`;
      const earlier = seen.get(key);
      if (earlier && request.at_ms - earlier.at_ms <= AGAIN_MS) {
        const entry = found.get(invite) ?? { users: new Set(), requests: new Set() };
        entry.users.add(user);
        entry.requests.add(earlier).add(request);
        found.set(invite, entry);
      }
      seen.set(key, request);
    }
  }
  return [...found.values()].map(({ users, requests: all }) => ({
    rule: "repeated_invite",
    title: "The same invite was sent again",
    text: `${users.size === 1 ? `User ${[...users][0]}` : `${users.size} users`} got the same invite again within a minute. ` +
      "After a lost response an invite may have arrived: send it again only if the service cannot have acted.",
    requests: [...all].sort((a, b) => a.place - b.place),
  }));
}

/** A call that one caller repeats although each attempt is rejected. */
export function findRepeatedRejections(requests) {
  const runs = new Map();
  const found = [];
  for (const request of requests) {
    const { about, run: emulatorRun, status, title_id: title } = request;
    const key = JSON.stringify([emulatorRun, title, about.kind, about.caller]);
    const run = runs.get(key);
    if (status < 400 || run?.status !== status) {
      runs.set(key, status >= 400 ? { status, requests: [request] } : undefined);
      continue;
    }
    run.requests.push(request);
    if (run.requests.length === FEWEST_REJECTED) {
      found.push(run);
    }
  }
  return found.map(({ status, requests: all }) => ({
    rule: "repeated_rejection",
    title: `Rejected ${all.length} times in a row with ${status}`,
    text: `"${all[0].about.kind}" was called again and again and got ${status} each time. ${REMEDIES[status] ?? "Look at the response before the next attempt."}`,
    requests: all,
  }));
}

/** All advice, what happened last first. */
export function advise(requests) {
  const all = [findUngathered, findRepeatedInvites, findRepeatedRejections].flatMap((find) => find(requests));
  return all.sort((a, b) => b.requests.at(-1).place - a.requests.at(-1).place);
}
