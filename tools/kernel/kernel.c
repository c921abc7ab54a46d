/* Sums of weighted rows, and maxima, four numbers at a time: what templates/explorer/kernel.js does in plain JavaScript.
   compile.py makes templates/explorer/kernel_wasm.js of it. */
#include <wasm_simd128.h>

enum { LANES = 4, WIDEST = 8 };

/* Some vectors of the sums, held in registers while all rows are added. */
__attribute__((always_inline)) static inline void add_strip(
    float *sums, const float *rows, const float *values, const int *offsets, int count, const int vectors) {
  v128_t totals[WIDEST];
  for (int vector = 0; vector < vectors; vector++) totals[vector] = wasm_v128_load(sums + LANES * vector);
  for (int entry = 0; entry < count; entry++) {
    const float *row = rows + offsets[entry];
    const v128_t value = wasm_v128_load32_splat(values + entry);
    for (int vector = 0; vector < vectors; vector++)
      totals[vector] = wasm_f32x4_add(totals[vector], wasm_f32x4_mul(value, wasm_v128_load(row + LANES * vector)));
  }
  for (int vector = 0; vector < vectors; vector++) wasm_v128_store(sums + LANES * vector, totals[vector]);
}

/* The last one to three sums. Rows are read to the end of their vector, which lies inside the memory; two totals at
   a time, since one would wait for each sum. */
static void add_rest(float *sums, const float *rows, const float *values, const int *offsets, int count, int rest) {
  v128_t even = wasm_f32x4_const_splat(0), odd = even;
  int entry = 0;
  for (; entry + 2 <= count; entry += 2) {
    const v128_t one = wasm_v128_load32_splat(values + entry), other = wasm_v128_load32_splat(values + entry + 1);
    even = wasm_f32x4_add(even, wasm_f32x4_mul(one, wasm_v128_load(rows + offsets[entry])));
    odd = wasm_f32x4_add(odd, wasm_f32x4_mul(other, wasm_v128_load(rows + offsets[entry + 1])));
  }
  if (entry < count)
    even = wasm_f32x4_add(even, wasm_f32x4_mul(wasm_v128_load32_splat(values + entry), wasm_v128_load(rows + offsets[entry])));
  const v128_t total = wasm_f32x4_add(even, odd);
  sums[0] += wasm_f32x4_extract_lane(total, 0);
  if (rest > 1) sums[1] += wasm_f32x4_extract_lane(total, 1);
  if (rest > 2) sums[2] += wasm_f32x4_extract_lane(total, 2);
}

/* sums[0 … width) += values[e] · rows[offsets[e] … offsets[e] + width), for `count` entries e. */
static void add_rows(float *sums, int width, const float *rows, const float *values, const int *offsets, int count) {
  int done = 0;
  for (; done + 32 <= width; done += 32) add_strip(sums + done, rows + done, values, offsets, count, 8);
  if (done + 16 <= width) { add_strip(sums + done, rows + done, values, offsets, count, 4); done += 16; }
  if (done + 8 <= width) { add_strip(sums + done, rows + done, values, offsets, count, 2); done += 8; }
  if (done + 4 <= width) { add_strip(sums + done, rows + done, values, offsets, count, 1); done += 4; }
  if (done < width) add_rest(sums + done, rows + done, values, offsets, count, width - done);
}

/* A run: the first sum, how many, where rows begin, the first place whose entries count, the place that ends them. */
struct run { int sum, width, row, first, end; };

/* Adds what `count` runs say; the entries of a place begin at its start. */
__attribute__((export_name("add_runs"))) void add_runs(
    const struct run *run, int count, float *sums, const float *rows, const float *values, const int *offsets,
    const int *starts) {
  for (; count > 0; count--, run++) {
    const int first = starts[run->first], entries = starts[run->end] - first;
    if (entries) add_rows(sums + run->sum, run->width, rows + run->row, values + first, offsets + first, entries);
  }
}

/* For each of `places` the maxima, channel by channel, of its window: `windows` holds the number of the window's places
   and where they begin, for one after the other. What is written past `width` is written again, but after the last. */
__attribute__((export_name("maxima"))) void maxima(
    const int *windows, int places, int width, float *out, const float *values) {
  for (; places > 0; places--, out += width) {
    const int length = *windows++;
    for (int channel = 0; channel < width; channel += LANES) {
      v128_t most = wasm_f32x4_const_splat(-__builtin_inff());
      for (int place = 0; place < length; place++)
        most = wasm_f32x4_pmax(most, wasm_v128_load(values + windows[place] + channel));
      wasm_v128_store(out + channel, most);
    }
    windows += length;
  }
}
