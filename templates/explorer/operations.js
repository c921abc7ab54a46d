/* The operations of a network's graph, each forward and back, as catvis/networks/operations.py has them. Maps lie place
   after place, the channels of one side by side; anything else lies as its shape says, the last axis fastest.

   forward(node, inputs) gives the output; back(node, g, inputs, output, rule) the gradients at the inputs, each of its
   own memory. A node knows its operation's parameters, its shape, and its inputs' shapes as `from`. */
"use strict";
globalThis.catvisExplorer = globalThis.catvisExplorer || {};

catvisExplorer.operations = (kernel) => {
  const count = (shape) => shape.reduce((product, extent) => product * extent, 1);
  const isMap = (shape) => shape.length === 3;
  const places = (shape) => (isMap(shape) ? shape[1] * shape[2] : 1);
  const zeros = (shape) => new Float32Array(count(shape));

  // Convolution. A run is a part of a filter's line whose places lie side by side in the input.
  const eachRun = (node, y, x, visit) => {
    const [high, wide] = node.from[0].slice(1), [down, across] = node.kernel;
    for (let ky = 0; ky < down; ky++) {
      const line = y * node.stride[0] - node.padding[0] + ky * node.dilation[0];
      if (line < 0 || line >= high) continue;
      for (let kx = 0; kx < across; kx += node.run) {
        const column = x * node.stride[1] - node.padding[1] + kx * node.dilation[1];
        const first = Math.max(0, -column), end = Math.min(node.run, wide - column);
        if (first < end) visit(line * wide + column, column, first, end, ky * across + kx);
      }
    }
  };
  const Convolution = {
    rows: (node) => 2 * count(node.weight.shape),
    prepare: (node) => {
      const weight = node.weight.numbers, [out, inputs, down, across] = node.weight.shape, taps = down * across;
      Object.assign(node, { kernel: [down, across], taps, outputs: out / node.groups, channels: inputs });
      node.run = node.groups === 1 && node.dilation[1] === 1 ? across : 1;
      const forward = new Float32Array(weight.length), back = new Float32Array(weight.length);
      for (let o = 0, at = 0; o < out; o++) {
        const group = Math.floor(o / node.outputs), first = group * taps * inputs * node.outputs + (o % node.outputs);
        for (let c = 0; c < inputs; c++) for (let tap = 0; tap < taps; tap++, at++) {
          forward[first + (tap * inputs + c) * node.outputs] = weight[at];
          back[(o * taps + tap) * inputs + c] = weight[at];
        }
      }
      node.forwardRows = kernel.place(forward);
      node.backRows = kernel.place(back);
    },
    forward: (node, [input]) => {
      const { outputs, channels, forwardRows } = node, [all, high, wide] = node.shape, [pitch, lines, columns] = node.from[0];
      kernel.begin(count(node.shape), node.bias && node.bias.numbers);
      for (let group = 0; group < node.groups; group++) {
        kernel.gather(input, lines, columns, pitch, group * channels, channels, outputs);
        let sum = group * outputs;
        const visit = (place, column, first, end, tap) => kernel.add(
          sum, outputs, forwardRows + ((group * node.taps + tap - column) * channels) * outputs,
          kernel.starts[place + first], kernel.starts[place + end],
        );
        for (let y = 0; y < high; y++) for (let x = 0; x < wide; x++, sum += all) eachRun(node, y, x, visit);
      }
      return kernel.take(count(node.shape));
    },
    back: (node, g) => {
      const { outputs, channels } = node, [all, high, wide] = node.shape, pitch = node.from[0][0];
      kernel.begin(count(node.from[0]), null);
      for (let group = 0; group < node.groups; group++) {
        kernel.gather(g, high * wide, 1, all, group * outputs, outputs, node.taps * channels);
        const from = group * channels, rows = node.backRows + group * outputs * node.taps * channels;
        let start = 0, stop = 0;
        const visit = (place, column, first, end, tap) => kernel.add(
          (place + first) * pitch + from, (end - first) * channels, rows + (tap + first) * channels, start, stop,
        );
        for (let y = 0, at = 0; y < high; y++) for (let x = 0; x < wide; x++, at++) {
          start = kernel.starts[at];
          stop = kernel.starts[at + 1];
          if (start < stop) eachRun(node, y, x, visit);
        }
      }
      return [kernel.take(count(node.from[0]))];
    },
  };

  const Linear = {
    rows: (node) => 2 * count(node.weight.shape),
    prepare: (node) => {
      const weight = node.weight.numbers, [out, inputs] = node.weight.shape, turned = new Float32Array(weight.length);
      for (let o = 0, at = 0; o < out; o++) for (let i = 0; i < inputs; i++, at++) turned[i * out + o] = weight[at];
      node.forwardRows = kernel.place(turned);
      node.backRows = kernel.place(weight);
    },
    forward: (node, [input]) => multiplied(input, node.shape[0], node.forwardRows, node.bias && node.bias.numbers),
    back: (node, g) => [multiplied(g, node.from[0][0], node.backRows, null)],
  };
  const multiplied = (vector, width, rows, bias) => {
    kernel.begin(width, bias);
    kernel.gather(vector, 1, 1, vector.length, 0, vector.length, width);
    kernel.add(0, width, rows, 0, kernel.starts[1]);
    return kernel.take(width);
  };

  // The three rules: Simonyan et al. (arXiv 1312.6034), Zeiler & Fergus (1311.2901), Springenberg et al. (1412.6806).
  const RULES = {
    gradient: (g, active) => (active ? g : 0),
    deconvnet: (g) => (g > 0 ? g : 0),
    guided: (g, active) => (active && g > 0 ? g : 0),
  };
  const rectify = (g, output, limit, rule) => {
    const passes = RULES[rule];
    for (let at = 0; at < g.length; at++) if (g[at] !== 0) g[at] = passes(g[at], output[at] > 0 && output[at] < limit);
    return g;
  };
  const limitOf = (node) => node.limit ?? Infinity;
  const ReLU = {
    forward: (node, [input]) => {
      const limit = limitOf(node);
      return input.map((value) => (value > 0 ? (value < limit ? value : limit) : 0));
    },
    back: (node, g, inputs, output, rule) => [rectify(g.slice(), output, limitOf(node), rule)],
  };

  // Pools. A window is cut at the map's edges; the channels of its places lie `pitch` apart.
  const clipped = (node, axis, at) => {
    const start = at * node.stride[axis] - node.padding[axis], step = (node.dilation || [1, 1])[axis];
    const positions = [];
    for (let k = 0; k < node.kernel[axis]; k++) {
      const place = start + k * step;
      if (place >= 0 && place < node.from[0][axis + 1]) positions.push(place);
    }
    return positions;
  };
  const windowsOf = (node, axis) => Array.from({ length: node.shape[axis + 1] }, (_, at) => clipped(node, axis, at));
  const eachWindow = (node, visit) => {
    const [channels, high, wide] = node.shape, columns = node.from[0][2];
    const down = node.down ??= node.windows(node, 0), across = node.across ??= node.windows(node, 1);
    for (let y = 0, out = 0; y < high; y++) for (let x = 0; x < wide; x++, out += channels) {
      for (const line of down[y]) for (const column of across[x]) visit(out, (line * columns + column) * channels, y, x);
    }
  };
  const MaxPool = {
    prepare: (node) => { node.windows = windowsOf; },
    forward: (node, [input]) => {
      const output = zeros(node.shape).fill(-Infinity), channels = node.shape[0];
      eachWindow(node, (out, place) => {
        for (let c = 0; c < channels; c++) if (input[place + c] > output[out + c]) output[out + c] = input[place + c];
      });
      return output;
    },
    back: (node, g, [input], output) => { // to the first place of a window, row by row, that has its maximum
      const left = g.slice(), back = zeros(node.from[0]), channels = node.shape[0];
      eachWindow(node, (out, place) => {
        for (let c = 0; c < channels; c++) {
          if (left[out + c] === 0 || input[place + c] !== output[out + c]) continue;
          back[place + c] += left[out + c];
          left[out + c] = 0;
        }
      });
      return [back];
    },
  };
  const extentOf = (node, axis, at) => { // of an average's window, the padding counted but not what hangs over it
    const start = at * node.stride[axis] - node.padding[axis];
    return Math.min(start + node.kernel[axis], node.from[0][axis + 1] + node.padding[axis]) - start;
  };
  const averaging = (windows, divisor) => ({
    prepare: (node) => { Object.assign(node, { windows, divisorAt: divisor }); },
    forward: (node, [input]) => {
      const output = zeros(node.shape), channels = node.shape[0];
      eachWindow(node, (out, place, y, x) => {
        const part = 1 / node.divisorAt(node, y, x);
        for (let c = 0; c < channels; c++) output[out + c] += part * input[place + c];
      });
      return output;
    },
    back: (node, g) => {
      const back = zeros(node.from[0]), channels = node.shape[0];
      eachWindow(node, (out, place, y, x) => {
        const part = 1 / node.divisorAt(node, y, x);
        for (let c = 0; c < channels; c++) back[place + c] += part * g[out + c];
      });
      return [back];
    },
  });
  const AveragePool = averaging(windowsOf, (node, y, x) => {
    if (node.divisor !== null) return node.divisor;
    if (!node.count_include_pad) return node.down[y].length * node.across[x].length;
    return extentOf(node, 0, y) * extentOf(node, 1, x);
  });
  const parts = (node, axis) => {
    const size = node.from[0][axis + 1], wanted = node.shape[axis + 1];
    return Array.from({ length: wanted }, (_, at) => {
      const start = Math.floor((at * size) / wanted), end = Math.ceil(((at + 1) * size) / wanted);
      return Array.from({ length: end - start }, (_, k) => start + k);
    });
  };
  const AdaptiveAveragePool = averaging(parts, (node, y, x) => node.down[y].length * node.across[x].length);
  const SpatialMean = {
    forward: (node, [input]) => {
      const channels = node.from[0][0], output = new Float64Array(channels), many = places(node.from[0]);
      for (let at = 0; at < input.length; at += channels) for (let c = 0; c < channels; c++) output[c] += input[at + c];
      return Float32Array.from(output, (total) => total / many);
    },
    back: (node, g) => {
      const back = zeros(node.from[0]), channels = g.length, many = places(node.from[0]);
      for (let at = 0; at < back.length; at += channels) for (let c = 0; c < channels; c++) back[at + c] = g[c] / many;
      return [back];
    },
  };

  // x · s^−β, with s = k + α/n · Σ x² over n neighbours (Krizhevsky et al. 2012).
  const summed = (line, first, channels, before, after, into) => {
    for (let c = 0; c < channels; c++) {
      let total = 0;
      for (let near = Math.max(0, c - before); near <= Math.min(channels - 1, c + after); near++) total += line(first + near);
      into[c] = total;
    }
  };
  const LocalResponseNorm = {
    forward: (node, [input]) => {
      const channels = node.shape[0], output = zeros(node.shape), totals = new Float64Array(channels);
      const before = node.size >> 1, after = (node.size - 1) >> 1;
      for (let first = 0; first < input.length; first += channels) {
        summed((at) => input[at] * input[at], first, channels, before, after, totals);
        for (let c = 0; c < channels; c++) {
          output[first + c] = input[first + c] * (node.k + (node.alpha / node.size) * totals[c]) ** -node.beta;
        }
      }
      return output;
    },
    // dx_i = g_i·s_i^−β − (2αβ/n)·x_i·Σ_j g_j·s_j^(−β)·x_j/s_j, over the channels j whose window holds i.
    back: (node, g, [input]) => {
      const channels = node.shape[0], back = zeros(node.shape);
      const before = node.size >> 1, after = (node.size - 1) >> 1, factor = (2 * node.alpha * node.beta) / node.size;
      const totals = new Float64Array(channels), passed = new Float64Array(channels), cross = new Float64Array(channels);
      for (let first = 0; first < g.length; first += channels) {
        if (!g.subarray(first, first + channels).some(Boolean)) continue;
        summed((at) => input[at] * input[at], first, channels, before, after, totals);
        for (let c = 0; c < channels; c++) {
          const scale = node.k + (node.alpha / node.size) * totals[c];
          passed[c] = g[first + c] * scale ** -node.beta;
          cross[c] = (passed[c] * input[first + c]) / scale;
        }
        summed((at) => cross[at], 0, channels, after, before, totals);
        for (let c = 0; c < channels; c++) back[first + c] = passed[c] - factor * input[first + c] * totals[c];
      }
      return [back];
    },
  };

  const ChannelAffine = {
    forward: (node, [input]) => {
      const scale = node.scale.numbers, shift = node.shift.numbers, channels = node.shape[0], many = scale.length > 1;
      return input.map((value, at) => value * scale[many ? at % channels : 0] + shift[shift.length > 1 ? at % channels : 0]);
    },
    back: (node, g) => {
      const scale = node.scale.numbers, channels = node.shape[0], many = scale.length > 1;
      return [g.map((value, at) => (value ? value * scale[many ? at % channels : 0] : 0))];
    },
  };

  const sigmoid = (x) => 1 / (1 + Math.exp(-x));
  const within = (x, from, to) => Math.min(to, Math.max(from, x));
  const POINTWISE = { // each with its derivative
    sigmoid: [sigmoid, (x) => sigmoid(x) * (1 - sigmoid(x))],
    tanh: [Math.tanh, (x) => 1 - Math.tanh(x) ** 2],
    silu: [(x) => x * sigmoid(x), (x) => sigmoid(x) * (1 + x * (1 - sigmoid(x)))],
    hardsigmoid: [(x) => within(x + 3, 0, 6) / 6, (x) => (x > -3 && x < 3 ? 1 / 6 : 0)],
    hardswish: [(x) => (x * within(x + 3, 0, 6)) / 6, (x) => (x <= -3 ? 0 : x < 3 ? x / 3 + 0.5 : 1)],
  };
  const Pointwise = {
    forward: (node, [input]) => input.map(POINTWISE[node.name][0]),
    back: (node, g, [input]) => [g.map((value, at) => (value ? value * POINTWISE[node.name][1](input[at]) : 0))],
  };

  const Sum = {
    forward: (node, inputs) => inputs.slice(1).reduce((total, term) => total.map((value, at) => value + term[at]), inputs[0]),
    back: (node, g, inputs) => inputs.map(() => g.slice()),
  };
  // Where the numbers of an output find theirs in an input that is broadcast, in the order in which they lie.
  const steps = (shape, whole) => {
    const order = isMap(whole) ? [1, 2, 0] : whole.map((_, axis) => axis);
    let step = 1;
    const found = order.map(() => 0);
    for (const axis of [...order].reverse()) {
      found[axis] = shape[axis] === 1 ? 0 : step;
      step *= shape[axis];
    }
    const places = new Int32Array(count(whole));
    let spread = 1;
    for (const axis of [...order].reverse()) {
      for (let at = 0; at < places.length; at++) places[at] += (Math.floor(at / spread) % whole[axis]) * found[axis];
      spread *= whole[axis];
    }
    return places;
  };
  const Product = {
    prepare: (node) => { node.sides = node.from.map((shape) => steps(shape, node.shape)); },
    forward: (node, [one, other]) => zeros(node.shape).map((_, at) => one[node.sides[0][at]] * other[node.sides[1][at]]),
    back: (node, g, inputs) => [0, 1].map((side) => {
      const back = zeros(node.from[side]), [mine, others] = [node.sides[side], node.sides[1 - side]];
      for (let at = 0; at < g.length; at++) if (g[at]) back[mine[at]] += g[at] * inputs[1 - side][others[at]];
      return back;
    }),
  };

  // Copies a block of channels between maps of other widths.
  const copied = (source, width, from, target, pitch, to, many, channels) => {
    for (let place = 0; place < many; place++) {
      const first = place * width + from;
      target.set(source.subarray(first, first + channels), place * pitch + to);
    }
    return target;
  };
  const Concatenation = {
    forward: (node, inputs) => {
      const output = zeros(node.shape), many = places(node.shape);
      let to = 0;
      inputs.forEach((input, number) => {
        const channels = node.from[number][0];
        copied(input, channels, 0, output, node.shape[0], to, many, channels);
        to += channels;
      });
      return output;
    },
    back: (node, g) => {
      let from = 0;
      return node.from.map((shape) => {
        const back = copied(g, node.shape[0], from, zeros(shape), shape[0], 0, places(shape), shape[0]);
        from += shape[0];
        return back;
      });
    },
  };
  const Channels = {
    forward: (node, [input]) => copied(
      input, node.from[0][0], node.start, zeros(node.shape), node.shape[0], 0, places(node.shape), node.shape[0],
    ),
    back: (node, g) => [copied(
      g, node.shape[0], 0, zeros(node.from[0]), node.from[0][0], node.start, places(node.shape), node.shape[0],
    )],
  };

  // A map with its channels first, as torch counts, and back.
  const turned = (map, rows, columns) => {
    const output = new Float32Array(map.length);
    for (let row = 0, at = 0; row < rows; row++) for (let c = 0; c < columns; c++, at++) output[c * rows + row] = map[at];
    return output;
  };
  const byChannel = (map, shape) => (isMap(shape) ? turned(map, places(shape), shape[0]) : map);
  const byPlace = (map, shape) => (isMap(shape) ? turned(map, shape[0], places(shape)) : map);
  const Reshape = {
    forward: (node, [input]) => byPlace(byChannel(input, node.from[0]), node.shape),
    back: (node, g) => [byPlace(byChannel(g, node.shape), node.from[0])],
  };
  const permuted = (map, from, order) => {
    const shape = order.map((axis) => from[axis]), output = new Float32Array(map.length);
    const pitches = from.map((_, axis) => count(from.slice(axis + 1)));
    const digits = shape.map(() => 0);
    for (let at = 0; at < output.length; at++) {
      output[at] = map[order.reduce((place, axis, digit) => place + digits[digit] * pitches[axis], 0)];
      for (let axis = shape.length - 1; axis >= 0 && ++digits[axis] === shape[axis]; axis--) digits[axis] = 0;
    }
    return output;
  };
  const Permute = {
    prepare: (node) => { // counted without the batch
      node.axes = node.order.slice(1).map((axis) => axis - 1);
      node.returning = node.axes.map((_, axis) => node.axes.indexOf(axis));
    },
    forward: (node, [input]) => byPlace(permuted(byChannel(input, node.from[0]), node.from[0], node.axes), node.shape),
    back: (node, g) => [byPlace(permuted(byChannel(g, node.shape), node.shape, node.returning), node.from[0])],
  };

  // Rows and columns added, or cut off where a side is negative.
  const framed = (map, from, to, left, top, value) => {
    const output = zeros(to).fill(value), channels = from[0];
    for (let y = Math.max(0, -top); y < Math.min(from[1], to[1] - top); y++) {
      const x = Math.max(0, -left), end = Math.min(from[2], to[2] - left);
      const line = map.subarray((y * from[2] + x) * channels, (y * from[2] + end) * channels);
      output.set(line, ((y + top) * to[2] + x + left) * channels);
    }
    return output;
  };
  const Pad = {
    forward: (node, [input]) => framed(input, node.from[0], node.shape, node.sides[0], node.sides[2], node.value ?? 0),
    back: (node, g) => [framed(g, node.shape, node.from[0], -node.sides[0], -node.sides[2], 0)],
  };

  const Identity = { forward: (node, [input]) => input, back: (node, g) => [g.slice()] };
  const kinds = {
    AdaptiveAveragePool, AveragePool, ChannelAffine, Channels, Concatenation, Convolution, Identity, Linear,
    LocalResponseNorm, MaxPool, Pad, Permute, Pointwise, Product, ReLU, Reshape, SpatialMean, Sum,
  };
  return { kinds, rectify };
};
