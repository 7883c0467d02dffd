// One message of the conversation.

import { blocks } from "./blocks.js";
import { make } from "./dom.js";
import { mrkdwn } from "./mrkdwn.js";

const clock = (at) => new Date(at * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const initials = (name) => name.split(/[\s.]+/).map((word) => word[0]).join("").slice(0, 2).toUpperCase();

export function drawMessage(message, before, stage) {
  if (message.typed) {
    return make("div", { class: "typed-line" }, make("span", {}, "You typed"), make("code", {}, message.text));
  }
  const bot = message.user === stage.bot;
  const name = stage.names[message.user] ?? message.user;
  const follows = before && !before.typed && before.user === message.user && message.at - before.at < 120
    && before.ephemeral === message.ephemeral && !message.thread;
  const body = make("div", { class: "body" });
  if (!follows) {
    body.append(make("div", { class: "who" }, make("strong", {}, name), bot && make("span", { class: "badge" }, "APP"),
      make("time", {}, clock(message.at))));
  }
  if (message.ephemeral) body.append(make("div", { class: "only" }, make("span", { "aria-hidden": "true" }, "◉ "), "Only visible to you"));
  if (message.blocks.length) body.append(make("div", { class: "blocks" }, blocks(message.blocks, stage)));
  else body.append(make("div", { class: "text" }, mrkdwn(message.text, stage.names)));
  for (const { from_url: address, blocks: below } of message.unfurls ?? []) {
    body.append(make("div", { class: "unfurl blocks", "aria-label": `Preview of ${address}` }, blocks(below, stage)));
  }
  for (const file of message.files) body.append(make("a", { class: "file", href: `play/file/${file.id}`, target: "_blank" }, `📎 ${file.name}`));
  if (message.edited) body.append(make("span", { class: "edited" }, "(edited)"));
  if (message.reactions.length) body.append(make("div", { class: "actions" }, message.reactions.map((mark) => make("span", { class: "mark" }, `:${mark}:`))));
  const face = make("i", { class: `face ${bot ? "bot" : "tone" + (message.user.charCodeAt(message.user.length - 1) % 6)}`, "aria-hidden": "true" }, follows || bot ? "" : initials(name));
  if (!message.ephemeral) body.append(make("div", { class: "tray" }, replyButton(message, stage), shortcutMenu(stage)));
  const traits = ["message", stage.thread === message.ts && "rooted", follows && "follows", message.ephemeral && "ephemeral", message.thread && message.thread !== message.ts && "reply"];
  return make("article", { class: traits.filter(Boolean).join(" ") }, face, body);
}

function replyButton(message, stage) {
  return stage.reply && make("button", { type: "button", class: "tool-button", "aria-label": "Reply in thread", onclick: () => stage.reply(message) }, "↩");
}

function shortcutMenu(stage) {
  if (!Object.keys(stage.shortcuts).length) return null;
  const press = (callback) => (event) => {
    event.target.closest("details").open = false;
    stage.shortcut(callback);
  };
  return make("details", { class: "overflow shortcuts" }, make("summary", { "aria-label": "Shortcuts" }, "⋯"),
    make("ul", {}, Object.entries(stage.shortcuts).map(([callback, name]) =>
      make("li", {}, make("button", { type: "button", onclick: press(callback) }, name)))));
}
