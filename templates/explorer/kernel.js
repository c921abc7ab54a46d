/* Sums of weighted rows: all that takes time in a network, forward and back. The WebAssembly of kernel_wasm.js does it
   where it runs, the loop below everywhere else; both add the same numbers in the same order of rows.

   One memory holds everything: rows (the weights, placed once), entries (what of a map is not zero, each with the row
   that it weighs), and sums (the map in the making). Half of what a ReLU lets through is zero: it costs nothing here. */
"use strict";
globalThis.catvisExplorer = globalThis.catvisExplorer || {};

catvisExplorer.kernel = async ({ rows, entries, sums }, code) => {
  const total = 4 * (rows + 2 * entries + sums);
  let memory = null, compiled = null;
  if (code && typeof WebAssembly === "object") {
    try {
      memory = new WebAssembly.Memory({ initial: Math.ceil(total / 65536) });
      compiled = (await WebAssembly.instantiate(code, { env: { memory } })).instance.exports.add_rows;
    } catch { compiled = null; } // forbidden by the page, or without SIMD
  }
  const buffer = compiled ? memory.buffer : new ArrayBuffer(total);
  const rowNumbers = new Float32Array(buffer, 0, rows);
  const values = new Float32Array(buffer, 4 * rows, entries);
  const offsets = new Int32Array(buffer, 4 * (rows + entries), entries);
  const sumNumbers = new Float32Array(buffer, 4 * (rows + 2 * entries), sums);
  const starts = new Int32Array(entries + 1);
  let placed = 0;

  const plain = (sum, width, row, first, end) => {
    let entry = first;
    for (; entry + 4 <= end; entry += 4) {
      const a = values[entry], b = values[entry + 1], c = values[entry + 2], d = values[entry + 3];
      let i = row + offsets[entry], j = row + offsets[entry + 1], k = row + offsets[entry + 2], l = row + offsets[entry + 3];
      for (let at = sum; at < sum + width; at++) {
        sumNumbers[at] += a * rowNumbers[i++] + b * rowNumbers[j++] + c * rowNumbers[k++] + d * rowNumbers[l++];
      }
    }
    for (; entry < end; entry++) {
      const a = values[entry];
      let i = row + offsets[entry];
      for (let at = sum; at < sum + width; at++) sumNumbers[at] += a * rowNumbers[i++];
    }
  };
  const fast = (sum, width, row, first, end) => compiled(
    4 * (rows + 2 * entries + sum), width, 4 * row, 4 * (rows + first), 4 * (rows + entries + first), end - first,
  );

  return {
    fast: Boolean(compiled),
    starts, // the first entry of every place of what was gathered last, and the end of all

    /* Keeps weights for good; gives the number of the first. */
    place: (weights) => {
      rowNumbers.set(weights, placed);
      placed += weights.length;
      return placed - weights.length;
    },

    /* Makes entries of the numbers that are not zero: of each place `width` channels from `from` on, of `pitch`.
       The channel c of the x-th place of its line weighs the row that begins at (x · width + c) · step. */
    gather: (map, lines, columns, pitch, from, width, step) => {
      let count = 0, place = 0;
      for (let y = 0; y < lines; y++) {
        let offset = 0;
        for (let x = 0; x < columns; x++, place++) {
          starts[place] = count;
          const first = place * pitch + from;
          for (let at = first; at < first + width; at++, offset += step) {
            const value = map[at];
            values[count] = value;
            offsets[count] = offset;
            count += value !== 0 ? 1 : 0;
          }
        }
      }
      starts[place] = count;
    },

    /* Begins sums: zeros, or the same numbers at every place. */
    begin: (length, bias) => {
      sumNumbers.fill(0, 0, length);
      if (bias) for (let at = 0; at < length; at += bias.length) sumNumbers.set(bias, at);
    },

    /* Adds to the `width` sums from `sum` on the rows of some entries, each times its value; rows begin at `row`. */
    add: compiled ? fast : plain,

    /* A copy of the sums. */
    take: (length) => sumNumbers.slice(0, length),
  };
};
