/* The operations of a network's graph, each forward and back, as catvis/networks/operations.py has them. Maps lie place
   after place, the channels of one side by side; anything else lies as its shape says, the last axis fastest.

   forward(node, inputs) gives the output; back(node, g, inputs, output, rule) the gradients at the inputs, each in
   memory of its own; it may use up g. A node knows its operation's parameters, its shape, and its inputs' shapes as
   `from`. What is linear adds to a bias, or to any other output: that of the input it is then given the change of. */
"use strict";

catvisExplorer.operations = (kernel) => {
  const count = (shape) => shape.reduce((product, extent) => product * extent, 1);
  const isMap = (shape) => shape.length === 3;
  const places = (shape) => (isMap(shape) ? shape[1] * shape[2] : 1);
  const zeros = (shape) => new Float32Array(count(shape));

  // A run of a convolution: a line of a filter's taps whose places lie side by side in the input. A line of taps goes
  // along a whole line of the map before the next one does, so that its weights stay near the processor.
  const eachRun = (node, visit) => {
    const [high, wide] = node.from[0].slice(1), [down, across] = node.kernel, together = node.run;
    for (let y = 0; y < node.shape[1]; y++) for (let ky = 0; ky < down; ky++) {
      const line = y * node.stride[0] - node.padding[0] + ky * node.dilation[0];
      if (line < 0 || line >= high) continue;
      for (let kx = 0; kx < across; kx += together) for (let x = 0; x < node.shape[2]; x++) {
        const column = x * node.stride[1] - node.padding[1] + kx * node.dilation[1];
        const first = Math.max(0, -column), end = Math.min(together, wide - column);
        if (first < end) visit(y * node.shape[2] + x, line * wide + column, column, first, end, ky * across + kx);
      }
    }
  };
  const biasOf = (node) => node.bias && node.bias.numbers;
  const Convolution = {
    prepare: (node) => {
      const weight = node.weight.numbers, [out, inputs, down, across] = node.weight.shape, taps = down * across;
      const outputs = out / node.groups, pitch = node.from[0][0];
      Object.assign(node, { kernel: [down, across], outputs, channels: inputs, group: outputs * taps * inputs });
      node.run = node.groups === 1 && node.dilation[1] === 1 ? across : 1;
      const forward = new Float32Array(weight.length), back = new Float32Array(weight.length);
      for (let o = 0, at = 0; o < out; o++) {
        const first = Math.floor(o / outputs) * node.group + (o % outputs);
        for (let c = 0; c < inputs; c++) for (let tap = 0; tap < taps; tap++, at++) {
          forward[first + (tap * inputs + c) * outputs] = weight[at];
          back[(o * taps + tap) * inputs + c] = weight[at];
        }
      }
      node.rows = [kernel.keepRows(forward), kernel.keepRows(back)];
      const up = [], below = [];
      eachRun(node, (place, from, column, first, end, tap) => {
        up.push(place * out, outputs, (tap - column) * inputs * outputs, from + first, from + end);
        below.push((from + first) * pitch, (end - first) * inputs, (tap + first) * inputs, place, place + 1);
      });
      node.runs = [kernel.keepRuns(up), kernel.keepRuns(below)];
    },
    linear: true,
    forward: (node, [input], onto = biasOf(node)) => {
      const { outputs, channels } = node, [pitch, high, wide] = node.from[0];
      kernel.begin(count(node.shape), onto);
      for (let group = 0; group < node.groups; group++) {
        kernel.gather(input, high, wide, pitch, group * channels, channels, outputs);
        kernel.add(node.runs[0], group * outputs, node.rows[0] + group * node.group);
      }
      return kernel.take(count(node.shape));
    },
    back: (node, g) => {
      const { outputs, channels } = node, [pitch, high, wide] = node.shape;
      kernel.begin(count(node.from[0]), null);
      for (let group = 0; group < node.groups; group++) {
        kernel.gather(g, high * wide, 1, pitch, group * outputs, outputs, node.group / outputs);
        kernel.add(node.runs[1], group * channels, node.rows[1] + group * node.group);
      }
      return [kernel.take(count(node.from[0]))];
    },
  };

  const Linear = {
    prepare: (node) => {
      const weight = node.weight.numbers, [out, inputs] = node.weight.shape, turned = new Float32Array(weight.length);
      for (let o = 0, at = 0; o < out; o++) for (let i = 0; i < inputs; i++, at++) turned[i * out + o] = weight[at];
      node.rows = [kernel.keepRows(turned), kernel.keepRows(weight)];
      node.runs = [kernel.keepRuns([0, out, 0, 0, 1]), kernel.keepRuns([0, inputs, 0, 0, 1])];
    },
    linear: true,
    forward: (node, [input], onto = biasOf(node)) => multiplied(node, 0, input, node.shape[0], onto),
    back: (node, g) => [multiplied(node, 1, g, node.from[0][0], null)],
  };
  const multiplied = (node, way, vector, width, onto) => {
    kernel.begin(width, onto);
    kernel.gather(vector, 1, 1, vector.length, 0, vector.length, width);
    kernel.add(node.runs[way], 0, node.rows[way]);
    return kernel.take(width);
  };

  // The three rules: Simonyan et al. (arXiv 1312.6034), Zeiler & Fergus (1311.2901), Springenberg et al. (1412.6806).
  // What stops a gradient, as a mask: a ReLU that is not active, a sign below zero.
  const RULES = { gradient: [-1, 0], deconvnet: [0, -1], guided: [-1, -1] };
  const bitsOf = (numbers) => new Int32Array(numbers.buffer, numbers.byteOffset, numbers.length);
  /* In place of g: the rule at a ReLU of this output, at every so many numbers. Signs are bits, and no branch is taken:
     half of them would be taken in vain. */
  const rectify = (g, output, limit, rule, first = 0, step = 1) => {
    if (!RULES[rule]) throw new Error(`There is no rule ${rule}: there are ${Object.keys(RULES).join(", ")}.`);
    const [inactive, negative] = RULES[rule], bits = bitsOf(g), states = bitsOf(output);
    for (let at = first; at < bits.length; at += step) {
      bits[at] &= ~(((bits[at] >> 31) & negative) | (((states[at] - 1) >> 31) & inactive));
    }
    if (limit < Infinity && inactive) for (let at = first; at < g.length; at += step) if (output[at] >= limit) g[at] = 0;
    return g;
  };
  const limitOf = (node) => node.limit ?? Infinity;
  const ReLU = {
    forward: (node, [input]) => {
      const output = input.slice(), bits = bitsOf(output), limit = limitOf(node);
      for (let at = 0; at < bits.length; at++) bits[at] &= ~(bits[at] >> 31);
      if (limit < Infinity) for (let at = 0; at < output.length; at++) output[at] = Math.min(output[at], limit);
      return output;
    },
    back: (node, g, inputs, output, rule) => [rectify(g, output, limitOf(node), rule)],
  };

  // Pools. Every output has a window: the places of the input that it looks at, row by row, cut at the map's edges.
  const windowsOf = (node, along) => {
    const down = along(node, 0), across = along(node, 1), columns = node.from[0][2];
    return down.flatMap((lines) => across.map((those) => (
      Int32Array.from(lines.flatMap((line) => those.map((column) => (line * columns + column) * node.shape[0]))))));
  };
  const lineOf = (length, from) => Array.from({ length }, (_, at) => from(at));
  const slid = (node, axis) => lineOf(node.shape[axis + 1], (at) => {
    const start = at * node.stride[axis] - node.padding[axis], step = node.dilation ? node.dilation[axis] : 1;
    return lineOf(node.kernel[axis], (k) => start + k * step).filter((place) => place >= 0 && place < node.from[0][axis + 1]);
  });
  const winners = new WeakMap(); // by a map of maxima, where in the input each of them stood first
  const winnersOf = (node, input, output) => {
    if (winners.has(output)) return winners.get(output);
    const found = new Int32Array(output.length), channels = node.shape[0];
    node.windows.forEach((window, place) => {
      for (let c = 0, at = place * channels; c < channels; c++, at++) {
        let chosen = 0;
        while (chosen < window.length - 1 && input[window[chosen] + c] !== output[at]) chosen++;
        found[at] = window[chosen] + c;
      }
    });
    winners.set(output, found);
    return found;
  };
  const MaxPool = {
    prepare: (node) => {
      node.windows = windowsOf(node, slid);
      node.runs = kernel.keepRuns(node.windows.flatMap((window) => [window.length, ...window]));
    },
    forward: (node, [input]) => kernel.maxima(input, node.runs, node.windows.length, node.shape[0]),
    back: (node, g, [input], output) => { // to the first place of a window that has its maximum
      const back = zeros(node.from[0]), chosen = winnersOf(node, input, output);
      for (let at = 0; at < g.length; at++) if (g[at] !== 0) back[chosen[at]] += g[at];
      return [back];
    },
  };
  const averaging = (along, divisorsOf) => ({
    prepare: (node) => {
      node.windows = windowsOf(node, along);
      node.parts = divisorsOf(node).map((divisor) => 1 / divisor);
    },
    forward: (node, [input]) => {
      const output = zeros(node.shape), channels = node.shape[0];
      node.windows.forEach((window, place) => {
        const out = place * channels, part = node.parts[place];
        for (const first of window) for (let c = 0; c < channels; c++) output[out + c] += part * input[first + c];
      });
      return output;
    },
    back: (node, g) => {
      const back = zeros(node.from[0]), channels = node.shape[0];
      node.windows.forEach((window, place) => {
        const out = place * channels, part = node.parts[place];
        for (const first of window) for (let c = 0; c < channels; c++) back[first + c] += part * g[out + c];
      });
      return [back];
    },
  });
  const sizes = (node) => node.windows.map(({ length }) => length);
  // What a window covers, the padding counted but not what hangs over it.
  const extents = (node, axis) => lineOf(node.shape[axis + 1], (at) => {
    const start = at * node.stride[axis] - node.padding[axis];
    return Math.min(start + node.kernel[axis], node.from[0][axis + 1] + node.padding[axis]) - start;
  });
  const AveragePool = averaging(slid, (node) => {
    if (node.divisor !== null) return node.windows.map(() => node.divisor);
    if (!node.count_include_pad) return sizes(node);
    return extents(node, 0).flatMap((high) => extents(node, 1).map((wide) => high * wide));
  });
  const divided = (node, axis) => {
    const size = node.from[0][axis + 1], many = node.shape[axis + 1];
    return lineOf(many, (at) => {
      const start = Math.floor((at * size) / many), end = Math.ceil(((at + 1) * size) / many);
      return lineOf(end - start, (k) => start + k);
    });
  };
  const AdaptiveAveragePool = averaging(divided, sizes);
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
    back: (node, g, inputs) => inputs.map((_, number) => (number ? g.slice() : g)),
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

  const Identity = { forward: (node, [input]) => input, back: (node, g) => [g] };
  const kinds = {
    AdaptiveAveragePool, AveragePool, ChannelAffine, Channels, Concatenation, Convolution, Identity, Linear,
    LocalResponseNorm, MaxPool, Pad, Permute, Pointwise, Product, ReLU, Reshape, SpatialMean, Sum,
  };
  return { kinds, rectify };
};
