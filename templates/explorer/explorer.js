// The explorer itself: a state, which is the address; a view, which is the state with its answers; and what a reader
// can do to the state. How a view looks is said in screen.js.

const CHILDREN = 5,
  OVERVIEW = 24;

class Explorer {
  constructor(box, figure, asking) {
    Object.assign(this, { figure, asking, computes: asking.computes, turn: 0, complaints: [], listedUnits: OVERVIEW });
    this.screen = new Screen(box, this);
    // Other parts of the page have addresses, too.
    addEventListener("popstate", () => {
      if (!location.hash || catvisExplorer.called(figure.name)) this.follow();
    });
  }

  // ---- The state ----

  // Take the state from the address.
  follow() {
    this.complaints = [];
    this.state = readState(location.hash, this.figure, (line) => this.complaints.push(line));
    if (!this.computes) this.state.rule = this.figure.rule;
    return this.show();
  }

  // Change the state, and with it the address; what only selects leaves no trace in the history.
  change(changes, { quiet = false } = {}) {
    this.state = { ...this.state, ...changes };
    this.complaints = [];
    history[quiet ? "replaceState" : "pushState"](null, "", writeState(this.state, this.figure));
    return this.show();
  }

  select(path) {
    this.state.at = path;
    history.replaceState(null, "", writeState(this.state, this.figure));
    this.screen.select(path);
  }

  // A change of the tree that is seen: none while another state's is awaited.
  grow(changes) {
    return this.state === this.view.state && this.change(changes);
  }

  // What is open, by path, also where the figure itself opened it.
  opened() {
    return new Map(
      this.view.state.open ?? this.view.items.filter(({ opened }) => opened).map(({ path, opened }) => [path, opened]),
    );
  }

  open(path, layer, count = CHILDREN) {
    return this.grow({ open: this.opened().set(path, { layer, count }), at: path });
  }

  close(path) {
    const under = (other) => other === path || other.startsWith(path + ARROW);
    return this.grow({ open: new Map([...this.opened()].filter(([other]) => !under(other))), at: path });
  }

  toggle(path) {
    const item = this.item(path);
    if (item.opened) return this.close(path);
    const [layer] = item.below;
    return layer && !item.silent ? this.open(path, layer) : this.select(path);
  }

  // Begin a tree of its own; with the unit that it was reached from, if it was.
  begin(unit, below = "") {
    const open = below ? new Map([[unit, { layer: layerOf(below), count: CHILDREN }]]) : null;
    const also = new Set(below ? [unit + ARROW + below] : []);
    return this.change({ root: unit, open, also, at: below ? unit + ARROW + below : unit, all: "" });
  }

  // Another picture: under the strongest class the tree starts anew, under a unit of the reader's it stays.
  look(on) {
    const beside = this.state.beside === on ? "" : this.state.beside;
    return this.change({
      on,
      beside,
      ...(this.state.root === this.figure.start && !this.figure.start
        ? { open: null, also: new Set(), at: "" }
        : {}),
    });
  }

  // One more picture, the reader's: it is kept in this page, and goes to whoever answers in it.
  async add(file) {
    try {
      const pixels = file instanceof Blob ? await readPicture(file, this.figure.size) : file;
      const id = `own${this.figure.pictures.filter((picture) => picture.own).length + 1}`;
      const shown = painted(pixels, this.figure.size).toDataURL();
      this.figure.pictures.push({ id, name: `imgs/${file.name ?? `${id}.png`}`, shown, pixels, own: true });
      await this.look(id);
      if (file.type === "image/gif") this.screen.say("Of a moving picture the first moment is looked at.");
    } catch (error) {
      this.screen.complain(error.message);
    }
  }

  flip(set, unit) {
    const flipped = new Set(this.state[set]);
    if (!flipped.delete(unit)) flipped.add(unit);
    return this.change({ [set]: flipped });
  }

  // A silenced unit keeps its place in the tree.
  silence(path) {
    const off = new Set(this.state.off),
      unit = endOf(path);
    if (!off.delete(unit)) off.add(unit);
    const also = new Set(this.state.also);
    if (aboveOf(path)) also.add(path);
    return this.grow({ off, also, open: this.opened() });
  }

  name(map, unit, word) {
    const names = new Map(this.state[map]);
    if (word.trim()) names.set(unit, word.trim());
    else names.delete(unit);
    return this.change({ [map]: names });
  }

  // ---- The view ----

  async show() {
    const turn = ++this.turn,
      { state } = this;
    this.screen.wait();
    try {
      const view = await this.asked(state);
      if (turn !== this.turn) return;
      this.view = view;
      this.screen.draw();
      this.screen.complain(this.complaints.join(" "));
    } catch (error) {
      if (turn !== this.turn) return;
      this.screen.complain(error.message);
      if (!this.view) return;
      this.state = this.view.state; // what was not answered is not the state
      this.screen.draw();
    }
  }

