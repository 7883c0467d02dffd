// The charts of data_visualization blocks, drawn small.

import { draw, make } from "./dom.js";

const WIDTH = 560;
const HEIGHT = 180;
const short = (value) => new Intl.NumberFormat(undefined, { notation: "compact", maximumFractionDigits: 1 }).format(value);

export function chart(spec) {
  return spec.type === "pie" ? shares(spec.segments) : axes(spec);
}

// The next larger step of 1, 2 or 5 and zeros.
function nice(least) {
  const power = 10 ** Math.floor(Math.log10(Math.max(least, 0.34)));
  return power * [1, 2, 5, 10].find((times) => times * power >= least);
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
  const span = (Math.max(0, ...all) - Math.min(0, ...all)) / 3;
  // there is no half deal: steps are whole where all figures are
  const pace = nice(all.every(Number.isInteger) ? Math.max(span, 1) : span);
  const top = pace * Math.ceil(Math.max(0, ...all) / pace);
  const low = pace * Math.floor(Math.min(0, ...all) / pace);
  const ticks = Array.from({ length: Math.round((top - low) / pace) + 1 }, (_, place) => low + pace * place);
  const y = (number) => 12 + (HEIGHT - 40) * (1 - (number - low) / (top - low || 1));
  const step = (WIDTH - 50) / labels.length;
  const svg = draw("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": labels.join(", ") });
  for (const number of ticks) {
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
    return labels.filter((label) => value(series, label)).map((label) => {
      const at = value(series, label);
      const place = labels.indexOf(label);
      const x = 48 + step * (place + 0.5) + wide * (number - spec.series.length / 2);
      return draw("rect", { class: `tone${number}`, x, y: Math.min(y(at), y(0)), width: wide - 2, height: Math.max(1, Math.abs(y(at) - y(0))), rx: 2 });
    });
  }

  const unit = spec.axis_config.y_label && make("span", { class: "unit" }, spec.axis_config.y_label);
  const legend = make("div", { class: "legend" }, spec.series.map((series, number) =>
    make("span", {}, make("i", { class: `tone${number}` }), series.name)), unit);
  return make("div", { class: "chart" }, svg, legend);
}
