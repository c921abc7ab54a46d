// Words and numbers, as figures have them (catvis/drawing/wording.py).
const MINUS = "−",
  SPACE = "\u00a0",
  ARROW = "→";

const percent = (fraction) => {
  const hundredths = Math.abs(fraction) * 100;
  if (hundredths > 0 && hundredths < 0.05) return `<0.1${SPACE}%`;
  return `${hundredths.toFixed(hundredths >= 9.95 ? 0 : 1)}${SPACE}%`;
};
const shareText = (edge) => (edge.weight < 0 ? MINUS : "") + percent(edge.share);
const changeText = (change) => (change < 0 ? MINUS : change > 0 ? "+" : "±") + percent(change);
const numberText = (value) => {
  const size = Math.abs(value);
  return (size < 1000 ? String(Number(value.toPrecision(3))) : value.toFixed(0)).replace("-", MINUS);
};

// Units and paths: `conv5_54`, `fc8_0→conv5_54`.
const layerOf = (unit) => unit.slice(0, unit.lastIndexOf("_"));
const indexOf = (unit) => Number(unit.slice(unit.lastIndexOf("_") + 1));
const unitsOf = (path) => path.split(ARROW);
const endOf = (path) => path.slice(path.lastIndexOf(ARROW) + 1);
const aboveOf = (path) => path.slice(0, Math.max(0, path.lastIndexOf(ARROW)));

// `make("p.note", { title: "…", click: press }, "words", child)`: what is null, undefined or false is left out.
const make = (name, attributes = {}, ...children) => {
  const [tag, ...classes] = name.split("."),
    element = document.createElement(tag);
  element.classList.add(...classes);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (typeof value === "function") element.addEventListener(name, value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
};
const button = (attributes, ...children) => make("button", { type: "button", ...attributes }, ...children);
const drawn = (tag) => document.createElementNS("http://www.w3.org/2000/svg", tag);
