// Answers from a tree that was computed when the page was built (catvis/figures/baked.py).
catvisExplorer.answerers.baked = (figure) => {
  const trees = new Map();
  const unknown = (what) => Promise.reject(new Error(`${what} was not computed when this page was built.`));
  return {
    open: async () => figure,
    async openPicture(picture) {
      await catvisExplorer.script(picture.baked);
      trees.set(picture.id, catvisExplorer.trees[picture.tree]);
      return picture.id;
    },
    layersBelow: (picture, path) => [trees.get(picture)?.families[path]?.layer].filter(Boolean),
    classes: async (picture, { count }) =>
      trees
        .get(picture)
        .classes.slice(0, count)
        .map(([unit, score, probability]) => ({ unit, score, probability })),
    overview: async (picture, layer) => Float32Array.from(trees.get(picture).responses[layer]),
    async children(picture, path, layer, { count, only }) {
      const family = trees.get(picture).families[path];
      if (family?.layer !== layer) return unknown(`What ${path} is made of in ${layer}`);
      const chosen = only
        ? family.children.filter(([unit]) => only.includes(unit))
        : family.children.slice(0, count);
      const children = chosen.map(([unit, weight, share, effect]) => ({ unit, weight, share, effect }));
      return { total: family.children.length, children };
    },
    parents: () => unknown("Whom a unit serves"),
    async tiles(picture, paths) {
      const { tiles, responses } = trees.get(picture);
      return paths.map((path) => {
        const unit = path.slice(path.lastIndexOf("→") + 1),
          cut = unit.lastIndexOf("_"),
          jpeg = tiles[path];
        const response = responses[unit.slice(0, cut)][unit.slice(cut + 1)];
        return {
          path,
          response,
          silent: jpeg === null,
          missing: jpeg === undefined,
          source: jpeg && `data:image/jpeg;base64,${jpeg}`,
        };
      });
    },
    close() {},
  };
};
