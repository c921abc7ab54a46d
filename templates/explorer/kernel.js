/* Sums of weighted rows, and maxima: all that takes time in a network. The WebAssembly of kernel_wasm.js computes them
   where it runs, the loops below everywhere else.

   One memory holds everything. Rows are weights; entries are what of a map is not zero, each with the row that it
   weighs; sums are the map in the making. A run says which entries go to which sums:
   [the first sum, how many, where rows begin, the first place whose entries count, the place that ends them].
   Rows and runs are kept for good before `start`. Half of what a ReLU lets through is zero: it costs nothing here. */
"use strict";

catvisExplorer.kernel = () => {
  const RUN = 5;
  const kept = { rows: [], runs: [] }, lengths = { rows: 0, runs: 0 };
  const keep = (kind, numbers) => {
    kept[kind].push(numbers);
    lengths[kind] += numbers.length;
    return lengths[kind] - numbers.length;
  };

  /* Makes the memory, for maps of at most so many numbers; `code` is the WebAssembly, or nothing. */
  const start = async (largest, code) => {
    const spare = 4; // vectors may be read past the last sum
    const sizes = [lengths.rows, largest, largest + spare, lengths.runs, largest, largest + 1];
    const bytes = 4 * sizes.reduce((all, length) => all + length);
    let memory = null, compiled = null; // the module's functions
    if (code && typeof WebAssembly === "object") {
      try {
        memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / 65536) });
        compiled = (await WebAssembly.instantiate(code, { env: { memory } })).instance.exports;
      } catch { compiled = null; } // forbidden by the page, or without SIMD
    }
    const buffer = compiled ? memory.buffer : new ArrayBuffer(bytes);
    let from = 0;
    const [rows, values, sums, runs, offsets, starts] = sizes.map((length, kind) => {
      const part = new (kind < 3 ? Float32Array : Int32Array)(buffer, from, length);
      from += 4 * length;
      return part;
    });
    for (const [kind, all] of [["rows", rows], ["runs", runs]]) {
      let at = 0;
      for (const numbers of kept[kind]) {
        all.set(numbers, at);
        at += numbers.length;
      }
      kept[kind] = null;
    }

    const addRows = (sum, width, row, first, end) => {
      let at = sum;
      for (const last = sum + width - 8; at <= last; at += 8, row += 8) { // eight sums at a time, held in registers
        let a = sums[at], b = sums[at + 1], c = sums[at + 2], d = sums[at + 3];
        let e = sums[at + 4], f = sums[at + 5], g = sums[at + 6], h = sums[at + 7];
        for (let entry = first; entry < end; entry++) {
          const value = values[entry], i = row + offsets[entry];
          a += value * rows[i];
          b += value * rows[i + 1];
          c += value * rows[i + 2];
          d += value * rows[i + 3];
          e += value * rows[i + 4];
          f += value * rows[i + 5];
          g += value * rows[i + 6];
          h += value * rows[i + 7];
        }
        sums[at] = a;
        sums[at + 1] = b;
        sums[at + 2] = c;
        sums[at + 3] = d;
        sums[at + 4] = e;
        sums[at + 5] = f;
        sums[at + 6] = g;
        sums[at + 7] = h;
      }
      for (; at < sum + width; at++, row++) {
        let total = sums[at];
        for (let entry = first; entry < end; entry++) total += values[entry] * rows[row + offsets[entry]];
        sums[at] = total;
      }
    };
    const plain = (first, end, sum, row) => {
      for (let run = first; run < end; run += RUN) {
        const begin = starts[runs[run + 3]], stop = starts[runs[run + 4]];
        if (begin < stop) addRows(sum + runs[run], runs[run + 1], row + runs[run + 2], begin, stop);
      }
    };
    const fast = (first, end, sum, row) => compiled.add_runs(
      runs.byteOffset + 4 * first, (end - first) / RUN, sums.byteOffset + 4 * sum, rows.byteOffset + 4 * row,
      values.byteOffset, offsets.byteOffset, starts.byteOffset,
    );
    const add = compiled ? fast : plain;

    const plainMaxima = (first, places, width) => {
      for (let place = 0, window = first, out = 0; place < places; place++, out += width) {
        const from = window + 1, end = from + runs[window];
        for (let c = 0; c < width; c++) {
          let most = -Infinity;
          for (let at = from; at < end; at++) if (values[runs[at] + c] > most) most = values[runs[at] + c];
          sums[out + c] = most;
        }
        window = end;
      }
    };
    const fastMaxima = (first, places, width) => compiled.maxima(
      runs.byteOffset + 4 * first, places, width, sums.byteOffset, values.byteOffset,
    );
    const setMaxima = compiled ? fastMaxima : plainMaxima;

    Object.assign(kernel, {
      fast: Boolean(compiled),

      /* Makes entries of the numbers that are not zero: of each place `width` channels from `from` on, of `pitch`.
         The channel c of the x-th place of its line weighs the row that begins at (x · width + c) · step. */
      gather: (map, lines, columns, pitch, first, width, step) => {
        let count = 0, place = 0;
        for (let y = 0; y < lines; y++) {
          let offset = 0;
          for (let x = 0; x < columns; x++, place++) {
            starts[place] = count;
            for (let at = place * pitch + first, end = at + width; at < end; at++, offset += step) {
              values[count] = map[at];
              offsets[count] = offset;
              count += map[at] !== 0 ? 1 : 0;
            }
          }
        }
        starts[place] = count;
      },

      /* Begins sums: zeros, or the same numbers at every place. */
      begin: (length, bias) => {
        if (!bias) sums.fill(0, 0, length);
        else for (let at = 0; at < length; at += bias.length) sums.set(bias, at);
      },

      /* Adds what some runs say; all their sums and rows are counted from these. */
      add: ({ first, end }, sum, row) => add(first, end, sum, row),

      /* The maxima of a map's windows: each the number of its places, and where in the map they begin. */
      maxima: (map, { first }, places, width) => {
        values.set(map);
        setMaxima(first, places, width);
        return sums.slice(0, places * width);
      },

      /* A copy of the sums. */
      take: (length) => sums.slice(0, length),
    });
  };

  const kernel = {
    start,
    keepRows: (weights) => keep("rows", weights),
    keepRuns: (numbers) => {
      const first = keep("runs", new Int32Array(numbers));
      return { first, end: first + numbers.length };
    },
  };
  return kernel;
};
