// The state of an explorer is the fragment of the page's address: whatever a reader sees, she can link to.
// `#explore=NAME&on=cat&open=fc8_0~conv5~5,fc8_0-conv5_54~conv4~5&at=fc8_0-conv5_54`: a path's arrows are hyphens.


const dashed = (path) => path.split(ARROW).join("-");
const arrowed = (text) => text.split("-").join(ARROW);
const listed = (text) => (text ? text.split(",") : []);
const decoded = (text) => {
  try {
    return decodeURIComponent(text ?? "");
  } catch {
    return "";
  }
};
// Words for units: `conv5_54~eyes,conv5_27~fan`.
const named = (text) =>
  new Map(
    listed(text).map((entry) => [layeredName(entry), decoded(entry.slice(entry.indexOf("~") + 1)).slice(0, 40)]),
  );
const layeredName = (entry) => entry.slice(0, entry.indexOf("~"));
const naming = (map) => [...map].map(([unit, word]) => `${unit}~${encodeURIComponent(word)}`).join(",");

const freshState = (figure) => ({
  on: figure.pictures[0].id,
  beside: "",
  root: figure.start,
  open: null,
  also: new Set(),
  at: "",
  rule: figure.rule,
  off: new Set(),
  graph: false,
  all: "",
  pins: new Set(),
  calls: new Map(),
  groups: new Map(),
});

const writeState = (state, figure) => {
  const fresh = freshState(figure);
  const opened = ([path, { layer, count }]) => `${dashed(path)}~${layer}~${count}`;
  const parts = {
    on: state.on === fresh.on ? "" : encodeURIComponent(state.on),
    beside: encodeURIComponent(state.beside),
    root: state.root === fresh.root ? "" : dashed(state.root),
    open: state.open ? [...state.open].map(opened).join(",") || "none" : "",
    also: [...state.also].map(dashed).join(","),
    at: dashed(state.at),
    rule: state.rule === fresh.rule ? "" : state.rule,
    off: [...state.off].join(","),
    graph: state.graph ? "1" : "",
    all: state.all,
    pin: [...state.pins].join(","),
    call: naming(state.calls),
    group: naming(state.groups),
  };
  const said = Object.entries(parts)
    .filter(([, value]) => value)
    .map(([name, value]) => `&${name}=${value}`);
  return `#explore=${encodeURIComponent(figure.name)}${said.join("")}`;
};

// What an address says, as far as the network and the gallery have it; `trouble` takes note of the rest.
const readState = (fragment, figure, trouble) => {
  const state = freshState(figure);
  const parts = new Map(
    fragment
      .slice(1)
      .split("&")
      .map((part) => [part.slice(0, part.indexOf("=")), part.slice(part.indexOf("=") + 1)]),
  );
  if (decoded(parts.get("explore")) !== figure.name) return state;
  const known = (path) => {
    const wrong = wrongPath(figure, path);
    if (wrong) trouble(`The link is of another network or mistyped: ${wrong}`);
    return !wrong;
  };
  const paths = (name) => listed(parts.get(name)).map(arrowed).filter(known);
  for (const name of ["on", "beside"]) {
    const picture = decoded(parts.get(name));
    if (figure.pictures.some(({ id }) => id === picture)) state[name] = picture;
    else if (picture.startsWith("own"))
      trouble("The link was made with a picture that never left its reader’s machine; here it is on another one.");
    else if (picture) trouble(`The link names a picture “${picture}”, which is not in this gallery.`);
  }
  [state.root = figure.start] = paths("root");
  [state.at = ""] = paths("at");
  if (parts.has("open")) {
    state.open = new Map();
    for (const entry of parts.get("open") === "none" ? [] : listed(parts.get("open"))) {
      const [path, layer, count] = entry.split("~");
      const below = `${arrowed(path)}${ARROW}${layer}_0`;
      if (known(below))
        state.open.set(arrowed(path), { layer, count: Math.min(Math.max(0, parseInt(count, 10) || 0), 200) });
    }
  }
  state.also = new Set(paths("also"));
  state.off = new Set(paths("off"));
  state.pins = new Set(paths("pin"));
  state.calls = named(parts.get("call"));
  state.groups = named(parts.get("group"));
  state.graph = parts.get("graph") === "1";
  if (figure.rules.includes(parts.get("rule"))) state.rule = parts.get("rule");
  if (figure.layers.some(({ name }) => name === parts.get("all"))) state.all = parts.get("all");
  return state;
};

// Why a path is none of this network's, in a sentence; "" if it is.
const wrongPath = (figure, path) => {
  let above = figure.layers.length;
  for (const unit of unitsOf(path)) {
    const level = figure.layers.findIndex(({ name }) => name === layerOf(unit));
    const layer = figure.layers[level];
    if (!layer || !/_\d{1,9}$/.test(unit)) return `${figure.network} has no unit ${unit}.`;
    if (indexOf(unit) >= layer.units)
      return `there is no unit ${unit}; ${layer.name} has ${layer.units}, ${layer.name}_0 to ${layer.name}_${layer.units - 1}.`;
    if (level >= above) return `${unit} does not lie below the unit before it.`;
    above = level;
  }
  return "";
};
