/* A network in a page: a graph of operations with its layers, forward on a picture, and back down paths of units by a
   rule, as catvis/backward does; edge weights, and what silencing a unit costs. Nothing here knows which network it is. */
"use strict";

/* Opens a network. `description` is catvis.networks.portable's, `halves` its numbers (a Uint8Array), `code` the
   WebAssembly of the kernel, or nothing. */
catvisExplorer.network = async (description, halves, code) => {
  const { labels, parts, preprocessing } = description;
  const count = (shape) => shape.reduce((product, extent) => product * extent, 1);

  // Half precision → numbers: the same bits, with an exponent that is too small by 112.
  const isTensor = (value) => Boolean(value && value.shape);
  const wanted = description.nodes.flatMap((node) => Object.values(node).filter(isTensor))
    .reduce((all, { shape }) => all + count(shape), 0);
  const size = 3 * preprocessing.size[0] * preprocessing.size[1];
  const expected = 2 * (wanted + (preprocessing.mean ? 0 : size));
  if (halves.length !== expected) throw new Error(`The network's weights have ${halves.length} bytes, not ${expected}.`);
  const words = new Int16Array(halves.buffer, halves.byteOffset, expected / 2);
  let read = 0;
  const numbers = (length) => {
    const found = new Float32Array(length), bits = new Int32Array(found.buffer);
    for (let at = 0; at < length; at++, read++) {
      bits[at] = ((words[read] & 0x8000) << 16) | ((words[read] & 0x7fff) << 13);
      found[at] *= 2 ** 112;
    }
    return found;
  };
  const mean = preprocessing.mean || numbers(size);

  const nodes = description.nodes.map((node) => ({ ...node, from: node.inputs.map((input) => description.nodes[input].shape) }));
  const kernel = catvisExplorer.kernel();
  const { kinds, rectify } = catvisExplorer.operations(kernel);
  for (const node of nodes) {
    for (const [name, value] of Object.entries(node)) {
      if (isTensor(value)) node[name] = { shape: value.shape, numbers: numbers(count(value.shape)) };
    }
    node.kind = kinds[node.operation];
    if (node.kind && node.kind.prepare) node.kind.prepare(node);
    if (node.weight) node.weight.numbers = null; // the kernel has them
  }
  await kernel.start(Math.max(...nodes.map((node) => count(node.shape))), code);
  const ancestors = [];
  nodes.forEach((node, index) => ancestors.push(new Set([index, ...node.inputs.flatMap((input) => [...ancestors[input]])])));

  const layers = description.layers.map((layer, level) => {
    const shape = nodes[layer.node].shape, [units, height, width] = shape.length === 3 ? shape : [shape[0], 1, 1];
    return { ...layer, level, units, width, height, kind: shape.length === 3 ? "conv" : "fc" };
  });
  const layerOf = (name) => {
    const found = layers.find((layer) => layer.name === name);
    if (!found) throw new Error(`This network has no layer ${name}.`);
    return found;
  };
  const unitOf = (name) => {
    const [, layerName, digits] = /^(.+)_(\d{1,9})$/.exec(name) || [];
    if (!layerName) throw new Error(`${name} is not a unit: a unit is a layer, an underscore and a number, such as ${layers[0].name}_0.`);
    const layer = layerOf(layerName), index = Number(digits);
    if (index >= layer.units) throw new Error(`There is no unit ${name}: ${layer.name} has ${layer.units} units, from 0.`);
    return { name: `${layer.name}_${index}`, layer, index };
  };
  const pathOf = (text) => {
    const units = text.split(/\s*(?:→|->)\s*/).map((name) => unitOf(name.trim()));
    units.slice(1).forEach((unit, at) => checkBelow(unit.layer, units[at].layer));
    return units;
  };
  const checkBelow = (layer, above) => {
    if (layer.level >= above.level) throw new Error(`${layer.name} is not below ${above.name}: paths go down.`);
  };

  /* The network's input of a picture: RGB bytes, place after place. */
  const input = (seen) => {
    const { scale, std, order } = preprocessing, values = new Float32Array(size), planes = size / 3, round = Math.fround;
    for (let c = 0; c < 3; c++) {
      const to = order === "BGR" ? 2 - c : c, step = mean.length === 3 ? 0 : 1, factor = round(scale), spread = std[c];
      let of = step ? c * planes : c;
      for (let at = 0; at < size; at += 3, of += step) values[at + to] = round(round(seen[at + c] * factor) - mean[of]) / spread;
    }
    return values;
  };

  /* Computes the nodes of a list, in their order, into `values`; a silenced unit is 0 wherever its layer is read. What
     was known before is where a linear operation goes on from: of a small change it has little to compute. */
  const run = (list, values, silenced, known) => {
    for (const index of list) {
      const node = nodes[index], inputs = node.inputs.map((source) => values[source]);
      values[index] = known && node.kind.linear
        ? node.kind.forward(node, [change(inputs[0], known[node.inputs[0]])], known[index]) : node.kind.forward(node, inputs);
      if (silenced.has(index)) values[index] = silence(values[index].slice(), node.shape[0], silenced.get(index));
    }
    return values;
  };
  const change = (map, before) => {
    const found = new Float32Array(map.length);
    for (let at = 0; at < map.length; at++) found[at] = map[at] - before[at];
    return found;
  };
  const silence = (map, units, indices) => {
    for (const index of indices) for (let at = index; at < map.length; at += units) map[at] = 0;
    return map;
  };

  const belowTop = [...ancestors[layers[layers.length - 1].node]].sort((a, b) => a - b);
  /* A forward pass: `seen` is the picture as RGB bytes. */
  const look = (seen) => {
    const silenced = new Map();
    return { values: run(belowTop.slice(1), [input(seen)], silenced), silenced, weights: new Map() };
  };
  /* The same when some units more are silent, as far as some layers see it; what they cannot reach is not computed again. */
  const without = (trace, units, upper = layers) => {
    const silenced = new Map(trace.silenced), values = [...trace.values];
    for (const { layer: { node, units: many }, index } of units) {
      silenced.set(node, [...(silenced.get(node) || []), index]);
      values[node] = silence(values[node].slice(), many, [index]);
    }
    const changed = belowTop.filter((node) => units.some(({ layer }) => layer.node < node && ancestors[node].has(layer.node))
      && upper.some((above) => ancestors[above.node].has(node)));
    return { values: run(changed, values, silenced, trace.values), silenced, weights: new Map() };
  };

  /* A unit's largest activation and its place, of equal places the first. */
  const peak = (trace, { layer, index }) => {
    const map = trace.values[layer.node], units = layer.units;
    let place = 0;
    for (let at = 1; at * units < map.length; at++) if (map[at * units + index] > map[place * units + index]) place = at;
    return { activation: map[place * units + index], place };
  };
  const isSilent = (trace, unit) => unit.layer.rectified && !(peak(trace, unit).activation > 0);

  // Paths as a tree of stops, so that what they share is carried once. A wish is an image, or a layer's edge weights.
  const treeOf = (trace, wishes) => {
    const root = { below: new Map() };
    wishes.forEach(({ path, signs, layer }, number) => {
      if (isSilent(trace, path[0])) return;
      let stop = root;
      path.forEach((unit, step) => {
        const sign = signs ? signs[step] : 1, key = `${sign} ${unit.name}`;
        if (!stop.below.has(key)) stop.below.set(key, { unit, sign, below: new Map(), wishes: [] });
        stop = stop.below.get(key);
      });
      stop.wishes.push({ number, node: layer ? layer.node : 0 });
    });
    return root;
  };

  /* Carries gradients down paths by a rule. Every wish is {path, signs, layer}: the image of the path's end where no
     layer is given, else the edge weights from there to the layer. Calls found(number, values): the gradient at the
     picture, or one weight for each unit; nothing for a path whose first unit is silent or what no gradient reaches. */
  const sweep = (trace, wishes, rule, found) => {
    const { below } = treeOf(trace, wishes);
    for (const stop of below.values()) {
      const { layer, index } = stop.unit, g = new Float32Array(trace.values[layer.node].length);
      g[peak(trace, stop.unit).place * layer.units + index] = 1;
      descend(trace, stop, g, rule, found);
    }
  };
  const descend = (trace, stop, start, rule, found) => {
    const targets = [...stop.wishes.map(({ node }) => node), ...[...stop.below.values()].map(({ unit }) => unit.layer.node)];
    const waiting = new Map([[stop.unit.layer.node, start]]);
    for (let index = stop.unit.layer.node; index >= 0; index--) {
      const g = waiting.get(index);
      if (!g) continue;
      waiting.delete(index);
      if (trace.silenced.has(index)) silence(g, nodes[index].shape[0], trace.silenced.get(index));
      arrive(trace, stop, index, g, rule, found);
      const node = nodes[index];
      const reaches = (source) => targets.some((target) => ancestors[source].has(target));
      if (!node.inputs.some(reaches)) continue;
      const passed = node.kind.back(node, g, node.inputs.map((source) => trace.values[source]), trace.values[index], rule);
      node.inputs.forEach((source, number) => {
        if (!reaches(source)) return;
        const other = waiting.get(source);
        if (other) passed[number].forEach((value, at) => { other[at] += value; });
        else waiting.set(source, passed[number]);
      });
    }
  };

  /* What a gradient is for at a node: wishes of its stop, and the stops that follow, each through the layer's ReLU. */
  const arrive = (trace, stop, index, g, rule, found) => {
    const layer = layers.find(({ node }) => node === index), units = nodes[index].shape[0], map = trace.values[index];
    const rectified = (values, ...part) => (layer.rectified ? rectify(values, map, nodes[index].limit ?? Infinity, rule, ...part) : values);
    for (const { number, node } of stop.wishes) {
      if (node === index) found(number, index === 0 ? g : weightsOf(rectified(g.slice()), map, units));
    }
    for (const next of stop.below.values()) {
      if (next.unit.layer.node !== index) continue;
      const masked = new Float32Array(g.length);
      for (let at = next.unit.index; at < g.length; at += units) masked[at] = next.sign * g[at];
      descend(trace, next, rectified(masked, next.unit.index, units), rule, found);
    }
  };
  const weightsOf = (g, map, units) => {
    const weights = new Float64Array(units);
    for (let at = 0; at < g.length; at += units) for (let unit = 0; unit < units; unit++) weights[unit] += g[at + unit] * map[at + unit];
    return weights.map((total) => (total * units) / g.length);
  };

  /* The edge weights from the ends of paths to layers, {path, layer} each; zeros from a silent unit. What was found once
     on a picture is remembered: a tile asks again for the signs of its steps. */
  const edges = (trace, requests, rule = "gradient") => {
    const keys = requests.map(({ path, layer }) => {
      checkBelow(layer, path[path.length - 1].layer);
      return [rule, ...path.map(({ name }) => name), layer.name].join(" ");
    });
    const fresh = new Map();
    requests.forEach((request, number) => { if (!trace.weights.has(keys[number])) fresh.set(keys[number], request); });
    const names = [...fresh.keys()];
    for (const [key, { layer }] of fresh) trace.weights.set(key, new Float64Array(layer.units));
    sweep(trace, [...fresh.values()], rule, (number, found) => { trace.weights.set(names[number], found); });
    return keys.map((key) => trace.weights.get(key));
  };

  /* Which steps of paths are drawn from −g: −1 for a unit that works against the one above it. */
  const signsOf = (trace, paths) => {
    const steps = paths.flatMap((path) => path.slice(1).map(({ layer }, at) => ({ path: path.slice(0, at + 1), layer })));
    const weights = edges(trace, steps);
    let next = 0;
    return paths.map((path) => {
      let above = 1;
      return path.map(({ index }, at) => {
        const weight = at ? weights[next++][index] : 1, here = weight === 0 ? above : Math.sign(weight);
        const sign = here * above;
        above = here;
        return sign;
      });
    });
  };

  /* The gradient images of paths, RGB, place after place; null where nothing arrives. */
  const attributions = (trace, paths, rule, signs = signsOf(trace, paths)) => {
    const images = paths.map(() => null);
    sweep(trace, paths.map((path, number) => ({ path, signs: signs[number] })), rule, (number, g) => { images[number] = g; });
    if (preprocessing.order === "BGR") for (const g of new Set(images)) if (g) swap(g);
    return images;
  };
  const swap = (g) => {
    for (let at = 0; at < g.length; at += 3) [g[at], g[at + 2]] = [g[at + 2], g[at]];
  };

  /* The relative change of a unit at its own place when others are silent: −1 where it falls silent; null of a silent one. */
  const effect = (trace, unit, left) => {
    const { activation, place } = peak(trace, unit), { layer, index } = unit;
    return activation === 0 ? null : (left.values[layer.node][place * layer.units + index] - activation) / Math.abs(activation);
  };

  return {
    layers, labels, parts, size: preprocessing.size, fast: kernel.fast,
    look, peak, isSilent, layerOf, unitOf, pathOf, edges, attributions, signsOf, without, effect,
  };
};
