// Interactive elements: buttons, menus, pickers, and the fields of forms.

import { make, safeLink } from "./dom.js";
import { emoji } from "./mrkdwn.js";

const said = (text) => (text ? emoji(text.text) : "");

export function picture(item, kind) {
  const source = item.slack_file?.id ? `play/file/${item.slack_file.id}` : item.image_url ?? "";
  // Nothing is ever loaded from elsewhere: a picture of another origin is named, not fetched.
  if (new URL(source, location.href).origin !== location.origin) return make("span", { class: "missing" }, item.alt_text);
  const image = make("img", { src: source, alt: item.alt_text, class: kind, loading: "lazy" });
  image.addEventListener("error", () => image.replaceWith(make("span", { class: "missing" }, item.alt_text)));
  return image;
}

export function element(item, stage) {
  return (ELEMENTS[item.type] ?? unknown)(item, stage);
}

const unknown = (item) => make("span", { class: "unknown" }, `[${item.type}]`);

function pressing(item, stage, value) {
  return async () => {
    if (!item.confirm || (await stage.confirm(item.confirm))) stage.press(item, stage.block, value?.());
  };
}

function choices(item) {
  const option = (entry, chosen) => make("option", { value: entry.value, selected: chosen.includes(entry.value) }, said(entry.text));
  const chosen = [item.initial_option, ...(item.initial_options ?? [])].filter(Boolean).map((entry) => entry.value);
  const groups = (item.option_groups ?? []).map((group) =>
    make("optgroup", { label: said(group.label) }, group.options.map((entry) => option(entry, chosen))));
  return [...(item.options ?? []).map((entry) => option(entry, chosen)), ...groups];
}

function menu(item, stage, options, first) {
  const many = item.type.startsWith("multi_");
  const hold = make("option", { value: "", selected: !first }, said(item.placeholder) || "Choose …");
  const select = make("select", { multiple: many, class: "menu", "data-many": many, "aria-label": said(item.placeholder) || item.action_id }, many ? null : hold, options);
  if (first) select.value = first;
  if (!stage.input) {
    select.addEventListener("change", pressing(item, stage, () => (many ? [...select.selectedOptions].map((o) => o.value) : select.value)));
  }
  return select;
}

function typed(kind) {
  return (item, stage) => {
    const traits = { type: kind, value: item.initial_value, placeholder: said(item.placeholder), class: "typed" };
    if (item.multiline) return make("textarea", { ...traits, rows: 4, maxlength: item.max_length }, item.initial_value ?? "");
    if (kind === "number") Object.assign(traits, { step: item.is_decimal_allowed ? "any" : 1, min: item.min_value, max: item.max_value });
    const field = make("input", { ...traits, maxlength: item.max_length });
    if (!stage.input) field.addEventListener("change", pressing(item, stage, () => field.value));
    return field;
  };
}

function picker(kind, initial) {
  return (item, stage) => {
    const field = make("input", { type: kind, value: item[initial], class: "typed", "aria-label": said(item.placeholder) || item.action_id });
    if (!stage.input) field.addEventListener("change", pressing(item, stage, () => field.value));
    return field;
  };
}

function ticks(kind) {
  return (item, stage) => {
    const chosen = [item.initial_option, ...(item.initial_options ?? [])].filter(Boolean).map((entry) => entry.value);
    const name = `${stage.block}-${item.action_id}`;
    const box = make("div", { class: "ticks", "data-many": kind === "checkbox" }, item.options.map((entry) =>
      make("label", {}, make("input", { type: kind, name, value: entry.value, checked: chosen.includes(entry.value) }),
        make("span", {}, said(entry.text), entry.description && make("small", {}, said(entry.description))))));
    if (!stage.input) {
      const ticked = () => [...box.querySelectorAll("input:checked")].map((field) => field.value);
      box.addEventListener("change", pressing(item, stage, () => (kind === "checkbox" ? ticked() : ticked()[0])));
    }
    return box;
  };
}

const named = (list) => list.map(({ id, name }) => make("option", { value: id }, name));
const people = (stage) => named(stage.people.filter((person) => !person.bot));
const rooms = (stage) => named(stage.channels.filter((channel) => !channel.direct));

const ELEMENTS = {
  button(item, stage) {
    const label = said(item.text);
    const link = item.url && safeLink(item.url);
    const traits = { class: `button ${item.style ?? ""}`, "aria-label": item.accessibility_label, onclick: pressing(item, stage) };
    if (link) return make("a", { ...traits, href: link, target: "_blank", rel: "noopener noreferrer" }, label);
    return make("button", { ...traits, type: "button" }, label);
  },
  overflow(item, stage) {
    const list = make("ul", {}, item.options.map((entry) =>
      make("li", {}, make("button", { type: "button", onclick: async (event) => {
        event.target.closest("details").open = false;
        await pressing(item, stage, () => entry.value)();
      } }, said(entry.text)))));
    return make("details", { class: "overflow" }, make("summary", { "aria-label": "More" }, "⋯"), list);
  },
  static_select: (item, stage) => menu(item, stage, choices(item), item.initial_option?.value),
  multi_static_select: (item, stage) => menu(item, stage, choices(item)),
  external_select: (item, stage) => external(item, stage),
  users_select: (item, stage) => menu(item, stage, people(stage), item.initial_user),
  multi_users_select: (item, stage) => menu(item, stage, people(stage)),
  channels_select: (item, stage) => menu(item, stage, rooms(stage), item.initial_channel),
  conversations_select: (item, stage) => menu(item, stage, rooms(stage), item.initial_conversation),
  datepicker: picker("date", "initial_date"),
  timepicker: picker("time", "initial_time"),
  plain_text_input: typed("text"),
  number_input: typed("number"),
  email_text_input: typed("email"),
  url_text_input: typed("url"),
  checkboxes: ticks("checkbox"),
  radio_buttons: ticks("radio"),
  image: (item) => picture(item, "thumb"),
  feedback_buttons: (item, stage) =>
    make("span", { class: "actions" }, ["positive_button", "negative_button"].map((key) =>
      make("button", { type: "button", class: "button", onclick: () => stage.press(item, stage.block, item[key].value) }, said(item[key].text)))),
};

function external(item, stage) {
  const select = menu(item, stage, item.initial_option ? choices({ options: [item.initial_option] }) : [], item.initial_option?.value);
  const field = make("input", { type: "search", class: "typed", placeholder: "Type to search", oninput: async () => {
    const { options = [] } = await stage.suggest(item, field.value);
    select.options_found = options;
    select.replaceChildren(...choices({ options }));
  } });
  select.external = true;
  return make("span", { class: "external" }, field, select);
}

// What a form's field holds, as the stand-in wants it: text, a list, null for nothing, undefined when left as shown.
export function fieldValue(block) {
  const select = block.querySelector("select");
  if (select?.external) {
    if (!select.options_found && select.value) return undefined;
    return select.options_found?.find((option) => option.value === select.value) ?? null;
  }
  if (select) return select.multiple ? [...select.selectedOptions].map((option) => option.value) : select.value || null;
  const box = block.querySelector(".ticks");
  if (box) {
    const ticked = [...box.querySelectorAll("input:checked")].map((field) => field.value);
    return box.dataset.many === undefined ? (ticked[0] ?? null) : ticked;
  }
  return block.querySelector("input, textarea")?.value || null;
}
