// Building elements from text nodes only: nothing a person typed is ever read as HTML.

export function make(name, traits = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(traits)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (key === "class") node.className = value;
    else node.setAttribute(key, value === true ? "" : String(value));
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

export function draw(name, traits = {}, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(traits)) node.setAttribute(key, String(value));
  node.append(...children);
  return node;
}

export const lock = () => draw("svg", { viewBox: "0 0 16 16", class: "lock", "aria-label": "private" },
  draw("rect", { x: 3, y: 7, width: 10, height: 7, rx: 1.5 }), draw("path", { d: "M5 7V5a3 3 0 0 1 6 0v2" }));

export const find = (selector, root = document) => root.querySelector(selector);

export function safeLink(address) {
  return /^(https?:|mailto:)/i.test(address) ? address : null;
}
