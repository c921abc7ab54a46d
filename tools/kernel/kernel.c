#include <wasm_simd128.h>

__attribute__((always_inline)) static inline void strip(float *sum, const float *rows, const float *values, const int *offsets,
                                                       int count, const int vectors) {
  v128_t total[8];
  for (int v = 0; v < vectors; v++) total[v] = wasm_v128_load(sum + 4 * v);
  for (int entry = 0; entry < count; entry++) {
    const float *row = rows + offsets[entry];
    v128_t value = wasm_v128_load32_splat(values + entry);
    for (int v = 0; v < vectors; v++)
      total[v] = wasm_f32x4_add(total[v], wasm_f32x4_mul(value, wasm_v128_load(row + 4 * v)));
  }
  for (int v = 0; v < vectors; v++) wasm_v128_store(sum + 4 * v, total[v]);
}

__attribute__((export_name("add_rows"))) void add_rows(float *sum, int width, const float *rows, const float *values,
                                                      const int *offsets, int count) {
  int done = 0;
  for (; done + 32 <= width; done += 32) strip(sum + done, rows + done, values, offsets, count, 8);
  if (done + 16 <= width) { strip(sum + done, rows + done, values, offsets, count, 4); done += 16; }
  if (done + 8 <= width) { strip(sum + done, rows + done, values, offsets, count, 2); done += 8; }
  if (done + 4 <= width) { strip(sum + done, rows + done, values, offsets, count, 1); done += 4; }
  for (; done < width; done++) {
    float total = sum[done];
    for (int entry = 0; entry < count; entry++) total += values[entry] * rows[offsets[entry] + done];
    sum[done] = total;
  }
}
