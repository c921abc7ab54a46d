// What stands around the tree: the gallery, the picture that is looked at, classes, pinned units, a layer's units.
Object.assign(Screen.prototype, {
  drawGallery() {
    const { explorer } = this,
      { state } = explorer,
      shown = this.gallery.children;
    if (shown.length === this.figure.pictures.length)
      return [...shown].forEach((button) =>
        button.setAttribute("aria-pressed", String(button.dataset.key === state.on)),
      );
    refill(
      this.gallery,
      this.figure.pictures.map((picture) =>
        button(
          {
            class: "cvx-choose",
            "data-key": picture.id,
            "aria-pressed": String(picture.id === state.on),
            title: titleOf(picture),
            click: () => explorer.look(picture.id),
          },
          make("img", { src: picture.shown, alt: titleOf(picture), width: 52, height: 52 }),
        ),
      ),
    );
  },

  drawLooks() {
    const { state } = this.explorer;
    const shown = [state.on, state.beside]
      .filter(Boolean)
      .map((id) => this.figure.pictures.find((picture) => picture.id === id));
    if (shown.map(({ id }) => id).join() === this.looked) return;
    this.looked = shown.map(({ id }) => id).join();
    this.looks.replaceChildren(
      ...shown.map((picture) =>
        make(
          "div.cvx-look",
          {},
          make("img", { src: picture.shown, alt: `The picture ${titleOf(picture)}` }),
          canvasOf(this.figure.size[1], this.figure.size[0]),
        ),
      ),
    );
  },

  // The tile over the picture: where what is pointed at lies.
  hover(path) {
    if (path === this.hovered) return;
    this.hovered = path;
    const { view, state } = this.explorer,
      unit = endOf(path);
    for (const node of this.nodes.values())
      node.classList.toggle(
        "cvx-twin",
        Boolean(path) && node.dataset.path !== path && endOf(node.dataset.path) === unit,
      );
    const over = path || state.at;
    [...this.looks.children].forEach((look, index) => {
      const canvas = look.lastChild,
        tile = view?.tiles[index]?.get(over)?.canvas;
      look.classList.toggle("cvx-covered", Boolean(tile));
      if (tile) canvas.getContext("2d").drawImage(tile, 0, 0);
    });
  },

  drawClasses() {
    const { explorer } = this,
      { classes, before, root } = explorer.view;
    refill(
      this.classes,
      classes.map(({ unit, probability }) => {
        const was = before.find((other) => other.unit === unit)?.probability;
        const bar = make("span.cvx-bar", {});
        bar.style.setProperty("--part", probability);
        bar.style.setProperty("--was", was ?? probability);
        const words = make("span", {}, explorer.label(unit) || unit);
        const figures = make(
          "span.cvx-number",
          {},
          was === undefined ? percent(probability) : `${percent(was)} → ${percent(probability)}`,
        );
        return make(
          "li",
          {},
          button(
            {
              "data-key": unit,
              "aria-pressed": String(unit === root),
              title: `Begin at ${unit}`,
              click: () => explorer.begin(unit),
            },
            words,
            figures,
            bar,
          ),
        );
      }),
    );
  },

  drawPins() {
    const { explorer } = this,
      { state, view } = explorer;
    const wordOf = (unit) => state.groups.get(unit) ?? "";
    const pins = [...state.pins].sort((one, other) => wordOf(one).localeCompare(wordOf(other)));
    this.pins.hidden = !pins.length;
    this.silenced.hidden = !state.off.size;
    refill(this.silenced, [
      "Silenced: ",
      ...[...state.off].map((unit) =>
        button(
          { "data-key": unit, title: `Let ${unit} speak again`, click: () => explorer.flip("off", unit) },
          `${unit} ×`,
        ),
      ),
    ]);
    refill(
      this.pins,
      pins.map((unit) =>
        button(
          {
            class: "cvx-tile",
            "data-key": unit,
            "data-path": unit,
            title: `Begin at ${unit}`,
            click: () => explorer.begin(unit),
          },
          tileOf(view.tiles[0].get(unit), state.off.has(unit)),
          make("span.cv-title", {}, unit),
          make("span.cv-label", {}, explorer.label(unit)),
          wordOf(unit) && groupOf(wordOf(unit)),
        ),
      ),
    );
  },

  drawOverview() {
    const { explorer } = this,
      { view, state } = explorer,
      layer = this.figure.layers.find(({ name }) => name === state.all);
    this.overview.hidden = !layer;
    if (!layer) return this.overview.replaceChildren();
    const tiles = view.units.map(({ unit, response, most }) => {
      const bar = make("span.cvx-bar", {});
      bar.style.setProperty("--part", most > 0 ? Math.max(0, response / most) : 0);
      return button(
        { class: "cvx-tile", "data-key": unit, "data-path": unit, click: () => explorer.begin(unit) },
        tileOf(view.tiles[0].get(unit), state.off.has(unit)),
        make("span.cv-title", {}, unit),
        make("span.cv-label", {}, explorer.label(unit) || `fires ${numberText(response)}`),
        bar,
      );
    });
    const left = layer.units - view.units.length;
    const more =
      left > 0 &&
      button(
        {
          "data-key": "more",
          click: () => {
            explorer.listedUnits += OVERVIEW;
            return explorer.show();
          },
        },
        `${Math.min(OVERVIEW, left)} more of ${layer.units}`,
      );
    refill(
      this.overview,
      [
        make("p", {}, `The units of ${layer.name} on this picture, strongest first. Click one to begin there.`),
        make("div.cvx-grid", {}, ...tiles),
        more,
      ].filter(Boolean),
    );
  },
});
