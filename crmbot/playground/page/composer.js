// Where one types: history with the arrow keys, command words completed.

import { find, make } from "./dom.js";

const KEPT = 100;

export class Composer {
  constructor(form, { commands, send }) {
    this.form = form;
    this.commands = commands;
    this.send = send;
    this.field = find("textarea", form);
    this.hints = find("ul", form);
    this.history = JSON.parse(localStorage.history ?? "[]");
    this.back = 0;
    this.chosen = 0;
    form.addEventListener("submit", (event) => { event.preventDefault(); this.submit(); });
    this.field.addEventListener("input", () => { this.back = 0; this.chosen = 0; this.grow(); this.hint(); });
    this.field.addEventListener("keydown", (event) => this.key(event));
    this.field.addEventListener("blur", () => setTimeout(() => this.hints.hidden = true, 150));
  }

  focus() { this.field.focus(); }
  placeholder(text) { this.field.placeholder = text; }

  fill(text) {
    this.field.value = text;
    this.grow();
    this.hint();
    this.focus();
  }

  grow() {
    this.field.style.height = "auto";
    this.field.style.height = `${Math.min(this.field.scrollHeight, 160)}px`;
  }

  submit() {
    const text = this.field.value.trim();
    if (!text) return;
    this.history = [text, ...this.history.filter((old) => old !== text)].slice(0, KEPT);
    localStorage.history = JSON.stringify(this.history);
    this.back = 0;
    this.fill("");
    this.send(text);
  }

  // The lines that can follow: commands while the first word is typed, then the words its hint lists.
  matches() {
    const text = this.field.value;
    if (!text.startsWith("/")) return [];
    const [word, ...rest] = text.split(" ");
    const known = Object.entries(this.commands());
    if (!rest.length) return known.filter(([name]) => name.startsWith(word)).map(([name, hint]) => ({ line: `${name} `, name, hint }));
    const hint = this.commands()[word];
    if (!hint || rest.length > 1) return [];
    return hint.split(/[,|]/).map((next) => next.replace("[", "").trim().split(" ")[0]).filter((next) => /^[a-z]+$/.test(next) && next.startsWith(rest[0]) && next !== rest[0])
      .map((next) => ({ line: `${word} ${next} `, name: `${word} ${next}`, hint: "" }));
  }

  hint() {
    const found = this.matches();
    this.hints.hidden = !found.length;
    this.hints.replaceChildren(...found.map(({ line, name, hint }, place) =>
      make("li", { role: "option", "aria-selected": String(place === this.chosen), onmousedown: (event) => { event.preventDefault(); this.fill(line); } },
        make("strong", {}, name), make("span", {}, hint))));
  }

  key(event) {
    const found = this.hints.hidden ? [] : this.matches();
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.submit();
    } else if (event.key === "Tab" && found.length) {
      event.preventDefault();
      this.fill(found[Math.min(this.chosen, found.length - 1)].line);
    } else if (event.key === "Escape") {
      this.hints.hidden = true;
    } else if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      this.arrow(event, found, event.key === "ArrowUp" ? -1 : 1);
    }
  }

  arrow(event, found, step) {
    if (found.length && !this.back) {
      event.preventDefault();
      this.chosen = (this.chosen + step + found.length) % found.length;
      this.hint();
      return;
    }
    const edge = step < 0 ? this.field.selectionStart === 0 || !this.field.value.includes("\n") : this.back > 0;
    const next = this.back - step;
    if (!edge || next < 0 || next > this.history.length) return;
    event.preventDefault();
    this.back = next;
    this.field.value = next ? this.history[next - 1] : "";
    this.grow();
    this.hints.hidden = true;
  }
}
