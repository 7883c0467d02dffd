// Slack's mrkdwn and the standard Markdown of markdown blocks, as DOM nodes.

import { make, safeLink } from "./dom.js";

const EMOJI = {
  white_check_mark: "✅", heavy_check_mark: "✔️", x: "❌", warning: "⚠️", rotating_light: "🚨", tada: "🎉",
  eyes: "👀", bell: "🔔", calendar: "📅", date: "📅", email: "📧", envelope: "✉️", telephone_receiver: "📞",
  phone: "☎️", handshake: "🤝", moneybag: "💰", chart_with_upwards_trend: "📈", chart_with_downwards_trend: "📉",
  bar_chart: "📊", hourglass: "⌛", hourglass_flowing_sand: "⏳", fire: "🔥", snowflake: "❄️", memo: "📝",
  pencil: "✏️", mag: "🔍", bulb: "💡", link: "🔗", lock: "🔒", rocket: "🚀", star: "⭐", zzz: "💤", clock3: "🕒",
  alarm_clock: "⏰", arrow_right: "➡️", arrow_up: "⬆️", arrow_down: "⬇️", arrow_upper_right: "↗️",
  arrow_lower_right: "↘️", red_circle: "🔴", large_green_circle: "🟢", large_yellow_circle: "🟡",
  large_orange_circle: "🟠", large_blue_circle: "🔵", white_circle: "⚪", black_circle: "⚫", trophy: "🏆",
  dart: "🎯", wave: "👋", point_right: "👉", thumbsup: "👍", "+1": "👍", thumbsdown: "👎", "-1": "👎",
  leftwards_arrow_with_hook: "↩️", repeat: "🔁", busts_in_silhouette: "👥", bust_in_silhouette: "👤",
  office: "🏢", inbox_tray: "📥", outbox_tray: "📤", page_facing_up: "📄", receipt: "🧾", gear: "⚙️",
  information_source: "ℹ️", question: "❓", exclamation: "❗", robot_face: "🤖", hand: "✋", no_entry: "⛔",
};
const INLINE = /```([\s\S]+?)```|`([^`\n]+)`|<([^<>\s][^<>\n]*)>|(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])|(?<![\w_])_(?=\S)([^_\n]+?)(?<=\S)_(?![\w_])|(?<![\w~])~(?=\S)([^~\n]+?)(?<=\S)~(?![\w~])|:([a-z0-9_+-]+):/g;

const decode = (text) => text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");

export function emoji(text) {
  return text.replace(/:([a-z0-9_+-]+):/g, (all, name) => EMOJI[name] ?? all);
}

export function mrkdwn(text, names = {}) {
  const box = document.createDocumentFragment();
  let quote = null;
  for (const [place, line] of splitLines(text).entries()) {
    const quoted = /^(?:&gt;|>)\s?/.exec(line);
    if (quoted) {
      if (quote) quote.append(make("br"));
      else box.append((quote = make("blockquote")));
      quote.append(...inline(line.slice(quoted[0].length), names));
    } else {
      if (place && !quote) box.append(make("br"));
      quote = null;
      box.append(...inline(line, names));
    }
  }
  return box;
}

// A code block keeps its line breaks, so it is not cut into lines.
function splitLines(text) {
  const lines = [];
  let open = false;
  for (const line of text.split("\n")) {
    if (open) lines[lines.length - 1] += "\n" + line;
    else lines.push(line);
    if ((line.split("```").length - 1) % 2) open = !open;
  }
  return lines;
}

function inline(text, names) {
  const nodes = [];
  let last = 0;
  for (const match of text.matchAll(INLINE)) {
    if (match.index > last) nodes.push(decode(text.slice(last, match.index)));
    last = match.index + match[0].length;
    nodes.push(piece(match, names));
  }
  if (last < text.length) nodes.push(decode(text.slice(last)));
  return nodes;
}

function piece([all, block, code, token, bold, italic, strike, name], names) {
  if (block !== undefined) return make("pre", {}, decode(block.replace(/^\n|\n$/g, "")));
  if (code !== undefined) return make("code", {}, decode(code));
  if (token !== undefined) return control(token, names);
  if (bold !== undefined) return make("strong", {}, inline(bold, names));
  if (italic !== undefined) return make("em", {}, inline(italic, names));
  if (strike !== undefined) return make("s", {}, inline(strike, names));
  return EMOJI[name] ?? all;
}

function control(token, names) {
  const bar = token.indexOf("|");
  const target = bar < 0 ? token : token.slice(0, bar);
  const label = bar < 0 ? "" : decode(token.slice(bar + 1));
  if (target.startsWith("@")) return mention("@" + (names[target.slice(1)] ?? (label || target.slice(1))));
  if (target.startsWith("#")) return mention("#" + (names[target.slice(1)] ?? (label || target.slice(1))));
  if (target.startsWith("!date^")) return make("time", {}, label || target);
  if (target.startsWith("!")) return mention("@" + (label || target.slice(1)), "loud");
  return anchor(decode(target), label || decode(target).replace(/^mailto:/, ""));
}

export const mention = (text, more = "") => make("span", { class: `mention ${more}`.trim() }, text);

export function anchor(address, ...content) {
  const href = safeLink(address);
  return href ? make("a", { href, target: "_blank", rel: "noopener noreferrer" }, content) : make("span", {}, content);
}

export function markdown(text) {
  const box = make("div", { class: "markdown" });
  let list = null;
  for (const block of text.split("\n")) {
    const item = /^\s*(?:[-*]|(\d+)\.)\s+(.*)/.exec(block);
    const head = /^(#{1,6})\s+(.*)/.exec(block);
    if (item) {
      const kind = item[1] ? "ol" : "ul";
      if (list?.localName !== kind) box.append((list = make(kind)));
      list.append(make("li", {}, span(item[2])));
      continue;
    }
    list = null;
    if (head) box.append(make(`h${Math.min(6, head[1].length + 2)}`, {}, span(head[2])));
    else if (block.startsWith(">")) box.append(make("blockquote", {}, span(block.replace(/^>\s?/, ""))));
    else if (block.trim()) box.append(make("p", {}, span(block)));
  }
  return box;
}

function span(text) {
  const nodes = [];
  let last = 0;
  for (const match of text.matchAll(/\*\*(.+?)\*\*|`([^`]+)`|\[([^\]]+)\]\(([^)\s]+)\)|(?<!\w)[*_](\S[^*_]*?)[*_](?!\w)/g)) {
    nodes.push(text.slice(last, match.index));
    last = match.index + match[0].length;
    const [, bold, code, label, address, italic] = match;
    if (bold) nodes.push(make("strong", {}, span(bold)));
    else if (code) nodes.push(make("code", {}, code));
    else if (label) nodes.push(anchor(address, label));
    else nodes.push(make("em", {}, italic));
  }
  nodes.push(text.slice(last));
  return nodes;
}