  // Everything that a state's view needs, with as few questions as it takes.
  async asked(state) {
    const { asking } = this,
      off = [...state.off];
    const view = { ...(await asking.tree(state)), state, off, classes: await asking.classes(state.on, off) };
    view.before = off.length ? await asking.classes(state.on, [], this.figure.layers.at(-1).units) : [];
    view.units = state.all ? this.ranked(await asking.overview(state.on, state.all, off), state.all) : [];
    const paths = [...view.items.map(({ path }) => path), ...state.pins, ...view.units.map(({ unit }) => unit)];
    const pictures = [state.on, state.beside].filter(Boolean);
    view.tiles = await Promise.all(pictures.map((on) => asking.tiles(on, paths, state.rule, off)));
    const beside = state.beside ? await this.edgesBeside(state, view) : new Map(),
      times = new Map();
    for (const { unit } of view.items) times.set(unit, (times.get(unit) ?? 0) + 1);
    for (const item of view.items)
      Object.assign(item, this.described(item, view, beside.get(item.path)), {
        times: times.get(item.unit),
        below: asking.below(state.on, item.path),
      });
    return view;
  }

  // By path, the same edges on the picture beside it.
  async edgesBeside({ beside }, { items, off }) {
    const families = items
      .filter(({ opened }) => opened)
      .map(({ path, opened }) => [
        path,
        opened.layer,
        items.filter(({ parent }) => parent === path).map(({ unit }) => unit),
      ]);
    const found = await Promise.all(
      families.map(([path, layer, units]) => this.asking.edges(beside, path, layer, units, off)),
    );
    return new Map(
      found.flatMap((edges, index) => edges.map((edge) => [families[index][0] + ARROW + edge.unit, edge])),
    );
  }

  ranked(responses, layer) {
    const order = [...responses.keys()].sort((one, other) => responses[other] - responses[one] || one - other);
    return order
      .slice(0, this.listedUnits)
      .map((index) => ({ unit: `${layer}_${index}`, response: responses[index], most: responses[order[0]] }));
  }

  described(item, view, beside) {
    const answers = view.tiles.map((tiles) => tiles.get(item.path)),
      [{ silent }] = answers;
    const off = this.state.off.has(item.unit),
      label = this.label(item.unit);
    const foot = beside
      ? [`${shareText(item)} · ${shareText(beside)}`]
      : typeof item.effect === "number"
        ? [make("span", {}, "without it "), changeText(item.effect)]
        : null;
    const verb = item.weight < 0 ? "holds down" : "excites";
    const says = item.parent ? `, ${verb} ${endOf(item.parent)}` : "";
    return {
      answers,
      canvases: answers.map(({ canvas }) => canvas),
      silent: silent || off,
      label,
      foot,
      says,
    };
  }

  above(unit) {
    const names = this.figure.layers.map(({ name }) => name);
    return names.slice(names.indexOf(layerOf(unit)) + 1);
  }

  label(unit) {
    const { labels, names, layers } = this.figure;
    const known = layerOf(unit) === layers.at(-1).name ? labels[indexOf(unit)] : names[unit];
    return this.state.calls.get(unit) ?? known ?? "";
  }

  item(path) {
    return this.view.items.find((item) => item.path === path);
  }

  // A graph shows each unit once, where it came first.
  shown() {
    const { items } = this.view;
    if (!this.state.graph)
      return {
        items,
        edges: items.filter(({ parent }) => parent).map((item) => ({ ...item, from: item.parent, to: item.path })),
      };
    const first = new Map();
    for (const item of items) if (!first.has(item.unit)) first.set(item.unit, item.path);
    const edges = new Map();
    for (const item of items) {
      const ends = { from: first.get(endOf(item.parent)), to: first.get(item.unit) };
      if (item.parent && !edges.has(`${ends.from} ${ends.to}`))
        edges.set(`${ends.from} ${ends.to}`, { ...item, ...ends });
    }
    return { items: items.filter(({ unit, path }) => first.get(unit) === path), edges: [...edges.values()] };
  }
}

// Who answers: the first of the figure's answerers that can be opened; what is the matter with the others is said.
const openAnswerer = async (figure) => {
  let trouble;
  for (const name of figure.answers) {
    try {
      const answerer = catvisExplorer.answerers[name](figure[name] ?? figure);
      return { ...(await answerer.open()), answerer };
    } catch (error) {
      trouble = error;
    }
  }
  throw trouble;
};

Object.assign(catvisExplorer, {
  figures: {},
  inputs: {},
  trees: {},
  figure: (name, figure) => {
    catvisExplorer.figures[name] = figure;
  },
  seen: (name, base64) => {
    catvisExplorer.inputs[name] = base64;
  },
  tree: (name, tree) => {
    catvisExplorer.trees[name] = tree;
  },
  async begin(box) {
    const figure = {
      ...catvisExplorer.figures[box.dataset.name],
      pictures: [...catvisExplorer.figures[box.dataset.name].pictures],
    };
    const wanted = readState(location.hash, figure, () => {}).on,
      { seen } = figure.pictures.find(({ id }) => id === wanted);
    if (seen) catvisExplorer.script(seen).catch(() => {}); // comes while the network does
    const opened = await openAnswerer(figure);
    const { layers, labels, names, computes } = opened;
    Object.assign(figure, { layers, labels, names });
    const asking = Object.assign(new Asking(figure, opened.answerer), { computes });
    const explorer = new Explorer(box, figure, asking);
    await explorer.follow();
    return explorer;
  },
});
