/* What figures can do without, wherever they stand: zoomed tiles stay inside the window, and details open beside their
   tile and by address. A root is the document, or what holds a figure apart from it. */
const margin = 12;

// Zoom: grow up or down so that the tile stays inside the window.
const aim = (tile) => {
  const stage = tile.closest(".cv-stage");
  const zoom = parseFloat(getComputedStyle(stage).getPropertyValue("--z")) || 2;
  const box = tile.getBoundingClientRect();
  const grown = (zoom - 1) * box.height;
  const below = innerHeight - margin - box.bottom;
  const above = box.top - margin;
  const up = Math.min(Math.max(grown - below, 0), Math.max(Math.min(grown / 2, above), grown - below));
  const share = below >= grown / 2 && above >= grown / 2 ? 0.5 : above < below ? Math.max(0, above / grown) : up / grown;
  tile.style.setProperty("--cv-from", `${100 * Math.min(1, Math.max(0, share))}%`);
  tile.closest(".catvis").classList.remove("cv-flat");
};

// Details: beside their tile where there is room.
const place = (panel) => {
  panel.style.inset = "";
  if (innerWidth < 760) return;
  const tile = panel.closest(".cv-unit").querySelector(".cv-picture").getBoundingClientRect();
  const reach = tile.width / 2 + margin;
  const { width, height } = panel.getBoundingClientRect();
  const right = tile.right + reach;
  const left = right + width < innerWidth - margin ? right : tile.left - reach - width;
  const top = Math.min(Math.max(margin, tile.top), innerHeight - height - margin);
  if (left > margin) panel.style.inset = `${Math.max(margin, top)}px auto auto ${left}px`;
};

// The address says which details are open, and opens them.
const addressed = () => {
  try {
    return decodeURIComponent(location.hash.slice(1));
  } catch {
    return "";
  }
};
const open = (root) => {
  const unit = root.getElementById(addressed());
  const panel = unit && unit.classList.contains("cv-unit") && unit.querySelector(".cv-details");
  if (panel && panel.showPopover && !panel.matches(":popover-open")) panel.showPopover();
  return panel ? unit : null;
};

const wire = (root) => {
  for (const tile of root.querySelectorAll(".catvis .cv-picture, .catvis .cv-grid")) {
    tile.addEventListener("pointerenter", () => aim(tile));
    tile.addEventListener("focus", () => aim(tile));
  }
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const figure of root.querySelectorAll(".catvis:is(:hover, :focus-within)")) figure.classList.add("cv-flat");
  });
  for (const panel of root.querySelectorAll(".cv-details[popover]")) {
    panel.addEventListener("toggle", (event) => {
      if (event.newState !== "open") return;
      place(panel);
      history.replaceState(null, "", `#${panel.closest(".cv-unit").id}`);
    });
  }
};
