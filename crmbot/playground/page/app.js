// The playground: keeps what the stand-in shows one person, draws it, and sends back what they do.

import { Composer } from "./composer.js";
import { ask, Modal } from "./dialogs.js";
import { find, lock, make } from "./dom.js";
import { drawMessage } from "./messages.js";
import { blocks } from "./blocks.js";

const here = { user: localStorage.user ?? "", place: localStorage.place ?? "", picture: null, unread: new Set(), seen: "0", spoke: { at: 0, after: 0 } };
const log = find("#log");

export async function act(name, body) {
  const answer = await fetch(`play/${name}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ user: here.user, ...body }),
  }).then((response) => response.json(), () => ({ problem: "the playground is not running" }));
  if (answer.problem) notice(answer.problem, "bad");
  return answer;
}

export function notice(text, tone = "") {
  const box = make("div", { class: `notice ${tone}` }, text);
  find("#notices").append(box);
  setTimeout(() => box.remove(), 6000);
}

function stage(where) {
  const { people, channels } = here.picture;
  return {
    people, channels, shortcuts: here.picture.shortcuts,
    names: Object.fromEntries([...people, ...channels].map(({ id, name }) => [id, name])),
    bot: here.picture.bot,
    confirm: ask,
    press: (item, block, value) => act("press", { ...where, action: item.action_id ?? item.text?.text, block, value }),
    suggest: (item, value) => act("suggest", { ...where, action: item.action_id, value }),
    shortcut: (callback) => act("shortcut", { ...where, callback }),
    thread: here.thread,
    reply: where.ts && ((message) => inThread(message.thread ?? message.ts)),
  };
}

const modal = new Modal(find("#modal"), { act, stage });
const composer = new Composer(find("#composer"), {
  commands: () => here.picture?.commands ?? {},
  send: (text) => {
    // Whoever speaks wants to see the answer, wherever they were reading; in a thread it comes below their eyes.
    if (!here.thread) log.scrollTop = log.scrollHeight;
    here.spoke = { at: Date.now(), after: log.querySelector(".empty") ? 0 : log.children.length };
    if (here.thread && text.startsWith("/")) notice(`Slack takes no commands in threads. Write: @${bot().name} ${text.slice(1)}`, "bad");
    else act("say", { text, channel: room()?.id, thread: here.thread });
  },
});

function inThread(ts) {
  here.thread = ts;
  const bar = find("#thread");
  bar.hidden = !ts;
  bar.replaceChildren(...(ts ? [
    make("span", {}, `Replying in a thread. Mention @${bot().name}, or begin with !crm.`),
    make("button", { type: "button", class: "cross", "aria-label": "Leave the thread", onclick: () => inThread(null) }, "×"),
  ] : []));
  render();
  composer.focus();
}

const room = () => here.picture?.channels.find(({ id }) => id === here.place);
const bot = () => here.picture.people.find(({ id }) => id === here.picture.bot);

function goTo(place) {
  here.place = localStorage.place = place;
  if (here.thread) inThread(null);
  here.unread.delete(place);
  document.body.classList.remove("browsing");
  find("#menu").setAttribute("aria-expanded", "false");
  if (place === "home") act("home", {});
  render(true);
  if (place !== "home" && matchMedia("(min-width: 800px)").matches) composer.focus();
}

function placeButton(channel) {
  const sign = channel.direct ? make("i", { class: "face bot" }) : make("span", { class: "sign" }, channel.private ? lock() : "#");
  const name = channel.direct ? bot().name : channel.name;
  const current = channel.id === here.place;
  return make("li", {}, make("button", {
    type: "button", class: `place ${here.unread.has(channel.id) ? "unread" : ""}`,
    "aria-current": current ? "page" : null, onclick: () => goTo(channel.id),
  }, sign, name));
}

function renderSide() {
  const { team, channels, people, mail, sample, digests } = here.picture;
  find("#team").textContent = team;
  find("#channels").replaceChildren(...channels.filter((channel) => !channel.direct).map(placeButton));
  find("#direct").replaceChildren(...channels.filter((channel) => channel.direct).map(placeButton));
  find("#home-tab").toggleAttribute("aria-current", here.place === "home");
  find("#drop").hidden = !mail;
  find("#sample").hidden = !sample;
  find("#digests").hidden = !digests;
  const persons = people.filter((person) => !person.bot);
  find("#speaker").replaceChildren(...persons.map(({ id, name }) => make("option", { value: id, selected: id === here.user }, name)));
}

function render(jump = false) {
  const picture = here.picture;
  if (!room() && here.place !== "home") here.place = picture.channels.find((channel) => channel.direct).id;
  renderSide();
  const atEnd = jump || log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  find("#composer").hidden = here.place === "home";
  if (here.place === "home") renderHome(picture);
  else renderRoom(picture);
  if (atEnd && here.place !== "home") showNewest();
  modal.show(picture.modal);
}

// The end of the room; of what is longer than the room the top: the speaker's words and all that came of them, or else the newest message.
function showNewest() {
  const own = Date.now() - here.spoke.at < 5000 ? log.children[here.spoke.after] : null;
  const first = own ?? log.lastElementChild;
  log.scrollTop = log.scrollHeight;
  if (first) log.scrollTop += Math.min(0, first.getBoundingClientRect().top - log.getBoundingClientRect().top);
}

function renderHome({ home }) {
  find("#title").textContent = "Home";
  find("#topic").textContent = "What the app shows you alone";
  const body = home ? blocks(home.blocks, stage({ view: home.id })) : make("p", { class: "empty" }, "The app has not published a Home tab yet.");
  log.replaceChildren(make("div", { class: "home blocks" }, body));
}

function renderRoom(picture) {
  const channel = room();
  find("#title").replaceChildren(channel.direct ? "" : channel.private ? lock() : "# ", channel.direct ? bot().name : channel.name);
  find("#topic").textContent = channel.direct ? "Direct message with the app" : "Answers are seen by you alone unless you share them";
  composer.placeholder(channel.direct ? `Message ${bot().name}, or /` : `Message #${channel.name}, or /`);
  const shown = picture.messages.filter((message) => message.channel === channel.id);
  let last = null;
  const drawn = shown.map((message) => {
    const node = drawMessage(message, last, stage({ channel: message.channel, ts: message.ts }));
    last = message;
    return node;
  });
  log.replaceChildren(...(drawn.length ? drawn : [welcome(picture)]));
}

function welcome({ examples }) {
  return make("div", { class: "empty" },
    make("p", {}, "Nothing here yet. Type a command, or start with one of these:"),
    make("div", { class: "actions" }, examples.map((text) => make("button", { type: "button", class: "button", onclick: () => composer.fill(text) }, text))));
}

function noteNew(picture) {
  const newest = picture.messages.reduce((most, { ts }) => (ts > most ? ts : most), here.seen);
  for (const { ts, channel } of picture.messages) if (here.seen !== "0" && ts > here.seen && channel !== here.place) here.unread.add(channel);
  here.seen = newest;
  for (const text of picture.violations) if (!here.told?.has(text)) notice(`Slack would refuse this: ${text}`, "bad");
  here.told = new Set(picture.violations);
}

async function watch() {
  for (;;) {
    try {
      const asked = here.user;
      const query = new URLSearchParams({ user: asked, ...(here.picture && { version: here.picture.version }) });
      here.waiting = new AbortController();
      const picture = await fetch(`play/state?${query}`, { signal: here.waiting.signal }).then((response) => response.json());
      if (here.user !== asked) continue;
      const same = here.picture?.version === picture.version;
      here.user = picture.user;
      here.picture = picture;
      document.body.classList.remove("away");
      noteNew(picture);
      if (!same) render(!here.drawn);
      here.drawn = true;
    } catch (error) {
      if (error.name === "AbortError") continue;
      document.body.classList.add("away");
      await new Promise((done) => setTimeout(done, 1500));
    }
  }
}

async function takeMail(file) {
  if (!file) return;
  const answer = await fetch(`play/mail?user=${encodeURIComponent(here.user)}`, { method: "POST", headers: { "Content-Type": "message/rfc822" }, body: file })
    .then((response) => (response.ok ? response.json() : { problem: `the mail was refused (${response.status})` }));
  notice(answer.problem ?? answer.message ?? `${file.name}: ${answer.outcome ?? "taken in"}`, answer.problem ? "bad" : "good");
}

find("#speaker").addEventListener("change", (event) => {
  here.user = localStorage.user = event.target.value;
  here.picture = null;
  here.drawn = false;
  here.seen = "0";
  here.waiting?.abort();
});
find("#home-tab").addEventListener("click", () => goTo("home"));
find("#digests").addEventListener("click", async () => {
  const { problem, result } = await act("digests", {});
  if (!problem) notice(typeof result === "string" ? result : "The digests are on their way.", "good");
});
find("#sample").addEventListener("click", async () => takeMail(await (await fetch("play/sample.eml")).blob()));
find("#mail").addEventListener("change", (event) => takeMail(event.target.files[0]).then(() => (event.target.value = "")));
find("#menu").addEventListener("click", (event) => {
  const open = document.body.classList.toggle("browsing");
  event.currentTarget.setAttribute("aria-expanded", String(open));
});
log.addEventListener("click", () => document.body.classList.remove("browsing"));
for (const kind of ["dragover", "drop", "dragleave"]) {
  addEventListener(kind, (event) => {
    event.preventDefault();
    document.body.classList.toggle("dropping", kind === "dragover");
    if (kind === "drop" && here.picture?.mail) for (const file of event.dataTransfer.files) takeMail(file);
  });
}
watch();
