// A card for each invited user, as a console would show the invite.

import { copyable, element, formatTime } from "./dom.js";
import { isDone } from "./requests.js";
import { hazards, inviteUri, readUnencoded, readWithDecoding, readWithoutDecoding } from "./uri.js";

const MAX_CARDS = 60;

/** Platforms of PCs start a game by the scheme of all multiplayer games. */
const PC_PLATFORMS = new Set(["Win32", "WindowsOneCore"]);

const isInvite = ({ about }) => about.kind === "Invite" || about.kind === "Server invite";

/** The newest invite of each user of a title, the newest first: `{ user, request, count }`. */
export function collectInvites(requests, title) {
  const cards = new Map();
  for (let index = requests.length - 1; index >= 0; index -= 1) {
    const request = requests[index];
    if (!isInvite(request) || !isDone(request) || (title !== "" && String(request.title_id) !== title)) {
      continue;
    }
    for (const user of request.about.to) {
      const key = `${request.title_id} ${user}`;
      const card = cards.get(key);
      if (card) {
        card.count += 1;
      } else {
        cards.set(key, { key, user, request, count: 1 });
      }
    }
  }
  return [...cards.values()];
}

export class Invites {
  #section;
  #store;
  #cards = new Map();
  #list = element("ul", { class: "cards" });
  #note = element("p", { class: "note" });

  constructor(section, store) {
    this.#section = section;
    this.#store = store;
    section.append(element("h2", {}, "Invites"),
      element("p", { class: "note" }, "What the invited users' consoles would show. The emulator delivers nothing."), this.#note, this.#list);
  }

  /** Cards of invites that are there already stay as they are, open or not. */
  draw(title) {
    const invites = collectInvites(this.#store.kept, title);
    const wanted = invites.slice(0, MAX_CARDS);
    const old = this.#cards;
    this.#cards = new Map();
    for (const invite of wanted) {
      const id = `${invite.key} ${invite.request.place} ${invite.count}`;
      this.#cards.set(id, old.get(id) ?? makeCard(invite));
    }
    for (const [id, card] of old) {
      if (!this.#cards.has(id)) {
        card.remove();
      }
    }
    let previous = null;
    for (const card of this.#cards.values()) {
      // Moved only where it must be, so that the focus stays.
      const place = previous === null ? this.#list.firstChild : previous.nextSibling;
      if (place !== card) {
        this.#list.insertBefore(card, place);
      }
      previous = card;
    }
    this.#note.textContent = invites.length === 0 ? "No invite has been accepted by the service yet."
      : invites.length > MAX_CARDS ? `The newest ${MAX_CARDS} of ${invites.length} invited users.` : "";
  }
}

function makeCard({ user, request, count }) {
  const { connectionString, platform } = request.body;
  const sender = request.about.from;
  const output = element("div", { role: "group", "aria-label": `Accepted by ${user}`, hidden: true, tabindex: "-1" });
  const accept = element("button", {
    type: "button",
    class: "primary",
    "aria-expanded": "false",
    "aria-label": `Accept the invite of ${user}`,
    click: () => {
      const isOpen = !output.hidden;
      output.hidden = isOpen;
      accept.setAttribute("aria-expanded", String(!isOpen));
      if (!isOpen) {
        output.replaceChildren(...started({ request, user, sender, connectionString, platform }));
        output.focus();
      }
    },
  }, "Accept");
  return element("li", { class: "card" },
    element("p", { class: "eyebrow" }, `Title ${request.title_id}`, platform ? ` on ${platform}` : "", ` · ${formatTime(request.at_ms)}`),
    element("h3", {}, user),
    element("p", {}, "Invited by ", element("strong", {}, sender), count > 1 ? `, ${count} times` : ""),
    accept, output);
}

/** What happens when the user accepts. */
function started({ request, user, sender, connectionString = "", platform }) {
  const of = (pc) => inviteUri({ titleId: request.title_id, invitedUser: user, sender, connectionString, pc });
  const isPc = PC_PLATFORMS.has(platform);
  const uri = of(isPc);
  const warnings = hazards(connectionString);
  const content = [
    element("h4", {}, isPc ? "The game is started with" : "A console starts the game with"),
    copyable("URI", uri),
  ];
  if (platform === undefined) {
    content.push(element("p", {}, "A PC starts it with ", element("code", {}, "ms-xbl-multiplayer"), " instead of ", element("code", {}, `ms-xbl-${request.title_id}`), "."));
  }
  content.push(element("h4", {}, "Connection string, decoded"),
    connectionString === "" ? element("p", {}, "Empty") : copyable("Connection string", readWithDecoding(uri)));
  if (warnings.length > 0) {
    content.push(element("div", { class: "warning" },
      element("p", {}, element("strong", {}, "Some games will not get this connection string whole.")),
      element("ul", {}, warnings.map(({ character, reason }) => element("li", {}, element("code", {}, character), `: ${reason}`))),
      element("p", {}, "A game that does not decode reads ", element("code", { class: "undecoded" }, readWithoutDecoding(uri)), "."),
      readUnencoded(connectionString) === connectionString ? null
        : element("p", {}, "From a platform that does not encode, it reads ", element("code", {}, readUnencoded(connectionString) || "nothing"), "."),
      element("p", {}, "Letters, digits and ", element("code", {}, "- . _ ~ : / , ; ="), " arrive as they are; so does Base64 for URLs.")));
  }
  return content;
}
