// What a reader takes away: the view as YAML for `paths.yaml`, as SVG, and as PNG.

// The view as a figure; what a figure cannot say is a comment.
const viewYaml = (figure, view) => {
  const { state } = view;
  const leaves = view.items
    .filter(({ path }) => !view.items.some((other) => other.parent === path))
    .map(({ path }) => path);
  const picture = figure.pictures.find(({ id }) => id === state.on);
  const quote = (text) => JSON.stringify(text);
  const lines = ["figures:", `  ${figure.name}_view:`, `    network: ${quote(figure.network)}`];
  const inOnePath = view.items.filter(({ opened }) => opened).length === 1 && view.items[0].opened;
  if (state.beside) {
    const other = figure.pictures.find(({ id }) => id === state.beside);
    lines.push(
      `    compare: [${quote(picture.name)}, ${quote(other.name)}]`,
      `    path: ${state.at || view.items[0].path}`,
    );
  } else {
    lines.push(`    picture: ${quote(picture.name)}`);
    if (inOnePath && inOnePath.count && !state.also.size)
      lines.push(
        `    path: ${view.items[0].path}`,
        `    children: {layer: ${inOnePath.layer}, top: ${inOnePath.count}}`,
      );
    else if (leaves.length === 1) lines.push(`    path: ${leaves[0]}`);
    else lines.push("    paths:", ...leaves.map((path) => `      - ${path}`));
  }
  if (state.rule !== "guided") lines.push(`    rule: ${state.rule}`);
  if (picture.own)
    lines.push("    # the picture is a reader’s own: put it into imgs/ under this name");
  for (const unit of state.off) lines.push(`    # in this view ${unit} was silenced, which a figure cannot show`);
  for (const [unit, word] of state.calls) lines.push(`    # ${unit} is called ${quote(word)}`);
  return `${lines.join("\n")}\n`;
};

const escaped = (text) => String(text).replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

// The tree as it stands, as an SVG of its own: tiles as PNG within it, words as text.
const viewSvg = (view, colours) => {
  const { layout, items } = view,
    margin = 16;
  const words = (x, y, text, { bold = false, colour = colours.ink, anchor = "middle" } = {}) =>
    `<text x="${x}" y="${y}" text-anchor="${anchor}" fill="${colour}"${bold ? ' font-weight="600"' : ""}>${escaped(text)}</text>`;
  const lines = layout.lines.map(
    (line) =>
      `<path d="${line.d}" stroke="${line.trunk ? colours.muted : line.weight < 0 ? colours.inhibits : colours.excites}" stroke-width="${line.thick}"${line.weight < 0 ? ' stroke-dasharray="9 6"' : ""}/>`,
  );
  const parts = items
    .filter(({ path }) => layout.places.has(path))
    .map((item) => {
      const place = layout.places.get(item.path),
        top = place.y + place.above,
        beside = place.above === 0;
      const said = [
        item.parent && [shareText(item), { bold: true, colour: item.weight < 0 ? colours.inhibits : colours.ink }],
        [item.unit, { bold: true }],
        item.label && [item.label, { colour: colours.muted }],
      ].filter(Boolean);
      const texts = said.map(([text, how], line) =>
        beside
          ? words(place.x + item.canvases.length * (place.side + 3) + 10, place.y + 18 * (line + 1), text, {
              ...how,
              anchor: "start",
            })
          : words(place.middle, top - 18 * (said.length - line - 1) - 8, text, how),
      );
      const foot =
        item.foot && !beside
          ? words(place.middle, top + place.side + 18, item.foot.map((part) => part.textContent ?? part).join(""), {
              colour: colours.muted,
            })
          : "";
      const tiles = item.canvases.map((canvas, index) => {
        const x = place.x + index * (place.side + 3);
        return canvas
          ? `<image x="${x}" y="${top}" width="${place.side}" height="${place.side}" href="${canvas.toDataURL()}"/>`
          : `<rect x="${x}" y="${top}" width="${place.side}" height="${place.side}" fill="none" stroke="${colours.muted}" stroke-dasharray="3 3"/>`;
      });
      return texts.join("") + tiles.join("") + foot;
    });
  const [width, height] = [layout.width + 2 * margin, layout.height + 2 * margin];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${-margin} ${-margin} ${width} ${height}" width="${width}" height="${height}" font-family="Source Sans 3, Source Sans Pro, sans-serif" font-size="13.5"><rect x="${-margin}" y="${-margin}" width="${width}" height="${height}" fill="${colours.paper}"/><g fill="none">${lines.join("")}</g>${parts.join("")}</svg>`;
};

const saveBlob = (blob, name) => {
  const address = URL.createObjectURL(blob);
  make("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
};

const savePng = async (svg, name) => {
  const image = new Image();
  image.src = `data:image/svg+xml,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = canvasOf(2 * image.naturalWidth, 2 * image.naturalHeight),
    context = canvas.getContext("2d");
  context.scale(2, 2);
  context.drawImage(image, 0, 0);
  saveBlob(await new Promise((resolve) => canvas.toBlob(resolve)), name);
};
