// How a view looks, and how mouse, fingers and keys reach the explorer.

class Screen {
  constructor(box, explorer) {
    Object.assign(this, { box, explorer, figure: explorer.figure, nodes: new Map() });
    this.build();
    box.classList.add("cvx-awake");
    box.append(this.root);
    this.listen();
    new ResizeObserver(() => explorer.view && this.width !== this.main.clientWidth && this.drawTree()).observe(
      this.main,
    );
  }

  build() {
    const { figure, explorer } = this,
      { computes } = explorer;
    const choice = (label, options, pick) => {
      const select = make(
        "select",
        { change: () => pick(select.value) },
        ...options.map(([value, text]) => make("option", { value }, text)),
      );
      return [make("label.cvx-choice", {}, `${label} `, select), select];
    };
    this.status = make("p.cvx-status", { role: "status" });
    this.trouble = make("p.cvx-trouble", { role: "alert" });
    this.gallery = make("div.cvx-gallery", { role: "group", "aria-label": "Pictures" });
    const file = make("input.cvx-file.cvx-hidden", {
      type: "file",
      accept: "image/*",
      tabindex: "-1",
      "aria-label": "A picture of yours",
      change: () => {
        for (const one of file.files) explorer.add(one);
        file.value = "";
      },
    });
    const camera = navigator.mediaDevices?.getUserMedia && button({ click: () => this.photograph() }, "Camera");
    this.own =
      computes &&
      make(
        "div.cvx-own",
        {},
        button({ click: () => file.click() }, "Your picture…"),
        camera,
        file,
        make("span.cvx-private", {}, figure.privacy),
      );
    const [rule, rules] = choice(
      "Rule",
      figure.rules.map((name) => [name, name]),
      (name) => explorer.change({ rule: name }),
    );
    const [beside, besides] = choice("Beside it", [], (id) => explorer.change({ beside: id }));
    const [all, layers] = choice(
      "Overview",
      [["", "no layer"], ...figure.layers.map(({ name }) => [name, name]).reverse()],
      (layer) => {
        explorer.listedUnits = OVERVIEW;
        return explorer.change({ all: layer });
      },
    );
    const graph = make("input", { type: "checkbox", change: () => explorer.change({ graph: graph.checked }) });
    Object.assign(this, { rules, besides, layers, graph });
    const take = (text, action) => button({ click: action }, text);
    this.tools = make(
      "div.cvx-tools",
      {},
      computes && rule,
      computes && beside,
      all,
      make("label.cvx-choice", {}, graph, " As one graph"),
      make(
        "span.cvx-take",
        {},
        take("Copy link", () => this.copy(new URL(writeState(explorer.state, figure), location.href).href, "The link")),
        take("Copy as YAML", () => this.copy(viewYaml(figure, explorer.view), "The YAML for paths.yaml")),
        take("Save SVG", () => saveBlob(new Blob([this.svg()], { type: "image/svg+xml" }), `${figure.name}.svg`)),
        take("Save PNG", () =>
          savePng(this.svg(), `${figure.name}.png`).catch((error) => this.complain(error.message)),
        ),
      ),
    );
    this.looks = make("div.cvx-looks", {});
    this.classes = make("ol.cvx-classes", { "aria-label": "The strongest classes" });
    this.unit = make("section.cvx-unit", { "aria-label": "The selected unit" });
    this.silenced = make("p.cvx-silenced", {});
    this.pins = make("div.cvx-pins", { role: "group", "aria-label": "Pinned units" });
    this.lines = drawn("svg");
    this.lines.setAttribute("aria-hidden", "true");
    this.stage = make("div.cvx-stage", { role: "tree", "aria-label": "What the unit is made of" });
    this.overview = make("div.cvx-overview", {});
    this.main = make(
      "div.cvx-main",
      {},
      this.silenced,
      this.pins,
      this.overview,
      make("div.cvx-scroll", {}, make("div.cvx-field", {}, this.lines, this.stage)),
    );
    this.root = make(
      "div.cvx",
      { role: "region", "aria-label": `Explorer of ${figure.network}` },
      make("div.cvx-head", {}, this.gallery, this.own),
      this.tools,
      this.trouble,
      make(
        "div.cvx-body",
        {},
        make("div.cvx-side", {}, make("div.cvx-focus", {}, this.looks, this.unit), this.classes),
        this.main,
      ),
      this.status,
    );
  }

  listen() {
    const { explorer, stage, root } = this;
    const pathOf = (event) => event.target.closest("[data-path]")?.dataset.path;
    stage.addEventListener("click", (event) => {
      const path = pathOf(event);
      if (path) this.press(path);
    });
    for (const kind of ["pointerover", "focusin"])
      this.main.addEventListener(kind, (event) => this.hover(pathOf(event) ?? ""));
    this.main.addEventListener("pointerleave", () => this.hover(""));
    stage.addEventListener("keydown", (event) => this.key(event));
    if (!explorer.computes) return;
    const files = (data) => [...data.files].filter(({ type }) => type !== "text/html");
    for (const kind of ["dragover", "dragleave", "drop"])
      root.addEventListener(kind, (event) => {
        event.preventDefault();
        root.classList.toggle("cvx-drop", kind === "dragover");
        if (kind === "drop") for (const file of files(event.dataTransfer)) explorer.add(file);
      });
    document.addEventListener("paste", (event) => {
      for (const file of files(event.clipboardData)) explorer.add(file);
    });
  }

