// The tree on the screen: its tiles, each once from view to view, and the lines between them.
Object.assign(Screen.prototype, {
  drawTree() {
    const { explorer, stage, lines } = this,
      { items, edges } = explorer.shown(),
      { state } = explorer;
    this.width = this.main.clientWidth;
    const narrow = this.width < 480,
      tiles = state.beside ? 2 : 1;
    this.layout = narrow
      ? placeList(items, edges, this.width, tiles)
      : placeRows(items, edges, this.width, tiles, this.figure, state.graph);
    const { places, width, height, lines: strokes } = this.layout;
    this.root.classList.toggle("cvx-narrow", narrow);
    stage.parentNode.style.cssText = `width:${width}px;height:${height}px`;
    const kept = new Set(items.map(({ path }) => path));
    for (const [path, node] of this.nodes)
      if (!kept.has(path)) {
        node.remove();
        this.nodes.delete(path);
      }
    items.forEach((item, index) => {
      const node = this.node(item),
        place = places.get(item.path);
      node.style.cssText = `transform:translate(${place.x}px,${place.y}px);width:${place.width}px;--above:${place.above}px;--side:${place.side}px`;
      node.classList.toggle("cvx-small", place.side < 100);
      if (stage.children[index] !== node) stage.insertBefore(node, stage.children[index] ?? null);
    });
    lines.setAttribute("viewBox", `0 0 ${width} ${height}`);
    lines.replaceChildren(
      ...strokes
        .sort((one, other) => other.thick - one.thick)
        .map((line) => {
          const stroke = drawn("path");
          stroke.setAttribute("d", line.d);
          stroke.setAttribute("stroke-width", line.thick);
          stroke.setAttribute("class", line.trunk ? "cvx-trunk" : line.weight < 0 ? "cvx-inhibits" : "cvx-excites");
          return stroke;
        }),
    );
  },

  node(item) {
    const { explorer } = this,
      { state } = explorer;
    if (!this.nodes.has(item.path))
      this.nodes.set(
        item.path,
        make("div", { role: "treeitem", class: "cvx-node", "data-path": item.path, tabindex: "-1" }),
      );
    const node = this.nodes.get(item.path),
      group = state.groups.get(item.unit);
    const openable = (item.below.length && !item.silent) || item.opened;
    const marks = {
      "aria-level": item.depth + 1,
      "aria-posinset": item.place,
      "aria-setsize": item.of,
      "aria-expanded": openable ? String(Boolean(item.opened)) : null,
    };
    for (const [name, value] of Object.entries(marks))
      value === null ? node.removeAttribute(name) : node.setAttribute(name, value);
    const said = [item.says, item.weight, item.share, group, item.foot, item.times, item.label].join();
    if (node.said === said && item.canvases.every((canvas, index) => canvas === node.canvases[index])) return node;
    Object.assign(node, { said, canvases: item.canvases });
    node.classList.toggle("cvx-off", state.off.has(item.unit));
    node.replaceChildren(
      make(
        "div.cvx-above",
        {},
        item.parent &&
          make("span", { class: `cvx-share${item.weight < 0 ? " cvx-negative" : ""}` }, shareText(item)),
        make("span.cv-title", {}, item.unit),
        item.label && make("span.cv-label", {}, item.label),
      ),
      make(
        "div.cvx-tiles",
        {},
        ...item.answers.map((answer) => tileOf(answer, state.off.has(item.unit))),
        item.times > 1 && make("span.cvx-times", { title: `in ${item.times} branches` }, `×${item.times}`),
      ),
      group ? groupOf(group) : "",
      item.foot ? make("div.cvx-foot", {}, ...item.foot) : "",
      make("span.cvx-hidden", {}, item.says),
    );
    return node;
  },
});
