// Block Kit blocks as DOM nodes. `stage` knows names and what to do when something is pressed.

import { make } from "./dom.js";
import { chart } from "./charts.js";
import { element, picture } from "./elements.js";
import { anchor, emoji, markdown, mention, mrkdwn } from "./mrkdwn.js";

export function words(text, stage) {
  if (!text) return "";
  return text.type === "mrkdwn" ? mrkdwn(text.text, stage.names) : text.emoji === false ? text.text : emoji(text.text);
}

export function blocks(list, stage) {
  return list.map((block) => {
    const drawn = BLOCKS[block.type]?.(block, { ...stage, block: block.block_id });
    return drawn ?? make("p", { class: "unknown" }, `[${block.type}]`);
  });
}

const BLOCKS = {
  section(block, stage) {
    const body = make("div", { class: "said" });
    if (block.text) body.append(make("div", { class: "text" }, words(block.text, stage)));
    if (block.fields) {
      body.append(make("div", { class: "fields" }, block.fields.map((field) => make("div", {}, words(field, stage)))));
    }
    const side = block.accessory && make("div", { class: "accessory" }, element(block.accessory, stage));
    return make("div", { class: "section" }, body, side);
  },
  header: (block, stage) => make("h3", { class: "header" }, words(block.text, stage)),
  divider: () => make("hr"),
  context: (block, stage) =>
    make("div", { class: "context" }, block.elements.map((item) =>
      item.type === "image" ? picture(item, "mini") : make("span", {}, words(item, stage)))),
  actions: (block, stage) => make("div", { class: "actions" }, block.elements.map((item) => element(item, stage))),
  context_actions: (block, stage) =>
    make("div", { class: "actions quiet" }, block.elements.map((item) => element(item, stage))),
  image: (block, stage) =>
    make("figure", {}, block.title && make("figcaption", {}, words(block.title, stage)), picture(block, "large")),
  markdown: (block) => markdown(block.text),
  rich_text: (block, stage) => make("div", { class: "rich" }, block.elements.map((part) => rich(part, stage))),
  table: (block, stage) => table(block.rows, block.column_settings ?? [], stage),
  data_table: (block, stage) =>
    make("figure", { class: "data" }, make("figcaption", {}, block.caption), table(block.rows, [], stage, true)),
  data_visualization: (block) =>
    make("figure", { class: "data" }, make("figcaption", {}, block.title), chart(block.chart)),
  alert: (block, stage) => make("div", { class: `alert ${block.level ?? "default"}`, role: "note" }, words(block.text, stage)),
  card: (block, stage) =>
    make("div", { class: "card" },
      block.title && make("strong", {}, words(block.title, stage)),
      block.subtitle && make("div", { class: "context" }, words(block.subtitle, stage)),
      block.body && make("div", {}, words(block.body, stage)),
      block.actions && make("div", { class: "actions" }, block.actions.map((item) => element(item, stage)))),
  carousel: (block, stage) => make("div", { class: "carousel" }, blocks(block.elements, stage)),
  container: (block, stage) =>
    make("div", { class: "card" }, make("strong", {}, words(block.title, stage)), blocks(block.child_blocks, stage)),
  input(block, stage) {
    const field = element(block.element, { ...stage, input: true });
    const name = make("span", { class: "label" }, words(block.label, stage),
      block.optional && make("span", { class: "optional" }, " (optional)"));
    const hint = block.hint && make("span", { class: "hint" }, words(block.hint, stage));
    const group = ["checkboxes", "radio_buttons"].includes(block.element.type);
    return make(group ? "fieldset" : "label", { class: "input", "data-block": block.block_id },
      group ? make("legend", {}, name) : name, field, hint, make("span", { class: "error", role: "alert" }));
  },
};

const LISTS = { bullet: "ul", ordered: "ol" };

function rich(part, stage) {
  const inside = () => part.elements.map((item) => styled(item, stage));
  if (part.type === "rich_text_list") {
    return make(LISTS[part.style], {}, part.elements.map((item) => make("li", {}, item.elements.map((leaf) => styled(leaf, stage)))));
  }
  if (part.type === "rich_text_preformatted") return make("pre", {}, inside());
  return make(part.type === "rich_text_quote" ? "blockquote" : "p", {}, inside());
}

function styled(item, stage) {
  let node = leaf(item, stage);
  for (const [style, tag] of [["bold", "strong"], ["italic", "em"], ["strike", "s"], ["underline", "u"], ["code", "code"]]) {
    if (item.style?.[style]) node = make(tag, {}, node);
  }
  return node;
}

function leaf(item, stage) {
  switch (item.type) {
    case "link": return anchor(item.url, item.text || item.url);
    case "user": return mention("@" + (stage.names[item.user_id] ?? item.user_id));
    case "channel": return mention("#" + (stage.names[item.channel_id] ?? item.channel_id));
    case "broadcast": return mention("@" + item.range, "loud");
    case "emoji": return emoji(`:${item.name}:`);
    case "date": return item.fallback ?? new Date(item.timestamp * 1000).toLocaleString();
    default: return item.text ?? "";
  }
}

function table(rows, settings, stage, sortable = false) {
  const numeric = (place) => rows.slice(1).every((row) => row[place]?.type === "raw_number") && rows.length > 1;
  const cells = (row, tag) => row.map((cell, place) =>
    make(tag, { class: settings[place]?.align ?? (numeric(place) ? "right" : ""), scope: tag === "th" ? "col" : null }, inCell(cell, stage)));
  const body = make("tbody", {}, rows.slice(1).map((row) => make("tr", {}, cells(row, "td"))));
  const head = make("tr", {}, cells(rows[0], "th"));
  if (sortable) for (const [place, cell] of [...head.children].entries()) sorting(cell, place, rows, body);
  return make("div", { class: "scroll", tabindex: "0" }, make("table", {}, make("thead", {}, head), body));
}

function sorting(cell, place, rows, body) {
  const lines = [...body.children].map((line, at) => ({ line, cell: rows[at + 1][place] }));
  const key = ({ cell: { value, text } }) => value ?? text ?? "";
  const button = make("button", { type: "button", class: "sort", onclick: () => {
    const down = cell.getAttribute("aria-sort") === "ascending";
    for (const other of cell.parentNode.children) other.removeAttribute("aria-sort");
    cell.setAttribute("aria-sort", down ? "descending" : "ascending");
    lines.sort((a, b) => (key(a) > key(b) ? 1 : key(a) < key(b) ? -1 : 0) * (down ? -1 : 1));
    body.append(...lines.map(({ line }) => line));
  } }, cell.textContent);
  cell.replaceChildren(button);
}

function inCell(cell, stage) {
  if (cell.type === "rich_text") return cell.elements.map((part) => rich(part, stage));
  if (cell.type === "action") return element(cell.element, stage);
  return cell.text;
}
