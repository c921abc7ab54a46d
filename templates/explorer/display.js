/* Gradient → pixels, as catvis/drawing/display.py has it: around mid-grey, the sign kept, at a scale of its own. */
"use strict";

catvisExplorer.display = () => {
  const grey = 128, swing = 112, colour = 1.5, gamma = 0.65, percentile = 0.997, dust = 1e-3;
  // Grey levels of z from −2 to 2, in parts of the scale; what lies beyond is as light or dark as can be.
  const fine = 16384, middle = 2 * fine, last = 2 * middle;
  const levels = Uint8ClampedArray.from({ length: last + 1 }, (_, at) => {
    const z = (at - middle) / fine;
    return grey + Math.sign(z) * swing * Math.abs(z) ** gamma;
  });
  const shift = 18, tally = new Int32Array(1 << (31 - shift));
  let vivid = new Float32Array(0), strengths = null; // one tile's, used again by the next

  /* The percentile of the strengths that are more than dust. Positive floats have the order of their bits: a tally by
     the highest of these finds the few among which it is. */
  const scaleOf = (bits, largest) => {
    const [least] = new Int32Array(Float32Array.of(dust * largest).buffer);
    let many = 0;
    tally.fill(0);
    for (let at = 0; at < bits.length; at++) if (bits[at] > least) {
      tally[bits[at] >> shift]++;
      many++;
    }
    const rank = (many - 1) * percentile, low = Math.floor(rank);
    let bucket = tally.length, above = 0;
    while (above < many - low) above += tally[--bucket];
    const top = new Float32Array(above), from = Math.max(bucket << shift, least + 1);
    const floats = new Float32Array(bits.buffer, bits.byteOffset, bits.length);
    for (let at = 0, to = 0; to < above; at++) if (bits[at] >= from) top[to++] = floats[at];
    top.sort();
    const first = above - (many - low), second = Math.min(first + 1, above - 1);
    return top[first] + (top[second] - top[first]) * (rank - low);
  };

  const levelOf = (z) => {
    const at = z | 0;
    return levels[at < 0 ? 0 : at > last ? last : at];
  };

  /* A tile: `g` is RGB, place after place. Gives the box that its RGBA pixels cover; the rest of the picture is grey. */
  return (g, [height, width]) => {
    if (vivid.length !== g.length) {
      vivid = new Float32Array(g.length);
      strengths = new Float32Array(width * height);
    }
    const bits = new Int32Array(strengths.buffer), colours = new Int32Array(vivid.buffer), pale = (1 - colour) / 3;
    let left = width, right = -1, top = height, bottom = -1, largest = 0;
    for (let y = 0, at = 0, to = 0; y < height; y++) for (let x = 0; x < width; x++, at += 3, to++) {
      const red = g[at], green = g[at + 1], blue = g[at + 2];
      if (red === 0 && green === 0 && blue === 0) {
        vivid[at] = vivid[at + 1] = vivid[at + 2] = bits[to] = 0;
        continue;
      }
      const common = pale * (red + green + blue);
      vivid[at] = colour * red + common;
      vivid[at + 1] = colour * green + common;
      vivid[at + 2] = colour * blue + common;
      const one = colours[at] & 0x7fffffff, two = colours[at + 1] & 0x7fffffff, three = colours[at + 2] & 0x7fffffff;
      let strength = one > two ? one : two;
      if (three > strength) strength = three;
      bits[to] = strength;
      if (strength > largest) largest = strength;
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < top) top = y;
      bottom = y;
    }
    if (right < 0) return { box: [0, 0, 0, 0], pixels: new Uint8ClampedArray(0) };
    const wide = right + 1 - left, high = bottom + 1 - top, pixels = new Int32Array(wide * high);
    const rows = bits.subarray(top * width, (bottom + 1) * width);
    const steps = fine / scaleOf(rows, new Float32Array(Int32Array.of(largest).buffer)[0]), nearest = middle + 0.5;
    for (let y = 0, to = 0; y < high; y++) for (let x = 0, at = 3 * ((y + top) * width + left); x < wide; x++, at += 3) {
      pixels[to++] = (255 << 24) | (levelOf(vivid[at + 2] * steps + nearest) << 16)
        | (levelOf(vivid[at + 1] * steps + nearest) << 8) | levelOf(vivid[at] * steps + nearest);
    }
    return { box: [left, top, wide, high], pixels: new Uint8ClampedArray(pixels.buffer) };
  };
};
