// The charts of data_visualization blocks, drawn small.

import { draw, make } from "./dom.js";

const WIDTH = 560;
const HEIGHT = 180;
const short = (value) => new Intl.NumberFormat(undefined, { notation: "compact", maximumFractionDigits: 1 }).format(value);

export function chart(spec) {
  return spec.type === "pie" ? shares(spec.segments) : axes(spec);
}

function shares(segments) {
  const whole = segments.reduce((sum, segment) => sum + segment.value, 0);
  return make("ul", { class: "shares" }, segments.map((segment, place) => {
    const bar = make("span", { class: `bar tone${place}` });
    bar.style.width = `${(100 * segment.value) / whole}%`;
    return make("li", {}, make("span", {}, segment.label), make("span", { class: "track" }, bar),
      make("span", { class: "figure" }, `${short(segment.value)} · ${Math.round((100 * segment.value) / whole)} %`));
  }));
}

function axes(spec) {
  const labels = spec.axis_config.categories;
  const value = (series, label) => series.data.find((point) => point.label === label)?.value ?? 0;
  const all = spec.series.flatMap((series) => series.data.map((point) => point.value));
  const top = Math.max(0, ...all);
  const low = Math.min(0, ...all);
  const y = (number) => 12 + (HEIGHT - 40) * (1 - (number - low) / (top - low || 1));
  const step = (WIDTH - 50) / labels.length;
  const svg = draw("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": labels.join(", ") });
  for (const number of [low, (top + low) / 2, top]) {
    svg.append(draw("line", { x1: 46, x2: WIDTH, y1: y(number), y2: y(number), class: "grid" }),
      draw("text", { x: 40, y: y(number) + 4, class: "tick end" }, short(number)));
  }
  labels.forEach((label, place) =>
    svg.append(draw("text", { x: 48 + step * (place + 0.5), y: HEIGHT - 8, class: "tick middle" }, label)));
  spec.series.forEach((series, number) => {
    if (spec.type === "bar") svg.append(...bars(series, number));
    else svg.append(draw("polyline", { class: `line tone${number}`, points: labels.map((label, place) =>
      `${48 + step * (place + 0.5)},${y(value(series, label))}`).join(" ") }));
  });

  function bars(series, number) {
    const wide = Math.min(34, (step * 0.7) / spec.series.length);
    return labels.map((label, place) => {
      const at = value(series, label);
      const x = 48 + step * (place + 0.5) + wide * (number - spec.series.length / 2);
      return draw("rect", { class: `tone${number}`, x, y: Math.min(y(at), y(0)), width: wide - 2, height: Math.max(1, Math.abs(y(at) - y(0))), rx: 2 });
    });
  }

  const legend = make("div", { class: "legend" }, spec.series.map((series, number) =>
    make("span", {}, make("i", { class: `tone${number}` }), series.name)));
  return make("div", { class: "chart" }, svg, legend);
}
