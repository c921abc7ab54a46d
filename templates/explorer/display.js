/* Gradient → pixels, as catvis/drawing/display.py has it: around mid-grey, the sign kept, at a scale of its own. */
"use strict";
globalThis.catvisExplorer = globalThis.catvisExplorer || {};

catvisExplorer.display = () => {
  const grey = 128, swing = 112, colour = 1.5, gamma = 0.65, percentile = 0.997, dust = 1e-3;
  // A strength from thresholds[k] on, in parts of the scale, is shown k grey levels from grey.
  const thresholds = Float64Array.from({ length: grey + 1 }, (_, k) => (k ? ((k - 0.5) / swing) ** (1 / gamma) : 0));
  const fine = 1024; // the level at the roots of so many strengths, from which it is a step or two
  const levels = Uint8Array.from({ length: 2 * fine }, (_, at) => {
    let level = 0;
    while (level < grey && thresholds[level + 1] <= (at / fine) ** 2) level++;
    return level;
  });
  const levelOf = (strength) => {
    let level = levels[Math.min(2 * fine - 1, Math.sqrt(strength) * fine) | 0];
    while (level < grey && strength >= thresholds[level + 1]) level++;
    return level;
  };

  /* The part of a picture outside of which a gradient is zero, as x, y, width, height. */
  const support = (g, width, height) => {
    let left = width, right = -1, top = height, bottom = -1;
    for (let y = 0, at = 0; y < height; y++) for (let x = 0; x < width; x++, at += 3) {
      if (g[at] === 0 && g[at + 1] === 0 && g[at + 2] === 0) continue;
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < top) top = y;
      bottom = y;
    }
    return right < 0 ? [0, 0, 0, 0] : [left, top, right + 1 - left, bottom + 1 - top];
  };

  /* The percentile of the strengths that are more than dust: found among the few largest alone. */
  const scaleOf = (strengths) => {
    const largest = strengths.reduce((most, value) => (value > most ? value : most), 0), least = dust * largest;
    const bits = new Uint32Array(strengths.buffer), shift = 16, tally = new Uint32Array(1 << shift);
    let many = 0;
    for (let at = 0; at < strengths.length; at++) if (strengths[at] > least) {
      tally[bits[at] >>> shift]++;
      many++;
    }
    const rank = (many - 1) * percentile, low = Math.floor(rank);
    let bucket = tally.length, above = 0;
    while (above < many - low) above += tally[--bucket];
    const top = strengths.filter((value, at) => value > least && bits[at] >>> shift >= bucket).sort();
    const first = above - (many - low), second = Math.min(first + 1, above - 1);
    return top[first] + (top[second] - top[first]) * (rank - low);
  };

  /* A tile: `g` is RGB, place after place. Gives the box that its RGBA pixels cover; the rest of the picture is grey. */
  return (g, [height, width]) => {
    const box = support(g, width, height), [left, top, wide, high] = box, pixels = new Uint8ClampedArray(4 * wide * high);
    if (!wide) return { box, pixels };
    let largest = 0;
    for (let at = 0; at < g.length; at++) largest = Math.max(largest, Math.abs(g[at]));
    const vivid = new Float32Array(3 * wide * high), strengths = new Float32Array(wide * high);
    for (let y = 0, to = 0; y < high; y++) for (let x = 0, at = 3 * ((y + top) * width + left); x < wide; x++, at += 3, to++) {
      const red = g[at] / largest, green = g[at + 1] / largest, blue = g[at + 2] / largest;
      const pale = ((1 - colour) * (red + green + blue)) / 3;
      vivid[3 * to] = colour * red + pale;
      vivid[3 * to + 1] = colour * green + pale;
      vivid[3 * to + 2] = colour * blue + pale;
      strengths[to] = Math.max(Math.abs(vivid[3 * to]), Math.abs(vivid[3 * to + 1]), Math.abs(vivid[3 * to + 2]));
    }
    const scale = scaleOf(strengths);
    for (let from = 0, to = 0; from < vivid.length; from++, to++) {
      const level = levelOf(Math.abs(vivid[from]) / scale);
      pixels[to] = vivid[from] < 0 ? grey - level : grey + level;
      if (to % 4 === 2) pixels[++to] = 255;
    }
    return { box, pixels };
  };
};
