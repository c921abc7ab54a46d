// Where everything goes: rows of tiles with lines between them, or on a narrow screen a list with a trunk.
// Items come in the order of the tree, each with its path, depth, parent and share.

const GAP = 14,
  BAND = 44,
  LARGEST = 150,
  SMALLEST = 84,
  LINE = 18,
  HEAD = 7,
  STEP = 22,
  SEAM = 3;

// The closest non-decreasing sequence in the sense of least squares (pool adjacent violators).
const levelled = (values) => {
  const pools = [];
  for (const value of values) {
    pools.push([value, 1]);
    while (pools.length > 1 && pools.at(-2)[0] > pools.at(-1)[0]) {
      const [right, m] = pools.pop(),
        [left, n] = pools.pop();
      pools.push([(left * n + right * m) / (n + m), n + m]);
    }
  }
  return pools.flatMap(([mean, count]) => Array(count).fill(mean));
};

const strokeWidth = (share, largest) => Math.max(1.5, largest ? (8 * share) / largest : 0);

const rowsOf = (items, figure, graph) => {
  const rows = new Map();
  const level = (item) => (graph ? -figure.layers.findIndex(({ name }) => name === item.layer) : item.depth);
  for (const item of items) rows.set(level(item), [...(rows.get(level(item)) ?? []), item]);
  return [...rows].sort(([one], [other]) => one - other).map(([, row]) => row);
};

// items: what is shown; edges: {from, to, share, weight} between paths of items; tiles: 1 or 2 beside each other.
const placeRows = (items, edges, width, tiles, figure, graph) => {
  const rows = rowsOf(items, figure, graph);
  const sideOf = ({ length }) =>
    Math.floor(
      Math.min(
        LARGEST,
        Math.max(tiles === 2 ? 64 : SMALLEST, ((width - GAP * (length - 1)) / length - (tiles - 1) * SEAM) / tiles),
      ),
    );
  const wideOf = (row) => sideOf(row) * tiles + (tiles - 1) * SEAM;
  const total = Math.max(width, ...rows.map((row) => row.length * wideOf(row) + GAP * (row.length - 1)));
  const middles = new Map(),
    places = new Map();
  let y = 0;
  for (const row of rows) {
    const side = sideOf(row),
      wide = wideOf(row);
    const wanted = row.map((item) => {
      const above = edges
        .filter(({ to }) => to === item.path)
        .map(({ from }) => middles.get(from))
        .filter((x) => x !== undefined);
      return [above.length ? above.reduce((sum, x) => sum + x, 0) / above.length : total / 2, item];
    });
    wanted.sort(([one], [other]) => one - other);
    const start = (index) => wide / 2 + index * (wide + GAP);
    const spare = total - row.length * wide - GAP * (row.length - 1);
    const slack = levelled(wanted.map(([x], index) => x - start(index)));
    const shares = edges.some(({ to }) => row.some(({ path }) => path === to)) ? LINE : 0;
    const above = HEAD + shares + LINE + (row.some(({ label }) => label) ? LINE : 0);
    wanted.forEach(([, item], index) => {
      const middle = start(index) + Math.min(Math.max(slack[index], 0), spare);
      middles.set(item.path, middle);
      places.set(item.path, {
        x: middle - wide / 2,
        y,
        width: wide,
        above,
        side,
        middle,
        top: y,
        bottom: y + above + side + (item.foot ? LINE + 5 : 0),
      });
    });
    y = Math.max(...row.map(({ path }) => places.get(path).bottom)) + BAND;
  }
  return { places, width: total, height: y - BAND, lines: linesOf(edges, places) };
};

const linesOf = (edges, places) => {
  const largest = Math.max(0, ...edges.map(({ share }) => share));
  return edges.map((edge) => {
    const from = places.get(edge.from),
      to = places.get(edge.to);
    const leaving = edges
      .filter((other) => other.from === edge.from)
      .sort((a, b) => places.get(a.to).middle - places.get(b.to).middle);
    const widths = leaving.map(({ share }) => strokeWidth(share, largest) + 4);
    const sum = widths.reduce((one, other) => one + other, 0);
    const before =
      widths.slice(0, leaving.indexOf(edge)).reduce((one, other) => one + other, 0) +
      widths[leaving.indexOf(edge)] / 2;
    const x = from.middle + (before - sum / 2) * Math.min(1, (0.8 * from.width) / sum);
    const turn = (from.bottom + to.top) / 2;
    return {
      ...edge,
      thick: strokeWidth(edge.share, largest),
      d: `M${x.toFixed(1)} ${from.bottom}C${x.toFixed(1)} ${turn} ${to.middle.toFixed(1)} ${turn} ${to.middle.toFixed(1)} ${to.top}`,
    };
  });
};

const placeList = (items, edges, width, tiles) => {
  const side = tiles === 2 ? 76 : 92,
    places = new Map();
  let y = 0;
  for (const item of items) {
    const x = STEP * Math.min(item.depth, 7);
    places.set(item.path, {
      x,
      y,
      width: width - x,
      side,
      above: 0,
      middle: x + side / 2,
      top: y,
      bottom: y + side,
    });
    y += side + 12;
  }
  const largest = Math.max(0, ...edges.map(({ share }) => share));
  const ends = new Map(edges.map(({ from, to }) => [from, to]));
  const trunks = [...ends].map(([from, to]) => ({
    trunk: true,
    thick: 1.5,
    d: `M${places.get(from).x + STEP / 2} ${places.get(from).bottom}V${places.get(to).y + places.get(to).side / 2}`,
  }));
  const branches = edges.map((edge) => {
    const to = places.get(edge.to),
      x = places.get(edge.from).x + STEP / 2;
    return {
      ...edge,
      thick: Math.min(7, strokeWidth(edge.share, largest)),
      d: `M${x} ${to.y + to.side / 2}H${Math.max(to.x, x + STEP / 2)}`,
    };
  });
  return { places, width, height: y - 12, lines: [...trunks, ...branches] };
};
