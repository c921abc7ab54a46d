// How a view looks, and how mouse, fingers and keys reach the explorer.

class Screen {
  constructor(box, explorer) {
    Object.assign(this, { box, explorer, figure: explorer.figure, nodes: new Map() });
    this.build();
    box.classList.add("cvx-awake");
    box.append(this.root);
    this.listen();
    new ResizeObserver(() => explorer.view && this.width !== this.main.clientWidth && this.drawTree()).observe(this.main);
  }

  // ---- What stands there once ----

  build() {
    const { figure, explorer } = this, { can } = explorer;
    const choice = (label, options, pick) => {
      const select = make("select", { change: () => pick(select.value) }, ...options.map(([value, text]) => make("option", { value }, text)));
      return [make("label.cvx-choice", {}, `${label} `, select), select];
    };
    this.status = make("p.cvx-status", { role: "status" });
    this.trouble = make("p.cvx-trouble", { role: "alert" });
    this.gallery = make("div.cvx-gallery", { role: "group", "aria-label": "Pictures" });
    const file = make("input.cvx-file.cvx-hidden", { type: "file", accept: "image/*", tabindex: "-1", "aria-label": "A picture of yours", change: () => { for (const one of file.files) explorer.add(one); file.value = ""; } });
    const camera = navigator.mediaDevices?.getUserMedia && button({ click: () => this.photograph() }, "Camera");
    this.own = can.ownPictures && make("div.cvx-own", {},
      button({ click: () => file.click() }, "Your picture…"), camera, file,
      make("span.cvx-private", {}, figure.privacy));
    const [rule, rules] = choice("Rule", can.rules.map((name) => [name, name]), (name) => explorer.change({ rule: name }));
    const [beside, besides] = choice("Beside it", [], (id) => explorer.change({ beside: id }));
    const [all, layers] = choice("Overview", [["", "no layer"], ...figure.layers.map(({ name }) => [name, name]).reverse()], (layer) => { explorer.listedUnits = OVERVIEW; return explorer.change({ all: layer }); });
    const graph = make("input", { type: "checkbox", change: () => explorer.change({ graph: graph.checked }) });
    Object.assign(this, { rules, besides, layers, graph });
    const take = (text, action) => button({ click: action }, text);
    this.tools = make("div.cvx-tools", {}, can.rules.length > 1 && rule, can.compare !== false && beside, all,
      make("label.cvx-choice", {}, graph, " As one graph"),
      make("span.cvx-take", {}, take("Copy link", () => this.copy(location.href, "The link")), take("Copy as YAML", () => this.copy(viewYaml(figure, explorer.state, explorer.view), "The YAML for paths.yaml")), take("Save SVG", () => saveBlob(new Blob([this.svg()], { type: "image/svg+xml" }), `${figure.name}.svg`)), take("Save PNG", () => savePng(this.svg(), `${figure.name}.png`).catch((error) => this.complain(error.message)))));
    this.looks = make("div.cvx-looks", {});
    this.classes = make("ol.cvx-classes", { "aria-label": "The strongest classes" });
    this.unit = make("section.cvx-unit", { "aria-label": "The selected unit" });
    this.silenced = make("p.cvx-silenced", {});
    this.pins = make("div.cvx-pins", { role: "group", "aria-label": "Pinned units" });
    this.lines = drawn("svg");
    this.lines.setAttribute("aria-hidden", "true");
    this.stage = make("div.cvx-stage", { role: "tree", "aria-label": "What the unit is made of" });
    this.overview = make("div.cvx-overview", {});
    this.main = make("div.cvx-main", {}, this.silenced, this.pins, this.overview, make("div.cvx-scroll", {}, make("div.cvx-field", {}, this.lines, this.stage)));
    this.root = make("div.cvx", { role: "region", "aria-label": `Explorer of ${figure.network}` },
      make("div.cvx-head", {}, this.gallery, this.own), this.tools, this.trouble,
      make("div.cvx-body", {}, make("div.cvx-side", {}, make("div.cvx-focus", {}, this.looks, this.unit), this.classes), this.main), this.status);
  }

