// Modals with their forms, and the confirmation before a press.

import { blocks } from "./blocks.js";
import { find, make } from "./dom.js";
import { fieldValue } from "./elements.js";
import { mrkdwn } from "./mrkdwn.js";

export class Modal {
  constructor(dialog, { act, stage }) {
    this.dialog = dialog;
    this.act = act;
    this.stage = stage;
    this.view = null;
    dialog.addEventListener("cancel", (event) => { event.preventDefault(); this.close(); });
  }

  show(view) {
    if (view?.hash === this.view?.hash && view?.id === this.view?.id) return;
    this.view = view;
    if (!view) { this.dialog.close(); return; }
    const submit = view.submit && make("button", { class: "button primary", type: "submit" }, view.submit.text);
    this.dialog.replaceChildren(make("form", { class: "sheet", novalidate: true, onsubmit: (event) => { event.preventDefault(); this.submit(); } },
      make("header", {}, make("h2", {}, view.title.text), make("button", { type: "button", class: "cross", "aria-label": "Close", onclick: () => this.close() }, "×")),
      make("div", { class: "blocks" }, blocks(view.blocks, this.stage({ view: view.id }))),
      make("footer", {}, make("button", { type: "button", class: "button", onclick: () => this.close() }, view.close?.text ?? "Cancel"), submit)));
    if (!this.dialog.open) this.dialog.showModal();
  }

  fields() { return [...this.dialog.querySelectorAll("[data-block]")]; }

  async submit() {
    const values = {};
    const missing = {};
    for (const field of this.fields()) {
      const block = this.view.blocks.find(({ block_id: id }) => id === field.dataset.block);
      const value = fieldValue(field);
      values[field.dataset.block] = value;
      if ((value === null || value?.length === 0) && !block.optional) missing[field.dataset.block] = "Please complete this required field.";
    }
    if (this.complain(missing)) return;
    const { errors } = await this.act("submit", { view: this.view.id, values });
    this.complain(errors ?? {});
  }

  complain(errors) {
    for (const field of this.fields()) {
      const sentence = errors[field.dataset.block] ?? "";
      find(".error", field).textContent = sentence;
      field.classList.toggle("wrong", Boolean(sentence));
    }
    find(".wrong input, .wrong textarea, .wrong select", this.dialog)?.focus();
    return Object.keys(errors).length > 0;
  }

  close() { if (this.view) this.act("close", { view: this.view.id }); }
}

export function ask(confirm) {
  const dialog = find("#confirm");
  const text = confirm.text.type === "mrkdwn" ? mrkdwn(confirm.text.text) : confirm.text.text;
  return new Promise((settle) => {
    const answer = (yes) => () => { dialog.close(); settle(yes); };
    dialog.replaceChildren(make("div", { class: "sheet small" },
      make("header", {}, make("h2", {}, confirm.title.text)),
      make("div", { class: "blocks" }, make("p", {}, text)),
      make("footer", {},
        make("button", { type: "button", class: "button", onclick: answer(false) }, confirm.deny.text),
        make("button", { type: "button", class: `button ${confirm.style ?? "primary"}`, onclick: answer(true) }, confirm.confirm.text))));
    dialog.oncancel = answer(false);
    dialog.showModal();
  });
}
