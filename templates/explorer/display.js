/* Gradient → pixels, as catvis/drawing/display.py has it: around mid-grey, the sign kept, at a scale of its own. */
"use strict";
globalThis.catvisExplorer = globalThis.catvisExplorer || {};

catvisExplorer.display = () => {
  const grey = 128, swing = 112, colour = 1.5, gamma = 0.65, percentile = 0.997, dust = 1e-3;
  // Grey levels of z from −2 to 2, in parts of the scale; what lies beyond is as light or dark as can be.
  const fine = 16384, middle = 2 * fine;
  const levels = Uint8ClampedArray.from({ length: 2 * middle + 1 }, (_, at) => {
    const z = (at - middle) / fine;
    return grey + Math.sign(z) * swing * Math.abs(z) ** gamma;
  });

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

  /* The percentile of the strengths that are more than dust. Positive floats have the order of their bits: a tally by
     the highest of these finds the few among which it is. */
  const scaleOf = (strengths, largest) => {
    const bits = new Uint32Array(strengths.buffer), shift = 18, tally = new Uint32Array(1 << (32 - shift));
    const least = Math.fround(dust * largest);
    let many = 0;
    for (let at = 0; at < strengths.length; at++) if (strengths[at] > least) {
      tally[bits[at] >>> shift]++;
      many++;
    }
    const rank = (many - 1) * percentile, low = Math.floor(rank);
    let bucket = tally.length, above = 0;
    while (above < many - low) above += tally[--bucket];
    const top = new Float32Array(above);
    for (let at = 0, to = 0; to < above; at++) if (strengths[at] > least && bits[at] >>> shift >= bucket) top[to++] = strengths[at];
    top.sort();
    const first = above - (many - low), second = Math.min(first + 1, above - 1);
    return top[first] + (top[second] - top[first]) * (rank - low);
  };

  /* A tile: `g` is RGB, place after place. Gives the box that its RGBA pixels cover; the rest of the picture is grey. */
  return (g, [height, width]) => {
    const box = support(g, width, height), [left, top, wide, high] = box, pixels = new Uint8ClampedArray(4 * wide * high);
    if (!wide) return { box, pixels };
    let most = 0;
    for (let at = 0; at < g.length; at++) if (g[at] > most) most = g[at]; else if (-g[at] > most) most = -g[at];
    const vivid = new Float32Array(3 * wide * high), strengths = new Float32Array(wide * high);
    const whole = 1 / most, pale = (1 - colour) / 3;
    let largest = 0;
    for (let y = 0, to = 0; y < high; y++) for (let x = 0, at = 3 * ((y + top) * width + left); x < wide; x++, at += 3, to++) {
      const red = g[at] * whole, green = g[at + 1] * whole, blue = g[at + 2] * whole, common = pale * (red + green + blue);
      const one = colour * red + common, two = colour * green + common, three = colour * blue + common;
      vivid[3 * to] = one;
      vivid[3 * to + 1] = two;
      vivid[3 * to + 2] = three;
      strengths[to] = Math.max(Math.abs(one), Math.abs(two), Math.abs(three));
      largest = Math.max(largest, strengths[to]);
    }
    const steps = fine / scaleOf(strengths, largest), nearest = middle + 0.5, last = 2 * middle;
    for (let from = 0, to = 0; from < vivid.length; to++) {
      for (const end = from + 3; from < end; from++, to++) {
        pixels[to] = levels[Math.min(last, Math.max(0, vivid[from] * steps + nearest)) | 0];
      }
      pixels[to] = 255;
    }
    return { box, pixels };
  };
};