  listen() {
    const { explorer, stage, root } = this;
    const pathOf = (event) => event.target.closest("[data-path]")?.dataset.path;
    stage.addEventListener("click", (event) => {
      const path = pathOf(event);
      if (path) this.press(path);
    });
    for (const kind of ["pointerover", "focusin"]) this.main.addEventListener(kind, (event) => this.hover(pathOf(event) ?? ""));
    this.main.addEventListener("pointerleave", () => this.hover(""));
    stage.addEventListener("keydown", (event) => this.key(event));
    if (!explorer.can.ownPictures) return;
    const files = (data) => [...data.files].filter(({ type }) => type !== "text/html");
    for (const kind of ["dragover", "dragleave", "drop"]) root.addEventListener(kind, (event) => {
      event.preventDefault();
      root.classList.toggle("cvx-drop", kind === "dragover");
      if (kind === "drop") for (const file of files(event.dataTransfer)) explorer.add(file);
    });
    document.addEventListener("paste", (event) => { for (const file of files(event.clipboardData)) explorer.add(file); });
  }

  press(path) {
    const { explorer } = this, item = explorer.item(path);
    if (item.opened && explorer.state.at !== path) explorer.select(path);
    else explorer.toggle(path);
  }

  // As ARIA's authoring practices describe a tree: one stop for Tab, arrows within.
  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { explorer } = this, { items } = explorer.shown(), path = event.target.closest("[data-path]")?.dataset.path;
    const here = items.findIndex((item) => item.path === path), item = items[here];
    if (!item) return;
    const to = (other) => { if (other) { explorer.select(other.path); this.nodes.get(other.path).focus(); } };
    const keys = {
      ArrowDown: () => to(items[here + 1]), ArrowUp: () => to(items[here - 1]), Home: () => to(items[0]), End: () => to(items.at(-1)),
      ArrowRight: () => item.opened ? to(items.find(({ parent }) => parent === path)) : explorer.toggle(path),
      ArrowLeft: () => item.opened ? explorer.close(path) : to(items.find((other) => other.path === item.parent)),
      Enter: () => explorer.toggle(path), " ": () => explorer.toggle(path),
    };
    if (!keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  }

  // ---- What is said ----

  wait() {
    this.root.setAttribute("aria-busy", "true");
  }

  say(line) {
    this.status.textContent = line;
  }

  complain(line) {
    this.root.removeAttribute("aria-busy");
    this.trouble.textContent = line;
  }

