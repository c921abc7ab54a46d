// What a view needs of whoever answers, each question asked once: a tree's units with their shares and tiles.

const MOST_KEPT = 240;

class Asking {
  constructor(figure, answerer) {
    Object.assign(this, { figure, answerer, known: new Map(), opened: new Map() });
  }

  // An answer, kept until tiles are asked for; what was not answered is asked again.
  once(key, ask) {
    if (!this.known.has(key)) {
      this.known.set(key, ask());
      this.known.get(key).catch(() => this.known.delete(key));
    }
    return this.known.get(key);
  }

  // The answerer's name for a picture of the gallery or of the reader.
  picture(id) {
    if (!this.opened.has(id)) {
      const opening = this.open(this.figure.pictures.find((picture) => picture.id === id));
      this.opened.set(id, opening);
      opening.catch(() => this.opened.delete(id));
    }
    return this.opened.get(id);
  }

  async open(picture) {
    if (this.answerer.openPicture && !picture.pixels) return this.answerer.openPicture(picture);
    return this.answerer.addPicture(await this.pixels(picture));
  }

  async pixels(picture) {
    if (picture.pixels) return picture.pixels.slice(); // the reader's own
    await catvisExplorer.script(picture.seen);
    return unpacked(catvisExplorer.inputs[picture.input], this.figure.size);
  }

  classes(on, off, count = 5) {
    const top = this.figure.layers.at(-1).name;
    return this.once(`classes ${on} ${off} ${count}`, async () => {
      const found = await this.answerer.classes(await this.picture(on), { count, silenced: off });
      return found.map((one) => ({ ...one, unit: typeof one.unit === "number" ? `${top}_${one.unit}` : one.unit }));
    });
  }

  overview(on, layer, off) {
    return this.once(`overview ${on} ${layer} ${off}`, async () =>
      this.answerer.overview(await this.picture(on), layer, { silenced: off }),
    );
  }

  children(on, path, layer, count, off) {
    return this.once(`children ${on} ${path} ${layer} ${count} ${off}`, async () =>
      this.answerer.children(await this.picture(on), path, layer, { count, silenced: off }),
    );
  }

  parents(on, unit, layer, off) {
    return this.once(`parents ${on} ${unit} ${layer} ${off}`, async () =>
      this.answerer.parents(await this.picture(on), unit, layer, { count: 5, silenced: off }),
    );
  }

  // Tiles by path; all that are new in one go. What is old and none of them is forgotten.
  async tiles(on, paths, rule, off) {
    const keys = new Map(paths.map((path) => [`tile ${on} ${rule} ${off} ${path}`, path]));
    for (const old of [...this.known.keys()].slice(0, -MOST_KEPT)) if (!keys.has(old)) this.known.delete(old);
    const missing = [...keys].filter(([key]) => !this.known.has(key)).map(([, path]) => path);
    const answer =
      missing.length &&
      this.picture(on).then((picture) => this.answerer.tiles(picture, missing, { rule, silenced: off }));
    const tileAt = async (path) => {
      const tile = (await answer).find((one) => one.path === path);
      return { ...tile, canvas: tile.silent || tile.missing ? null : await tileCanvas(tile, this.figure.size) };
    };
    return new Map(
      await Promise.all([...keys].map(async ([key, path]) => [path, await this.once(key, () => tileAt(path))])),
    );
  }

  // The tree of a state: items in the order in which they are read, each with the edge by which it is reached.
  async tree(state) {
    const off = [...state.off];
    const [first] = await this.classes(state.on, off), // which opens the picture, too
      root = state.root || first?.unit;
    if (!root) throw new Error(`${this.figure.network} has no classes: a link has to name a unit.`);
    const [top] = unitsOf(root);
    const items = [];
    const grow = async (path, depth, edge, place, of) => {
      const unit = endOf(path),
        opened = this.openedAt(state, path, root);
      const item = { path, unit, layer: layerOf(unit), depth, place, of, parent: aboveOf(path), opened, ...edge };
      items.push(item);
      if (!opened) return;
      const { total, children } = await this.family(state, path, opened, root, off);
      item.total = total;
      item.shown = children.length;
      for (const [index, child] of children.entries())
        await grow(path + ARROW + child.unit, depth + 1, child, index + 1, children.length);
    };
    await grow(top, 0, {}, 1, 1);
    return { root, items };
  }

  // Which children a path shows: what the reader opened; before she did anything, the figure's first step.
  openedAt(state, path, root) {
    const units = unitsOf(path),
      along = unitsOf(root),
      next = along[units.length];
    if (next && root.startsWith(path + ARROW)) return state.open?.get(path) ?? { layer: layerOf(next), count: 0 };
    if (!state.open && path === root && this.below(state.on, root).includes(this.figure.layer))
      return { layer: this.figure.layer, count: this.figure.count };
    return state.open?.get(path);
  }

  // The layers that a path's children can be of.
  below(on, path) {
    return this.answerer.layersBelow?.(on, path) ?? layersBelow(this.figure, path);
  }

  async family(state, path, { layer, count }, root, off) {
    const found = await this.children(state.on, path, layer, count || 1, off);
    const children = count ? found.children : [],
      there = new Set(children.map(({ unit }) => unit));
    const units = [root, ...state.also]
      .filter((extra) => extra.startsWith(path + ARROW))
      .map((extra) => unitsOf(extra)[unitsOf(path).length]);
    const extras = [...new Set(units)].filter((unit) => layerOf(unit) === layer && !there.has(unit));
    return {
      total: found.total,
      children: [...children, ...(await this.edges(state.on, path, layer, extras, off))],
    };
  }

  // The edges from the end of a path to some units of a layer, however weak.
  async edges(on, path, layer, units, off) {
    if (!units.length) return [];
    const { children } = await this.once(`edges ${on} ${path} ${units} ${off}`, async () =>
      this.answerer.children(await this.picture(on), path, layer, { only: units, silenced: off }),
    );
    return children;
  }
}

const layersBelow = (figure, path) => {
  const level = figure.layers.findIndex(({ name }) => name === layerOf(endOf(path)));
  return figure.layers
    .slice(0, Math.max(0, level))
    .map(({ name }) => name)
    .reverse();
};