  press(path) {
    const { explorer } = this,
      item = explorer.item(path);
    if (item.opened && explorer.state.at !== path) explorer.select(path);
    else explorer.toggle(path);
  }

  // As ARIA's authoring practices describe a tree: one stop for Tab, arrows within.
  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { explorer } = this,
      { items } = explorer.shown(),
      path = event.target.closest("[data-path]")?.dataset.path;
    const here = items.findIndex((item) => item.path === path),
      item = items[here];
    if (!item) return;
    const to = (other) => {
      if (other) {
        explorer.select(other.path);
        this.nodes.get(other.path).focus();
      }
    };
    const keys = {
      ArrowDown: () => to(items[here + 1]),
      ArrowUp: () => to(items[here - 1]),
      Home: () => to(items[0]),
      End: () => to(items.at(-1)),
      ArrowRight: () => (item.opened ? to(items.find(({ parent }) => parent === path)) : explorer.toggle(path)),
      ArrowLeft: () => (item.opened ? explorer.close(path) : to(items.find((other) => other.path === item.parent))),
      Enter: () => explorer.toggle(path),
      " ": () => explorer.toggle(path),
    };
    if (!keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  }

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
    const style = getComputedStyle(this.root),
      colour = (name) => style.getPropertyValue(`--cv-${name}`).trim();
    const names = ["ink", "muted", "excites", "inhibits"],
      { items } = this.explorer.shown();
    return viewSvg(
      { items, layout: this.layout },
      { ...Object.fromEntries(names.map((name) => [name, colour(name)])), paper: colour("ground") },
    );
  }

  async photograph() {
    const { explorer } = this,
      video = make("video", { autoplay: true, playsinline: true, muted: true });
    const done = () => {
      for (const track of video.srcObject?.getTracks() ?? []) track.stop();
      dialog.remove();
    };
    const taken = () => {
      explorer.add(fitted(video, video.videoWidth, video.videoHeight, this.figure.size));
      dialog.close();
    };
    const dialog = make(
      "dialog.cvx-camera",
      { "aria-label": "Camera", close: done },
      video,
      make("p", {}, button({ click: taken }, "Take it"), button({ click: () => dialog.close() }, "Cancel")),
    );
    try {
      video.srcObject = await navigator.mediaDevices.getUserMedia({ video: true });
      this.root.append(dialog);
      dialog.showModal();
    } catch {
      this.complain("The camera is not to be had: it was refused, or there is none.");
    }
  }

  // To be called when something has been drawn anew: a focus that was on what is gone goes to the tree.
  holding() {
    const { root, stage } = this,
      had = root.querySelector(":focus-visible");
    return () => had && !root.contains(document.activeElement) && stage.querySelector('[tabindex="0"]').focus();
  }

  draw() {
    const { explorer, root } = this,
      { state } = explorer,
      hold = this.holding();
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
    this.besides.replaceChildren(
      make("option", { value: "" }, "nothing"),
      ...others.map((picture) => make("option", { value: picture.id }, titleOf(picture))),
    );
    this.besides.value = state.beside;
    this.drawTree();
    this.select(state.at);
    hold();
  }

  // The panel of the selected unit, and the one node that Tab stops at.
  select(path) {
    const { explorer } = this,
      { items } = explorer.shown(),
      hold = this.holding();
    const item = items.find((one) => one.path === path) ?? items.find((one) => one.unit === endOf(path));
    for (const [other, node] of this.nodes) {
      node.setAttribute("aria-selected", String(other === item?.path));
      node.tabIndex = other === (item ?? items[0]).path ? 0 : -1;
    }
    this.hovered = null;
    this.hover("");
    refill(
      this.unit,
      item
        ? this.panel(item)
        : [
            make(
              "p",
              {},
              "Click a tile: what it is made of grows below it. Point at one: where it lies shows here.",
            ),
          ],
    );
    hold();
  }
}

const titleOf = (picture) =>
  picture.own
    ? `yours ${picture.id.slice(3)}`
    : picture.name
        .split("/")
        .at(-1)
        .replace(/\.\w+$/, "")
        .replaceAll("_", " ");
const tileOf = ({ canvas, missing, response }, off) =>
  canvas
    ? copied(canvas)
    : make(
        "span.cvx-silent",
        {},
        off ? "silenced" : missing ? "not computed" : response > 0 ? "nothing arrives" : "does not fire",
      );
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
