// Tests of the page's pure functions, run in the page itself. Returns what failed.

const failures = [];
const folder = "/emulator/page/";
const [uri, advice, filter, requests, curl, rules, stream, activities, met, graph] = await Promise.all(
  ["uri", "advice", "filter", "requests", "curl", "rules", "stream", "activities", "met", "graph"].map((name) => import(`${folder}${name}.js`)));

function equal(what, found, expected) {
  const [a, b] = [found, expected].map((value) => JSON.stringify(value));
  if (a !== b) {
    failures.push(`${what}: ${a}, not ${b}`);
  }
}

// URIs
const invite = (connectionString, more = {}) => uri.inviteUri({ titleId: 7, invitedUser: "1", sender: "2", connectionString, ...more });
for (const [text, encoded, without, characters] of [
  ["", "", "", []],
  [undefined, "", "", []],
  ["203.0.113.7:7777/a,b;c=d", "203.0.113.7:7777/a,b;c=d", "203.0.113.7:7777/a,b;c=d", []],
  ["a&b", "a%26b", "a%26b", ["&"]],
  ["a#b+c%d e", "a%23b%2Bc%25d%20e", "a%23b%2Bc%25d%20e", ["#", "%", "+", "blank"]],
  ["%3A", "%253A", "%253A", ["%"]],
  ["\u00e9\u00e9", "%C3%A9%C3%A9", "%C3%A9%C3%A9", ["\u00e9"]],
  ["\ud83d\ude00", "%F0%9F%98%80", "%F0%9F%98%80", ["\ud83d\ude00"]],
  ["<b>", "%3Cb%3E", "%3Cb%3E", ["<", ">"]],
]) {
  const whole = invite(text);
  equal(`URI of ${text}`, whole, `ms-xbl-7://inviteAccept?invitedUser=1&sender=2&connectionString=${encoded}`);
  equal(`undecoded ${text}`, uri.readWithoutDecoding(whole), without);
  equal(`decoded ${text}`, uri.readWithDecoding(whole), text ?? "");
  equal(`hazards of ${text}`, uri.hazards(text ?? "").map(({ character }) => character), characters);
}
equal("half a pair", invite("\ud83d").endsWith("=%EF%BF%BD"), true);
equal("on a PC", invite("a", { pc: true }), "ms-xbl-multiplayer://inviteAccept?invitedUser=1&sender=2&connectionString=a");
equal("unencoded", ["a&b", "a#b", "#", "ab"].map(uri.readUnencoded), ["a", "a", "", "ab"]);

// What requests are about
let place = 0;
function request(values) {
  const made = { place, seq: ++place, run: 0, at_ms: place, title_id: 7, part: "service", method: "POST", path: "/titles/7/invites/server", caller: "-", status: 204, acted: true, fault: null, headers: {}, body: null, ...values };
  return { ...made, about: requests.describe(made) };
}
const invited = (users, values = {}) => request({ body: { invitedUsers: users, sender: "9", connectionString: "a" }, ...values });
const about = (values) => requests.describe(request(values));
equal("invite", invited(["1", "2"]).about, { kind: "Server invite", caller: "-", from: "9", to: ["1", "2"], count: 2 });
equal("user's invite", about({ path: "/titles/7/invites", caller: "12", body: { invitedUsers: ["1"] } }), { kind: "Invite", caller: "12", from: "12", to: ["1"], count: 1 });
equal("groups", about({ path: "/titles/7/recentplayergroups/server", body: { recentPlayerGroups: [{ recentPlayers: [{ id: "1" }, { id: "2" }] }] } }),
  { kind: "Recent player groups", caller: "-", from: "service", to: ["1", "2"], count: 1 });
equal("activity", about({ method: "PUT", path: "/titles/7/users/3/activities", body: {} }), { kind: "Set activity", caller: "-", from: "service", to: ["3"], count: 1 });
equal("token", about({ part: "token", path: "/xsts/authorize" }).kind, "Token");
for (const body of [null, 1, [], "x", { invitedUsers: 1 }, { invitedUsers: [null, 5, {}] }, { sender: {} }]) {
  equal(`odd body ${JSON.stringify(body)}`, about({ body }).to, []);
}
for (const recentPlayerGroups of [null, {}, [null], [{ recentPlayers: {} }], [{ recentPlayers: [null, 1] }]]) {
  equal("odd groups", about({ path: "/titles/7/recentplayergroups/server", body: { recentPlayerGroups } }).to, []);
}
equal("durations", [0, 345, 9_999, 12_345, 12_345_678].map((us) => requests.formatDuration({ duration_us: us })), ["0.0 ms", "0.3 ms", "10.0 ms", "12 ms", "12.3 s"]);
equal("large numbers", JSON.stringify(stream.parse('{"a": 18446744073709551615, "b": 1.5, "c": 3}')), '{"a":18446744073709551615,"b":1.5,"c":3}');

// Filters
const all = [invited(["1"]), invited(["22"], { status: 400 }), request({ path: "/titles/8/invites", title_id: 8, fault: "reset", status: 0 })];
const passing = (choices) => all.filter(filter.makeFilter(choices)).map((found) => all.indexOf(found));
equal("no filter", passing({}), [0, 1, 2]);
equal("title", passing({ title: "8" }), [2]);
equal("kind", passing({ kind: "Server invite" }), [0, 1]);
equal("accepted", passing({ outcome: "accepted" }), [0]);
equal("rejected", passing({ outcome: "rejected" }), [1]);
equal("fault", passing({ outcome: "fault" }), [2]);
equal("search", passing({ search: "CONNECTIONSTRING 22" }), [1]);
equal("search for nothing there", passing({ search: "22 nothing" }), []);

