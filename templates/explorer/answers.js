/* What a network answers about its pictures: classes, children, parents, tiles. It runs in a worker, or in the page
   where there is none. What takes long lets others have their turn. */
"use strict";

/* When others have had their turn. A timer would come late: browsers let pages wait for it. */
catvisExplorer.turn = () => new Promise((resolve) => {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    resolve();
  };
  port2.postMessage(null);
});

/* `packed` is the network's weights under gzip, an ArrayBuffer; `code` the kernel's WebAssembly. */
catvisExplorer.answers = async ({ description, packed, code }) => {
  const kept = 6; // forward passes that are remembered: as many pictures and silenced units are looked at in turn
  const slice = 20; // milliseconds until others have their turn
  const unpacked = async () => {
    if (typeof DecompressionStream !== "function") throw new Error("This browser is too old to unpack the network's weights.");
    try {
      const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
      return new Uint8Array(await new Response(stream).arrayBuffer());
    } catch {
      throw new Error("The network's weights are damaged.");
    }
  };
  const network = await catvisExplorer.network(description, await unpacked(), code);
  const { layers, labels, parts, size, layerOf, unitOf, pathOf } = network;
  const display = catvisExplorer.display(), [height, width] = size, top = layers[layers.length - 1];
  const seen = new Map(), traces = new Map(); // pictures as RGB bytes, and what the network makes of them
  const trace = (picture, silenced = []) => {
    if (!seen.has(picture)) throw new Error(`There is no picture ${picture}.`);
    const key = JSON.stringify([picture, ...silenced]);
    const found = traces.get(key)
      || (silenced.length ? network.without(trace(picture), silenced.map(unitOf)) : network.look(seen.get(picture)));
    traces.delete(key);
    traces.set(key, found); // the latest last
    if (traces.size > kept) traces.delete(traces.keys().next().value);
    return found;
  };
  const ranked = (strengths) => [...strengths.keys()].sort((a, b) => strengths[b] - strengths[a] || a - b);
  const sum = (numbers) => numbers.reduce((total, value) => total + value, 0);
  const sharesOf = (weights) => {
    const all = sum(weights.map(Math.abs));
    return weights.map((weight) => (all ? Math.abs(weight) / all : 0));
  };

  return {
    about: () => ({
      layers: layers.map(({ name, kind, units, width: wide, height: high }) => ({ name, kind, units, width: wide, height: high })),
      labels, names: parts, size, fast: network.fast,
      computes: true,
    }),

    addPicture: (pixels) => {
      const many = pixels.length / 4;
      if (many !== width * height) throw new Error(`The picture has ${many} pixels; the network takes ${width} × ${height}.`);
      const id = `own-${seen.size}`;
      seen.set(id, pixels.filter((_, at) => at % 4 < 3));
      return id;
    },

    classes: (picture, { count = 5, silenced } = {}) => {
      if (top.kind === "conv") return [];
      const scores = trace(picture, silenced).values[top.node], most = Math.max(...scores);
      const parts = [...scores].map((score) => Math.exp(score - most)), whole = sum(parts);
      return ranked(scores).slice(0, count).map((unit) => ({ unit, score: scores[unit], probability: parts[unit] / whole }));
    },

    overview: (picture, name, { silenced } = {}) => {
      const layer = layerOf(name), looked = trace(picture, silenced);
      return Float32Array.from({ length: layer.units }, (_, index) => network.peak(looked, { layer, index }).activation);
    },

    /* Ranked by |edge weight|, of equal ones the first; units without a weight are left out. `only` asks for some
       units instead, whatever their weight. */
    children: (picture, text, name, { count = 5, only, silenced } = {}) => {
      const looked = trace(picture, silenced), path = pathOf(text), layer = layerOf(name), parent = path[path.length - 1];
      const [weights] = network.edges(looked, [{ path, layer }]), shares = sharesOf(weights);
      const order = ranked(weights.map(Math.abs)).filter((index) => weights[index]);
      const chosen = only ? only.map((unit) => unitOf(unit).index) : order.slice(0, count);
      const children = chosen.map((index) => {
        const without = network.without(looked, [{ layer, index }], [parent.layer]);
        return {
          unit: `${name}_${index}`, weight: weights[index], share: shares[index], effect: network.effect(looked, parent, without),
        };
      });
      return { total: order.length, children };
    },

    /* The units of a higher layer that this one has a share in, each as a path of its own: by that share. */
    parents: async (picture, unitName, name, { count = 5, silenced } = {}) => {
      const looked = trace(picture, silenced), unit = unitOf(unitName), upper = layerOf(name);
      const firing = Array.from({ length: upper.units }, (_, index) => unitOf(`${name}_${index}`))
        .filter((above) => !network.isSilent(looked, above));
      const weights = [];
      let begun = performance.now();
      for (const above of firing) {
        weights.push(...network.edges(looked, [{ path: [above], layer: unit.layer }]));
        if (performance.now() < begun + slice) continue;
        await catvisExplorer.turn();
        begun = performance.now();
      }
      const shares = weights.map((of) => sharesOf(of)[unit.index]);
      const order = ranked(shares).filter((number) => shares[number]);
      const without = network.without(looked, [unit], [upper]);
      const parents = order.slice(0, count).map((number) => ({
        unit: firing[number].name, weight: weights[number][unit.index], share: shares[number],
        effect: network.effect(looked, firing[number], without),
      }));
      return { total: order.length, children: parents };
    },

    /* `silent`: nothing arrives at the picture, and there is no tile. */
    tiles: (picture, texts, { rule = "guided", silenced } = {}) => {
      const looked = trace(picture, silenced), paths = texts.map(pathOf);
      return network.attributions(looked, paths, rule).map((g, number) => {
        const { box, pixels } = display(g || new Float32Array(3 * width * height), size);
        const response = network.peak(looked, paths[number][paths[number].length - 1]).activation;
        return { path: texts[number], response, silent: !box[2], box, pixels };
      });
    },
  };
};