  async copy(text, what) {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const field = make("textarea.cvx-hidden", {}, text);
      this.root.append(field);
      field.select();
      document.execCommand("copy");
      field.remove();
    }
    this.say(`${what} is in the clipboard.`);
  }

  svg() {
    const style = getComputedStyle(this.root), colour = (name) => style.getPropertyValue(`--cv-${name}`).trim();
    const names = ["ink", "muted", "excites", "inhibits"], { items } = this.explorer.shown();
    return viewSvg({ items, layout: this.layout }, { ...Object.fromEntries(names.map((name) => [name, colour(name)])), paper: colour("ground") });
  }

  async photograph() {
    const { explorer } = this, video = make("video", { autoplay: true, playsinline: true, muted: true });
    const done = () => { for (const track of video.srcObject?.getTracks() ?? []) track.stop(); dialog.remove(); };
    const taken = () => { explorer.add(fitted(video, video.videoWidth, video.videoHeight, this.figure.size)); dialog.close(); };
    const dialog = make("dialog.cvx-camera", { "aria-label": "Camera", close: done }, video, make("p", {}, button({ click: taken }, "Take it"), button({ click: () => dialog.close() }, "Cancel")));
    try {
      video.srcObject = await navigator.mediaDevices.getUserMedia({ video: true });
      this.root.append(dialog);
      dialog.showModal();
    } catch {
      this.complain("The camera is not to be had: it was refused, or there is none.");
    }
  }

  // ---- A view ----

  draw() {
    const { explorer, root } = this, { state } = explorer;
    root.removeAttribute("aria-busy");
    this.say("");
    this.drawGallery();
    this.drawLooks();
    this.drawClasses();
    this.drawPins();
    this.drawOverview();
    root.classList.toggle("cvx-listing", Boolean(state.all));
    this.rules.value = state.rule;
    this.layers.value = state.all;
    this.graph.checked = state.graph;
    const others = this.figure.pictures.filter(({ id }) => id !== state.on);
    this.besides.replaceChildren(make("option", { value: "" }, "nothing"), ...others.map((picture) => make("option", { value: picture.id }, titleOf(picture))));
    this.besides.value = state.beside;
    this.drawTree();
    this.select(state.at);
  }

  drawGallery() {
    const { explorer } = this, { state } = explorer, shown = this.gallery.children;
    if (shown.length === this.figure.pictures.length) return [...shown].forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.key === state.on)));
    refill(this.gallery, this.figure.pictures.map((picture) => button({ class: "cvx-choose", "data-key": picture.id, "aria-pressed": String(picture.id === state.on), title: titleOf(picture), click: () => explorer.look(picture.id) }, make("img", { src: picture.shown, alt: titleOf(picture), width: 52, height: 52 }))));
  }

  drawLooks() {
    const { state } = this.explorer;
    const shown = [state.on, state.beside].filter(Boolean).map((id) => this.figure.pictures.find((picture) => picture.id === id));
    if (shown.map(({ id }) => id).join() === this.looked) return;
    this.looked = shown.map(({ id }) => id).join();
    this.looks.replaceChildren(...shown.map((picture) => make("div.cvx-look", {}, make("img", { src: picture.shown, alt: `The picture ${titleOf(picture)}` }), canvasOf(this.figure.size[1], this.figure.size[0]))));
  }

  // The tile over the picture: where what is pointed at lies.
  hover(path) {
    if (path === this.hovered) return;
    this.hovered = path;
    const { view, state } = this.explorer, unit = endOf(path);
    for (const node of this.nodes.values()) node.classList.toggle("cvx-twin", Boolean(path) && node.dataset.path !== path && endOf(node.dataset.path) === unit);
    const over = path || state.at;
    [...this.looks.children].forEach((look, index) => {
      const canvas = look.lastChild, tile = view?.tiles[index]?.get(over)?.canvas;
      look.classList.toggle("cvx-covered", Boolean(tile));
      if (tile) canvas.getContext("2d").drawImage(tile, 0, 0);
    });
  }

  drawClasses() {
    const { explorer } = this, { classes, before, root } = explorer.view;
    refill(this.classes, classes.map(({ unit, probability }) => {
      const was = before.find((other) => other.unit === unit)?.probability;
      const bar = make("span.cvx-bar", {});
      bar.style.setProperty("--part", probability);
      bar.style.setProperty("--was", was ?? probability);
      const words = make("span", {}, explorer.label(unit) || unit);
      const figures = make("span.cvx-number", {}, was === undefined ? percent(probability) : `${percent(was)} → ${percent(probability)}`);
      return make("li", {}, button({ "data-key": unit, "aria-pressed": String(unit === root), title: `Begin at ${unit}`, click: () => explorer.begin(unit) }, words, figures, bar));
    }));
  }

  drawTree() {
    const { explorer, stage, lines } = this, { items, edges } = explorer.shown(), { state } = explorer;
    this.width = this.main.clientWidth;
    const narrow = this.width < 480, tiles = state.beside ? 2 : 1;
    this.layout = narrow ? placeList(items, edges, this.width, tiles) : placeRows(items, edges, this.width, tiles, this.figure, state.graph);
    const { places, width, height, lines: strokes } = this.layout;
    this.root.classList.toggle("cvx-narrow", narrow);
    stage.parentNode.style.cssText = `width:${width}px;height:${height}px`;
    const kept = new Set(items.map(({ path }) => path));
    for (const [path, node] of this.nodes) if (!kept.has(path)) { node.remove(); this.nodes.delete(path); }
    items.forEach((item, index) => {
      const node = this.node(item), place = places.get(item.path);
      node.style.cssText = `transform:translate(${place.x}px,${place.y}px);width:${place.width}px;--above:${place.above}px;--side:${place.side}px`;
      node.classList.toggle("cvx-small", place.side < 100);
      if (stage.children[index] !== node) stage.insertBefore(node, stage.children[index] ?? null);
    });
    lines.setAttribute("viewBox", `0 0 ${width} ${height}`);
    lines.replaceChildren(...strokes.sort((one, other) => other.thick - one.thick).map((line) => {
      const stroke = drawn("path");
      stroke.setAttribute("d", line.d);
      stroke.setAttribute("stroke-width", line.thick);
      stroke.setAttribute("class", line.trunk ? "cvx-trunk" : line.weight < 0 ? "cvx-inhibits" : "cvx-excites");
      return stroke;
    }));
  }

  node(item) {
    const { explorer } = this, { state } = explorer;
    if (!this.nodes.has(item.path)) this.nodes.set(item.path, make("div", { role: "treeitem", class: "cvx-node", "data-path": item.path, tabindex: "-1" }));
    const node = this.nodes.get(item.path), group = state.groups.get(item.unit);
    const openable = item.below.length && !item.silent || item.opened;
    const marks = { "aria-level": item.depth + 1, "aria-posinset": item.place, "aria-setsize": item.of, "aria-expanded": openable ? String(Boolean(item.opened)) : null };
    for (const [name, value] of Object.entries(marks)) value === null ? node.removeAttribute(name) : node.setAttribute(name, value);
    const said = [item.says, item.weight, item.share, group, item.foot, item.times, item.label].join();
    if (node.said === said && item.canvases.every((canvas, index) => canvas === node.canvases[index])) return node;
    Object.assign(node, { said, canvases: item.canvases });
    node.classList.toggle("cvx-off", state.off.has(item.unit));
    const instead = (answer) => answer.silent && !answer.missing && !state.off.has(item.unit) ? "does not fire" : item.instead;
    node.replaceChildren(
      make("div.cvx-above", {},
        item.parent && make("span", { class: `cvx-share${item.weight < 0 ? " cvx-negative" : ""}` }, shareText(item)),
        make("span.cv-title", {}, item.unit),
        item.label && make("span.cv-label", {}, item.label)),
      make("div.cvx-tiles", {}, ...item.canvases.map((canvas, index) => canvas ? copied(canvas) : make("span.cvx-silent", {}, instead(item.answers[index]))), item.times > 1 && make("span.cvx-times", { title: `in ${item.times} branches` }, `×${item.times}`)),
      group ? groupOf(group) : "",
      item.foot ? make("div.cvx-foot", {}, ...item.foot) : "",
      make("span.cvx-hidden", {}, item.says));
    return node;
  }

  // The panel of the selected unit, and the one node that Tab stops at.
  select(path) {
    const { explorer } = this, { items } = explorer.shown();
    const item = items.find((one) => one.path === path) ?? items.find((one) => one.unit === endOf(path));
    for (const [other, node] of this.nodes) {
      node.setAttribute("aria-selected", String(other === item?.path));
      node.tabIndex = other === (item ?? items[0]).path ? 0 : -1;
    }
    this.hovered = null;
    this.hover("");
    refill(this.unit, item ? this.panel(item) : [make("p", {}, "Click a tile: what it is made of grows below it. Point at one: where it lies shows here.")]);
  }

  panel(item) {
    const { explorer } = this, { state, can } = explorer, { path, unit, opened } = item, [answer] = item.answers;
    const facts = [["Fires", state.off.has(unit) ? "not now: it is silenced" : item.silent ? "not on this picture" : numberText(answer.response)], item.parent && ["Share", `${shareText(item)} of ${endOf(item.parent)}’s edges to ${item.layer}`], typeof item.effect === "number" && ["Ablation", `without it ${endOf(item.parent)} changes by ${changeText(item.effect)}`], item.times > 1 && ["Branches", `it stands in ${item.times} of this tree`]].filter(Boolean);
    const act = (key, text, click, pressed) => button({ "data-key": key, "aria-pressed": pressed, click }, text);
    const into = make("select", { "data-key": "into", change: () => into.value ? explorer.open(path, into.value, opened?.count || CHILDREN) : explorer.close(path) }, make("option", { value: "" }, "—"), ...item.below.map((name) => make("option", { value: name, selected: opened?.layer === name }, name)));
    const more = opened && item.shown < item.total;
    const field = (key, text, map) => {
      const input = make("input", { type: "text", maxlength: "40", "data-key": key, value: state[map].get(unit) ?? "", change: () => explorer.name(map, unit, input.value) });
      return make("label", {}, `${text} `, input);
    };
    return [
      make("p.cvx-title", {}, make("strong", {}, unit), item.label && ` ${item.label}`, act("close", "×", () => explorer.select(""), null)),
      make("dl", {}, ...facts.map(([term, text]) => make("div", {}, make("dt", {}, term), make("dd", {}, text)))),
      item.below.length > 0 && !(item.silent && !opened) && make("p", {}, make("label", {}, "Made of units in ", into), more && act("more", `${Math.min(CHILDREN, item.total - item.shown)} more of ${item.total}`, () => explorer.open(path, opened.layer, item.shown + CHILDREN))),
      can.parents && explorer.above(unit).length > 0 && this.up(item),
      make("p.cvx-acts", {}, item.depth > 0 && act("begin", "Begin here", () => explorer.begin(unit)), can.silence && act("off", "Silence", () => explorer.silence(path), String(state.off.has(unit))), act("pin", "Pin", () => explorer.flip("pins", unit), String(state.pins.has(unit)))),
      make("p.cvx-names", {}, field("call", "Call it", "calls"), field("group", "Group", "groups")),
    ].filter(Boolean);
  }

  // Whom a unit serves: asked for when the reader wants it, and a way up.
  up({ unit }) {
    const { explorer } = this, above = explorer.above(unit), found = make("ol.cvx-parents", {});
    const ask = async (layer) => {
      if (!layer) return found.replaceChildren();
      try {
        const { children } = await explorer.asking.parents(explorer.state.on, unit, layer, [...explorer.state.off]);
        const rows = children.map((parent) => make("li", {}, button({ click: () => explorer.begin(parent.unit, unit) }, parent.unit, explorer.label(parent.unit) && ` ${explorer.label(parent.unit)}`, make("span.cvx-number", {}, shareText(parent)))));
        found.replaceChildren(...(rows.length ? rows : [make("li", {}, "nobody on this picture")]));
      } catch (error) {
        this.complain(error.message);
      }
    };
    const select = make("select", { "data-key": "up", change: () => ask(select.value) }, make("option", { value: "" }, "—"), ...above.map((name) => make("option", { value: name }, name)));
    return make("div", {}, make("label", {}, "Serves units in ", select), found);
  }

  drawPins() {
    const { explorer } = this, { state, view } = explorer;
    const wordOf = (unit) => state.groups.get(unit) ?? "";
    const pins = [...state.pins].sort((one, other) => wordOf(one).localeCompare(wordOf(other)));
    this.pins.hidden = !pins.length;
    this.silenced.hidden = !state.off.size;
    refill(this.silenced, ["Silenced: ", ...[...state.off].map((unit) => button({ "data-key": unit, title: `Let ${unit} speak again`, click: () => explorer.flip("off", unit) }, `${unit} ×`))]);
    refill(this.pins, pins.map((unit) => button({ class: "cvx-tile", "data-key": unit, "data-path": unit, title: `Begin at ${unit}`, click: () => explorer.begin(unit) }, tileOf(view.tiles[0].get(unit), state.off.has(unit)), make("span.cv-title", {}, unit), make("span.cv-label", {}, explorer.label(unit)), wordOf(unit) && groupOf(wordOf(unit)))));
  }

  drawOverview() {
    const { explorer } = this, { view, state } = explorer, layer = this.figure.layers.find(({ name }) => name === state.all);
    this.overview.hidden = !layer;
    if (!layer) return this.overview.replaceChildren();
    const tiles = view.units.map(({ unit, response, most }) => {
      const bar = make("span.cvx-bar", {});
      bar.style.setProperty("--part", most > 0 ? Math.max(0, response / most) : 0);
      return button({ class: "cvx-tile", "data-key": unit, "data-path": unit, click: () => explorer.begin(unit) }, tileOf(view.tiles[0].get(unit), state.off.has(unit)), make("span.cv-title", {}, unit), make("span.cv-label", {}, explorer.label(unit) || `fires ${numberText(response)}`), bar);
    });
    const left = layer.units - view.units.length;
    const more = left > 0 && button({ "data-key": "more", click: () => { explorer.listedUnits += OVERVIEW; return explorer.show(); } }, `${Math.min(OVERVIEW, left)} more of ${layer.units}`);
    refill(this.overview, [make("p", {}, `The units of ${layer.name} on this picture, strongest first. Click one to begin there.`), make("div.cvx-grid", {}, ...tiles), more].filter(Boolean));
  }
}

const titleOf = (picture) => picture.own ? `yours ${picture.id.slice(3)}` : picture.name.split("/").at(-1).replace(/\.\w+$/, "").replaceAll("_", " ");
const tileOf = (tile, off) => tile.canvas ? copied(tile.canvas) : make("span.cvx-silent", {}, off ? "silenced" : "does not fire");
const copied = (canvas) => {
  const copy = canvasOf(canvas.width, canvas.height);
  copy.getContext("2d").drawImage(canvas, 0, 0);
  return copy;
};
const groupOf = (word) => make("span.cvx-group", { style: `--hue:${hueOf(word)}` }, word);
const hueOf = (word) => [...word].reduce((sum, sign) => (sum * 31 + sign.codePointAt(0)) % 360, 7);

// New children, with the focus where it was.
const refill = (parent, children) => {
  const key = parent.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  parent.replaceChildren(...children);
  if (key) parent.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus();
};