// Advice
const rulesOf = (list) => advice.advise(list).map(({ rule }) => rule);
const apart = (count, gap, make = (index) => invited([String(100 + index)])) => Array.from({ length: count }, (_, index) => ({ ...make(index), at_ms: index * gap }));
equal("three are few", rulesOf(apart(3, 10)), []);
equal("four could be one", rulesOf(apart(4, 10)), ["ungathered"]);
equal("slow ones", rulesOf(apart(4, 3000)), []);
equal("full requests", rulesOf(apart(6, 10, (index) => invited(Array.from({ length: 16 }, (_, user) => `${index}${user}00`)))), []);
equal("other connection strings", rulesOf(apart(4, 10, (index) => request({ body: { invitedUsers: [`${index}`], sender: "9", connectionString: `${index}` } }))), []);
equal("the same again", rulesOf([invited(["1"]), invited(["2", "1"])]), ["repeated_invite"]);
equal("again after a restart", rulesOf([invited(["1"]), invited(["1"], { run: 1 })]), []);
equal("again after a rejection", rulesOf([invited(["1"], { status: 429, acted: false }), invited(["1"])]), []);
equal("again later", rulesOf([invited(["1"], { at_ms: 0 }), invited(["1"], { at_ms: 60_001 })]), []);
const rejected = (status) => invited(["1"], { status, acted: false });
equal("rejected twice", rulesOf([rejected(400), rejected(400)]), []);
equal("rejected three times", rulesOf([rejected(400), rejected(400), rejected(400)]), ["repeated_rejection"]);
equal("rejected otherwise", rulesOf([rejected(400), rejected(400), rejected(401)]), []);
equal("accepted in between", rulesOf([rejected(400), rejected(400), invited(["5"]), rejected(400)]), []);

// Commands
equal("quoting", ["a/b:c", "", "it's", "a b"].map(curl.quote), ["a/b:c", "''", "'it'\\''s'", "'a b'"]);
equal("curl", curl.curlCommand(invited(["1"], { headers: { authorization: "***", host: "x", signature: "***", "content-type": "application/json" } }), "http://h"),
  `curl -i -X POST -H 'authorization: XBL3.0 x=-;TOKEN' -H 'content-type: application/json' --data-raw '{"invitedUsers":["1"],"sender":"9","connectionString":"a"}' http://h/titles/7/invites/server`);

// Fault rules
const rule = rules.makeRule({ fault: "status", point: "_after_acting", status: "503", body: "", delay_ms: "", next: "2", share: "", calls: "invites", bytes: "7" });
equal("rule", rule, { fault: "status_after_acting", status: 503, next: 2, calls: "invites" });
equal("a fault without a point", rules.makeRule({ fault: "cut", point: "_after_acting", bytes: "20" }), { fault: "cut", bytes: 20 });
equal("short form", rules.shortForm(rule), "status_after_acting:status=503,next=2,calls=invites");
equal("short form as the emulator shows a rule", rules.shortForm({ fault: "status", body: "", calls: "invites", headers: {}, next: 1, status: 500 }), "status:status=500,next=1,calls=invites");
equal("short form of JSON", rules.shortForm({ fault: "status", status: 500, body: "a,b" }), '{"fault":"status","status":500,"body":"a,b"}');
equal("lines", rules.linesFor([{ fault: "reset" }], "", "http://h").map(([, line]) => line),
  ["--fault 'reset'", `curl -X PUT http://h/emulator/faults -d '[{"fault":"reset"}]'`, 'emulator.set_faults(Titles::All, &["reset"])?;']);
equal("lines of a title", rules.linesFor([{ fault: "reset" }], "7", "http://h").at(-1)[1], 'emulator.set_faults(7, &["reset"])?;');

// Activities and meetings
const activity = (sequenceNumber, method = "PUT") => request({ method, path: "/titles/7/users/3/activities", body: { sequenceNumber } });
const written = activities.collectActivities([activity("10"), activity(9), activity("11", "DELETE")], "");
equal("activities", written.map(({ user, number, isSet, outdated }) => [user, String(number), isSet, outdated]), [["3", "11", false, 1]]);
const group = (...players) => request({ path: "/titles/7/recentplayergroups/server", body: { recentPlayerGroups: [{ recentPlayers: players.map((id) => ({ id })) }] } });
equal("meetings", met.collectMeetings([group("1", "2", "3"), group("2", "1")], { title: "7" }).pairs, [["1", "2", 2], ["1", "3", 1], ["2", "3", 1]]);
equal("meetings until", met.collectMeetings([group("1", "2")], { title: "7", until: 0 }).pairs, []);
const many = met.collectMeetings([group(...Array.from({ length: 100 }, (_, player) => String(player)))], { title: "7" });
equal("at most 60 players", [many.players.length <= 60, many.more], [true, true]);
for (const count of [0, 1, 2, 60]) {
  const nodes = Array.from({ length: count }, (_, node) => String(node));
  const places = [...graph.layOut(nodes, nodes.slice(1).map((node) => ["0", node, 1]), 640, 420).values()];
  equal(`places of ${count}`, places.every(({ x, y }) => x >= 0 && x <= 640 && y >= 0 && y <= 420), true);
}

return failures;
